//! A store's world, and who writes in it.

use protocol::{Cid, Entry, Epoch, Kind, Name, Person, RoomId, UserId};
use server::store::memory::Memory;
use server::store::{self, Changed, Deed, Draft, Reader, Span, Store, Stored, random_id};
use tempfile::TempDir;

/// A store's world: the same log, opened as often as a test wants.
pub enum World {
    Sqlite(TempDir),
    Memory(Memory),
}

impl World {
    pub fn sqlite() -> Self {
        Self::Sqlite(TempDir::new().expect("a folder"))
    }

    pub fn memory() -> Self {
        Self::Memory(Memory::new(random_id::<8, Epoch>()))
    }

    /// Another one of the same kind.
    pub fn another(&self) -> Self {
        match self {
            Self::Sqlite(_) => Self::sqlite(),
            Self::Memory(_) => Self::memory(),
        }
    }

    pub fn open(&self) -> Store {
        match self {
            Self::Sqlite(folder) => {
                let address = format!("sqlite:{}", folder.path().join("confab.db").display());
                store::connect(&address).unwrap_or_else(|error| panic!("{error}"))
            }
            Self::Memory(memory) => memory.open(),
        }
    }
}

pub fn person(name: &str) -> Person {
    Person {
        id: random_id::<8, UserId>(),
        name: Name::parse(name).expect("a name"),
    }
}

pub fn draft(sender: &Person, body: &str) -> Draft {
    Draft {
        room: RoomId::lobby(),
        sender: sender.clone(),
        cid: random_id::<16, Cid>(),
        kind: Kind::Posted,
        target: None,
        body: body.to_owned(),
        at: 1_795_000_000_000,
    }
}

pub async fn stored(store: &Store, draft: Draft) -> Entry {
    match store.log.append(draft).await {
        Ok(Stored::Now(entry)) => entry,
        other => panic!("not stored now: {other:?}"),
    }
}

pub async fn all(store: &Store) -> Vec<Entry> {
    let span = Span::After {
        seq: 0,
        limit: 100_000,
    };
    store
        .log
        .read(Reader::Node, &RoomId::lobby(), span)
        .await
        .expect("a page")
        .entries
}

/// Somebody who has joined.
pub async fn join(store: &Store, name: &str) -> Person {
    let name = Name::parse(name).expect("a name");
    store.directory.join(name).await.expect("it is free").0
}

pub fn cid<T: std::str::FromStr<Err = protocol::BadId>>() -> T {
    random_id::<16, T>()
}

pub fn deed(by: &Person) -> Deed {
    Deed {
        by: by.clone(),
        cid: cid(),
        at: 1_795_000_000_000,
    }
}

/// The room's entry and the inbox's of a change that was made now.
pub fn made(changed: Result<Changed, store::Error>) -> (Entry, Entry) {
    match changed {
        Ok(Changed::Now { room, inbox }) => (room, inbox),
        other => panic!("not made now: {other:?}"),
    }
}

/// A room that only `by` is in.
pub async fn private(store: &Store, by: &Person) -> RoomId {
    made(store.rooms.open(deed(by), "Plans").await).0.room
}

pub async fn member(store: &Store, by: &Person, room: &RoomId, who: &Person) {
    made(store.rooms.add(deed(by), room, &who.id).await);
}
