//! Ann's rooms: the lobby, the private room "Plans" and her talk with Bob.

use client::{RoomView, Start};
use protocol::{Command, Entry, Event, LastLine, RoomId, RoomKind, RoomState};

use crate::ann::{A, Ann, B, bobs, id, person, run, start};

pub(crate) fn plans() -> RoomId {
    id("plans")
}

pub(crate) fn direct() -> RoomId {
    RoomId::direct(&id("ann"), &id("bob")).expect("short ids")
}

/// The entry as it stands in this room.
pub(crate) fn there(room: &RoomId, entry: Entry) -> Entry {
    let room = room.clone();
    Entry { room, ..entry }
}

pub(crate) fn lobby(top: u64) -> RoomState {
    RoomState {
        id: RoomId::lobby(),
        name: "Lobby".to_owned(),
        top,
        read: top,
        ..RoomState::default()
    }
}

/// The private room, all of it read.
pub(crate) fn private(top: u64) -> RoomState {
    RoomState {
        id: plans(),
        name: "Plans".to_owned(),
        kind: RoomKind::Private,
        ..lobby(top)
    }
}

pub(crate) fn talk(top: u64) -> RoomState {
    RoomState {
        id: direct(),
        name: String::new(),
        kind: RoomKind::Direct,
        people: vec![person("Ann"), person("Bob")],
        last: Some(LastLine {
            name: person("Bob").name,
            body: "hi".to_owned(),
            at: top,
        }),
        ..lobby(top)
    }
}

/// Her three rooms, up to here.
pub(crate) fn all(top: u64) -> Vec<RoomState> {
    vec![lobby(top), private(top), talk(top)]
}

impl Ann {
    /// She looks at the lobby and its 1, 2, 3; her other rooms go up to 3 as well.
    pub(crate) fn is_in_her_rooms() -> Self {
        let mut ann = Self::arrives_with(Start {
            rooms: all(3),
            ..start(run(1..=3), &[A, B])
        });
        ann.engine.connect(ann.now);
        ann.acts();
        ann.gets_into(all(3));
        ann
    }

    /// The socket she dialled opens, and a node tells her rooms.
    pub(crate) fn gets_into(&mut self, rooms: Vec<RoomState>) {
        self.opens();
        self.said.clear();
        self.is_told_of(rooms, false);
    }

    /// The welcome, with all of the list or its beginning.
    pub(crate) fn is_told_of(&mut self, rooms: Vec<RoomState>, more: bool) {
        self.hears(Event::Welcome {
            session: id("s1"),
            me: person("Ann"),
            epoch: id("e1"),
            token: "ticket".to_owned(),
            nodes: self.nodes.clone(),
            rooms,
            more,
        });
    }

    pub(crate) fn comes_back_to(&mut self, rooms: Vec<RoomState>) {
        self.loses_the_socket(1006);
        self.waits_to_dial();
        self.gets_into(rooms);
    }

    pub(crate) fn turns_to(&mut self, room: &RoomId) {
        assert!(self.engine.open_room(self.now, room), "no {room}");
        self.acts();
        assert_eq!(self.engine.room(), room);
    }

    /// Bob says this place's number in a room.
    pub(crate) fn hears_bob_in(&mut self, room: &RoomId, seq: u64) {
        self.hears_entry(there(room, bobs(seq)));
    }

    pub(crate) fn gets_entries_of(&mut self, room: &RoomId, fresh: bool, entries: Vec<Entry>) {
        let entries = entries.into_iter().map(|entry| there(room, entry));
        self.hears(Event::Entries {
            room: room.clone(),
            fresh,
            entries: entries.collect(),
            closed: vec![],
            aside: vec![],
        });
    }

    /// She saw Plans, up to `top`, and is in the lobby again.
    pub(crate) fn has_seen_plans(&mut self, top: u64) {
        self.turns_to(&plans());
        self.gets_entries_of(&plans(), true, run(1..=top));
        self.turns_to(&RoomId::lobby());
        self.said.clear();
    }

    /// The rooms she asked to open since last asked, with where she goes on.
    pub(crate) fn opened(&mut self) -> Vec<(String, Option<u64>)> {
        let said = std::mem::take(&mut self.said).into_iter();
        said.filter_map(|command| match command {
            Command::Open { room, cursor } => {
                Some((room.to_string(), cursor.map(|cursor| cursor.seq)))
            }
            _ => None,
        })
        .collect()
    }

    /// What nodes were told that she read, since last asked.
    pub(crate) fn told_read(&mut self) -> Vec<(String, u64)> {
        let said = std::mem::take(&mut self.said).into_iter();
        said.filter_map(|command| match command {
            Command::Read { room, seq } => Some((room.to_string(), seq)),
            _ => None,
        })
        .collect()
    }

    pub(crate) fn view(&self, room: &RoomId) -> RoomView {
        let views = self.engine.rooms().into_iter();
        let mut views = views.filter(|view| view.id == *room);
        views.next().expect("she is in it")
    }

    /// Unread messages and mentions, as her list has them.
    pub(crate) fn count(&self, room: &RoomId) -> (u64, u64) {
        let view = self.view(room);
        (view.unread, view.mentions)
    }
}
