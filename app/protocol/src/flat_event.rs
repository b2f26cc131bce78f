//! How an event is read.
//!
//! A derived reader of a tagged enum first takes the whole object into a buffer that can hold any
//! JSON, floats included; in the browser that costs more than everything else about the protocol.
//! So the object is read flat, with all the fields any event has, and taken apart afterwards.

use serde::Deserialize;

use crate::{
    Cid, Entry, Epoch, Event, Kind, Name, Person, Reason, RoomId, RoomState, SessionId, UserId,
};

#[derive(Deserialize)]
pub(crate) struct FlatEvent {
    #[serde(rename = "type")]
    event: String,
    session: Option<SessionId>,
    me: Option<Person>,
    epoch: Option<Epoch>,
    token: Option<String>,
    nodes: Option<Vec<String>>,
    rooms: Option<Vec<RoomState>>,
    room: Option<RoomId>,
    fresh: Option<bool>,
    entries: Option<Vec<Entry>>,
    seq: Option<u64>,
    offset: Option<u64>,
    sender: Option<UserId>,
    name: Option<Name>,
    cid: Option<Cid>,
    kind: Option<Kind>,
    body: Option<String>,
    at: Option<u64>,
    reason: Option<Reason>,
    retry_after_ms: Option<u64>,
    version: Option<u64>,
    count: Option<u64>,
    people: Option<Vec<Person>>,
    #[serde(default)]
    joined: Vec<Person>,
    #[serde(default)]
    left: Vec<Person>,
    stale: Option<bool>,
    person: Option<Person>,
    message: Option<String>,
    within_ms: Option<u64>,
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
            },
            "entries" => Event::Entries {
                room: self.room?,
                fresh: self.fresh?,
                entries: self.entries?,
            },
            "entry" => Event::Entry(Entry {
                room: self.room?,
                seq: self.seq?,
                offset: self.offset?,
                sender: self.sender?,
                name: self.name?,
                cid: self.cid?,
                kind: self.kind?,
                body: self.body?,
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
            "online_stale" => Event::OnlineStale { stale: self.stale? },
            "typing" => Event::Typing {
                room: self.room?,
                person: self.person?,
            },
            "error" => Event::Error {
                reason: self.reason?,
                message: self.message?,
            },
            "heartbeat" => Event::Heartbeat,
            "goaway" => Event::Goaway {
                within_ms: self.within_ms?,
            },
            _ => Event::Unknown,
        })
    }
}

impl TryFrom<FlatEvent> for Event {
    type Error = &'static str;

    fn try_from(flat: FlatEvent) -> Result<Self, &'static str> {
        flat.event().ok_or("a field is missing")
    }
}
