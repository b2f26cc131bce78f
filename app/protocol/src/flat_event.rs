//! How an event is read.
//!
//! A derived reader of a tagged enum first takes the whole object into a buffer that can hold any
//! JSON, floats included; in the browser that costs more than everything else about the protocol.
//! So the object is read flat, with all the fields any event has, and taken apart afterwards.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{Error, IgnoredAny, MapAccess, Visitor},
};

use crate::{
    Cid, Enclosed, Entry, Epoch, Event, Gap, Kind, Name, Person, Reason, RoomId, RoomState,
    SessionId, Signal, Target, UserId,
};

#[derive(Default)]
struct FlatEvent {
    event: String,
    session: Option<SessionId>,
    me: Option<Person>,
    epoch: Option<Epoch>,
    token: Option<String>,
    nodes: Option<Vec<String>>,
    rooms: Option<Vec<RoomState>>,
    more: bool,
    room: Option<RoomId>,
    fresh: Option<bool>,
    entries: Option<Vec<Entry>>,
    closed: Vec<Gap>,
    aside: Vec<Entry>,
    seq: Option<u64>,
    offset: Option<u64>,
    sender: Option<UserId>,
    name: Option<Name>,
    cid: Option<Cid>,
    kind: Option<Kind>,
    target: Option<Target>,
    body: Option<String>,
    enclosed: Option<Enclosed>,
    at: Option<u64>,
    reason: Option<Reason>,
    retry_after_ms: Option<u64>,
    version: Option<u64>,
    count: Option<u64>,
    people: Option<Vec<Person>>,
    joined: Vec<Person>,
    left: Vec<Person>,
    stale: Option<bool>,
    person: Option<Person>,
    message: Option<String>,
    within_ms: Option<u64>,
}

impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let flat = from.deserialize_map(FlatEvent::default())?;
        flat.event()
            .ok_or_else(|| D::Error::custom("a field is missing"))
    }
}

impl<'de> Visitor<'de> for FlatEvent {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an event")
    }

    fn visit_map<M: MapAccess<'de>>(mut self, mut map: M) -> Result<Self, M::Error> {
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "type" => self.event = map.next_value()?,
                "session" => self.session = Some(map.next_value()?),
                "me" => self.me = Some(map.next_value()?),
                "epoch" => self.epoch = Some(map.next_value()?),
                "token" => self.token = Some(map.next_value()?),
                "nodes" => self.nodes = Some(map.next_value()?),
                "rooms" => self.rooms = Some(map.next_value()?),
                "more" => self.more = map.next_value()?,
                "room" => self.room = Some(map.next_value()?),
                "fresh" => self.fresh = Some(map.next_value()?),
                "entries" => self.entries = Some(map.next_value()?),
                "closed" => self.closed = map.next_value()?,
                "aside" => self.aside = map.next_value()?,
                "seq" => self.seq = Some(map.next_value()?),
                "offset" => self.offset = Some(map.next_value()?),
                "sender" => self.sender = Some(map.next_value()?),
                "name" => self.name = Some(map.next_value()?),
                "cid" => self.cid = Some(map.next_value()?),
                "kind" => self.kind = Some(map.next_value()?),
                "target" => self.target = map.next_value()?,
                "body" => self.body = Some(map.next_value()?),
                "enclosed" => self.enclosed = map.next_value()?,
                "at" => self.at = Some(map.next_value()?),
                "reason" => self.reason = Some(map.next_value()?),
                "retry_after_ms" => self.retry_after_ms = map.next_value()?,
                "version" => self.version = Some(map.next_value()?),
                "count" => self.count = Some(map.next_value()?),
                "people" => self.people = Some(map.next_value()?),
                "joined" => self.joined = map.next_value()?,
                "left" => self.left = map.next_value()?,
                "stale" => self.stale = Some(map.next_value()?),
                "person" => self.person = Some(map.next_value()?),
                "message" => self.message = Some(map.next_value()?),
                "within_ms" => self.within_ms = Some(map.next_value()?),
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(self)
    }
}

impl FlatEvent {
    /// None if a field is missing.
    fn event(self) -> Option<Event> {
        Some(match self.event.as_str() {
            "welcome" => Event::Welcome {
                session: self.session?,
                me: self.me?,
                epoch: self.epoch?,
                token: self.token?,
                nodes: self.nodes?,
                rooms: self.rooms?,
                more: self.more,
            },
            "rooms" => Event::Rooms {
                rooms: self.rooms?,
                more: self.more,
            },
            "room_gone" => Event::RoomGone {
                room: self.room?,
                message: self.message,
            },
            "read" => Event::Read {
                room: self.room?,
                seq: self.seq?,
            },
            "entries" => Event::Entries {
                room: self.room?,
                fresh: self.fresh?,
                entries: self.entries?,
                closed: self.closed,
                aside: self.aside,
            },
            "entry" => Event::Entry(Entry {
                room: self.room?,
                seq: self.seq?,
                offset: self.offset?,
                sender: self.sender?,
                name: self.name?,
                cid: self.cid?,
                kind: self.kind?,
                target: self.target,
                body: self.body?,
                enclosed: self.enclosed,
                at: self.at?,
            }),
            "accepted" => Event::Accepted {
                cid: self.cid?,
                room: self.room?,
                seq: self.seq?,
                at: self.at?,
            },
            "rejected" => Event::Rejected {
                cid: self.cid?,
                reason: self.reason?,
                retry_after_ms: self.retry_after_ms,
            },
            "online" => Event::Online {
                version: self.version?,
                count: self.count?,
                people: self.people?,
            },
            "online_changed" => Event::OnlineChanged {
                version: self.version?,
                count: self.count?,
                joined: self.joined,
                left: self.left,
            },
            "people" => Event::People {
                room: self.room?,
                count: self.count?,
                people: self.people?,
            },
            "people_changed" => Event::PeopleChanged { room: self.room? },
            "online_stale" => Event::OnlineStale { stale: self.stale? },
            "typing" => Event::Typing {
                room: self.room?,
                person: self.person?,
            },
            "signal" => Event::Signal(Signal {
                room: self.room,
                sender: self.sender?,
                name: self.name?,
                body: self.body.unwrap_or_default(),
                enclosed: self.enclosed,
                at: self.at?,
            }),
            "error" => Event::Error {
                reason: self.reason?,
                message: self.message?,
            },
            "try_again" => Event::TryAgain {
                retry_after_ms: self.retry_after_ms?,
            },
            "nodes" => Event::Nodes { nodes: self.nodes? },
            "heartbeat" => Event::Heartbeat,
            "goaway" => Event::Goaway {
                within_ms: self.within_ms?,
            },
            _ => Event::Unknown,
        })
    }
}
