//! Nodes of one log in one thread, whose clock is the test's. No frame goes from one to another: they have the log's tail.

use std::sync::Arc;

use protocol::{Cid, Entry, Kind, Name, Person, RoomId, RoomKind};
use server::node::Node;
use server::store::memory::Memory;
use server::store::{Directory, Draft, Log, NewRoom, Shelf, Store, Stored, Token, random_id};

use crate::guest::Guest;
use crate::in_process::open;

/// What somebody who is put out is told.
pub const WHY: &str = "this was about the surprise";

pub struct Place {
    memory: Memory,
    directory: Box<dyn Directory>,
    /// Where what is done is done.
    pub here: Arc<Node>,
    pub there: Arc<Node>,
}

/// Somebody who has joined.
pub struct Somebody {
    pub person: Person,
    pub token: Token,
}

impl Place {
    pub async fn new() -> Self {
        let memory = Memory::new("e1".parse().expect("an id"));
        Self {
            here: open(memory.open()).await,
            there: open(memory.open()).await,
            directory: memory.open().directory,
            memory,
        }
    }

    /// A node whose directory is not quite the usual one.
    pub async fn node_with(
        &self,
        directory: impl FnOnce(Box<dyn Directory>) -> Box<dyn Directory>,
    ) -> Arc<Node> {
        let store = self.memory.open();
        let directory = directory(store.directory);
        open(Store { directory, ..store }).await
    }

    /// A node whose shelf is not quite the usual one; it is made of that and of the log.
    pub async fn node_with_shelf(
        &self,
        shelf: impl FnOnce(Box<dyn Shelf>, Box<dyn Log>) -> Box<dyn Shelf>,
    ) -> Arc<Node> {
        let store = self.memory.open();
        let shelf = shelf(store.shelf, self.memory.open().log);
        open(Store { shelf, ..store }).await
    }

    pub async fn joins(&self, name: &str) -> Somebody {
        let name = Name::parse(name).expect("a name");
        let (person, token) = self.directory.join(name).await.expect("it is free");
        Somebody { person, token }
    }

    /// Ann's private room.
    pub async fn room_of(&self, ann: &Somebody) -> RoomId {
        let plans = NewRoom {
            kind: RoomKind::Private,
            name: "Plans".to_owned(),
            topic: String::new(),
            people: Vec::new(),
        };
        let made = self.here.chat.make(ann.person.clone(), cid(), plans);
        made.await.expect("it is made")
    }

    pub async fn add(&self, ann: &Somebody, room: &RoomId, bob: &Somebody) -> u64 {
        let whom = (room, &bob.person.id);
        let added = self.here.chat.add(ann.person.clone(), cid(), whom);
        added.await.expect("he is added").seq
    }

    pub async fn remove(&self, ann: &Somebody, room: &RoomId, bob: &Somebody) -> u64 {
        let whom = (room, &bob.person.id);
        let removed = self.here.chat.remove(ann.person.clone(), cid(), whom, WHY);
        removed.await.expect("he is removed").seq
    }

    /// Says so much in the room, as fast as it is stored; the last of it.
    pub async fn say(&self, ann: &Somebody, room: &RoomId, count: usize) -> Entry {
        let delivery = &self.here.chat.delivery;
        let mut last = None;
        for nth in 0..count {
            let said = draft(ann, room, nth.to_string());
            let stored = delivery.log.append(said).await;
            let Ok(Stored::Now(entry)) = stored else {
                panic!("not stored: {stored:?}");
            };
            delivery.spread(entry.clone());
            last = Some(entry);
        }
        last.expect("something is said")
    }

    /// Bob's sockets: one at the node where things are done, one at the other.
    pub async fn both(&self, bob: &Somebody, room: &RoomId) -> [Guest; 2] {
        [
            Guest::enters(&self.here, bob, room).await,
            Guest::enters(&self.there, bob, room).await,
        ]
    }
}

/// What somebody is about to say.
pub fn draft(by: &Somebody, room: &RoomId, body: String) -> Draft {
    Draft {
        room: room.clone(),
        sender: by.person.clone(),
        cid: cid(),
        kind: Kind::Posted,
        target: None,
        body,
        enclosed: None,
        at: 0,
    }
}

pub fn cid() -> Cid {
    random_id::<16, Cid>()
}
