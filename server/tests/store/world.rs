//! A store's world, and who writes in it.

use std::path::PathBuf;
use std::sync::LazyLock;
use std::time::Duration;

use protocol::{Cid, Entry, Epoch, Kind, Name, Person, RoomId, RoomKind};
use rusqlite::Connection;
use server::store::memory::Memory;
use server::store::{
    self, Admins, Changed, Deed, Draft, Hashed, NewRoom, PasswordChange, Reader, Span, Store,
    Stored, random_id,
};
use tempfile::TempDir;
use tokio_postgres::{Client, NoTls};

use crate::postgres_server::PostgresServer;

/// A store's world: the same log, opened as often as a test wants.
pub enum World {
    Sqlite(TempDir),
    /// The address of a database of its own.
    Postgres(String),
    Memory(Memory),
}

impl World {
    pub fn sqlite() -> Self {
        Self::Sqlite(TempDir::new().expect("a folder"))
    }

    /// In a server that all worlds share, and that ends with the process.
    pub fn postgres() -> Self {
        static SERVER: LazyLock<PostgresServer> = LazyLock::new(PostgresServer::start);
        Self::Postgres(SERVER.database())
    }

    pub fn memory() -> Self {
        Self::Memory(Memory::new(random_id::<8, Epoch>()))
    }

    /// Another one of the same kind.
    pub fn another(&self) -> Self {
        match self {
            Self::Sqlite(_) => Self::sqlite(),
            Self::Postgres(_) => Self::postgres(),
            Self::Memory(_) => Self::memory(),
        }
    }

    /// Where a store on a disk is.
    pub fn file(&self) -> PathBuf {
        match self {
            Self::Sqlite(folder) => folder.path().join("confab.db"),
            Self::Postgres(_) | Self::Memory(_) => panic!("it is in no file"),
        }
    }

    /// Where a store on a disk is opened.
    pub fn address(&self) -> String {
        match self {
            Self::Sqlite(_) => format!("sqlite:{}", self.file().display()),
            Self::Postgres(address) => address.clone(),
            Self::Memory(_) => panic!("it has no address"),
        }
    }

    /// Behind the back of the store; what it tells, as far as it is numbers.
    pub async fn performs(&self, sql: &str) -> Vec<i64> {
        match self {
            Self::Sqlite(_) => {
                let file = Connection::open(self.file()).expect("the store's file");
                file.busy_timeout(Duration::from_secs(20)).expect("a limit");
                let mut asked = file.prepare(sql).expect(sql);
                let told = asked.query_map([], |row| row.get(0)).expect(sql);
                told.collect::<rusqlite::Result<_>>().expect("numbers")
            }
            Self::Postgres(address) => {
                let told = client(address).await.query(sql, &[]).await.expect(sql);
                told.iter().map(|row| row.get(0)).collect()
            }
            Self::Memory(_) => panic!("it is in no database"),
        }
    }

    pub fn open(&self) -> Store {
        if let Self::Memory(memory) = self {
            return memory.open();
        }
        store::connect(&self.address()).unwrap_or_else(|error| panic!("{error}"))
    }
}

/// A client of the database's own.
pub async fn client(address: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(address, NoTls)
        .await
        .expect("it answers");
    tokio::spawn(connection);
    client
}

pub fn draft(sender: &Person, body: &str) -> Draft {
    Draft {
        room: RoomId::lobby(),
        sender: sender.clone(),
        cid: random_id::<16, Cid>(),
        kind: Kind::Posted,
        target: None,
        body: body.to_owned(),
        enclosed: None,
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

/// Somebody who has joined, and is an administrator.
pub async fn administrator(store: &Store, name: &str) -> Person {
    let name = Name::parse(name).expect("a name");
    let joined = store.directory.join(name.clone()).await;
    let (person, token) = joined.expect("it is free");
    let change = PasswordChange {
        from: None,
        to: Hashed("a hash".to_owned()),
        admins: Admins::Named(vec![name]),
    };
    store.accounts.keep(&token, change).await.expect("kept");
    person
}

pub fn refused<T: std::fmt::Debug>(answer: Result<T, store::Error>, why: &store::Error) {
    match answer {
        Err(error) => assert_eq!(error.to_string(), why.to_string()),
        done => panic!("done, not refused ({why}): {done:?}"),
    }
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

/// The entries of a change that was made now.
pub fn all_made(changed: Result<Changed, store::Error>) -> Vec<Entry> {
    match changed {
        Ok(Changed::Now(entries)) => entries,
        other => panic!("not made now: {other:?}"),
    }
}

/// The room's entry and the inbox's of a change that was made now.
pub fn made(changed: Result<Changed, store::Error>) -> (Entry, Entry) {
    let made: Result<[Entry; 2], _> = all_made(changed).try_into();
    made.expect("one in the room, one in the inbox").into()
}

/// The one entry of a change that was made now.
pub fn told(changed: Result<Changed, store::Error>) -> Entry {
    let made: Result<[Entry; 1], _> = all_made(changed).try_into();
    let [entry] = made.expect("one entry");
    entry
}

pub fn new_room(kind: RoomKind, name: &str, people: &[&Person]) -> NewRoom {
    NewRoom {
        kind,
        name: name.to_owned(),
        topic: String::new(),
        people: people.iter().map(|person| person.id.clone()).collect(),
    }
}

/// A room that only `by` is in.
pub async fn private(store: &Store, by: &Person) -> RoomId {
    let new = new_room(RoomKind::Private, "Plans", &[]);
    made(store.rooms.open(deed(by), new).await).0.room
}

/// A room for all, that only `by` is in.
pub async fn public(store: &Store, by: &Person, name: &str) -> RoomId {
    let new = new_room(RoomKind::Public, name, &[]);
    let told = told(store.rooms.open(deed(by), new).await);
    let id = told.target.expect("it tells of a room");
    id.as_str().parse().expect("a room")
}

pub async fn member(store: &Store, by: &Person, room: &RoomId, who: &Person) {
    made(store.rooms.add(deed(by), room, &who.id).await);
}
