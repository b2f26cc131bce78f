//! The log, and who may sign in: what stays when everything else has died.

#[doc(hidden)]
pub mod memory;
pub mod name;
mod sqlite;
mod token;

use async_trait::async_trait;
use protocol::{Cid, Entry, Epoch, Kind, Page, Person, RoomId, RoomState, UserId};

pub use token::{Token, random_id};

/// Entries one commit takes at most.
const BATCH_ENTRIES_MAX: usize = 256;

/// Bytes of bodies one commit takes at most.
const BATCH_BYTES_MAX: usize = 256 * 1024;

/// Jobs that may wait for the writer; more are refused as busy.
const QUEUE_MAX: usize = 8_192;

/// The log. Per room the seqs are 1, 2, 3 … without holes, over all rooms the offsets are, and both are given in the committing
/// transaction: who has seen offset n has seen, or can read, everything before it.
#[async_trait]
pub trait Log: Send + Sync {
    /// The identity of this log; another after a restore.
    fn epoch(&self) -> &Epoch;

    /// Stores the draft as the next entry of its room and returns when it is safe on the disk. A draft whose sender and cid are
    /// known makes no second entry: the first one is returned ([`Stored::Before`]), or `CidConflict` if it differs.
    async fn append(&self, draft: Draft) -> Result<Stored, Error>;

    /// A contiguous run of a room's entries, as far as the reader may see them, oldest first, and the room's top.
    async fn read(&self, reader: Reader<'_>, room: &RoomId, span: Span) -> Result<Page, Error>;

    /// Where the entries after this offset stand, in order, at most `limit`.
    async fn tail(&self, after: u64, limit: usize) -> Result<Vec<Place>, Error>;

    /// Returns when the log may have entries of other nodes to be read by [`tail`](Self::tail): at the latest after the time
    /// this store needs for finding out.
    async fn changed(&self);

    /// The rooms this user may see.
    async fn rooms(&self, user: &UserId) -> Result<Vec<RoomState>, Error>;
}

/// People, their sign-ins, and the addresses of the nodes that ever served this log.
#[async_trait]
pub trait Directory: Send + Sync {
    /// A new guest under this name, signed in. `NameTaken` if the name, or one that looks the same, is in use.
    async fn join(&self, name: protocol::Name) -> Result<(Person, Token), Error>;

    /// Whose token this is, if it is still good. A sign-in in use is renewed.
    async fn recognise(&self, token: &Token) -> Result<Option<Person>, Error>;

    /// A second token for the same sign-in, for hosts where the cookie does not reach; it ends with the sign-in.
    async fn resume_token(&self, token: &Token) -> Result<Token, Error>;

    /// Ends the sign-in and its resume tokens; a guest's name is free again.
    async fn sign_out(&self, token: &Token) -> Result<(), Error>;

    /// Notes that a node serves under this address, and tells all addresses noted in the last 30 days: where pages that are
    /// still open somewhere may come from.
    async fn announce(&self, public_url: &str) -> Result<Vec<String>, Error>;
}

/// An entry before it has its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    pub room: RoomId,
    pub sender: Person,
    pub cid: Cid,
    pub kind: Kind,
    pub body: String,
    /// Milliseconds since 1970 UTC.
    pub at: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stored {
    Now(Entry),
    /// The same draft came before; this is what it became then.
    Before(Entry),
}

/// For whom a read is.
#[derive(Debug, Clone, Copy)]
pub enum Reader<'a> {
    /// The node itself, for delivering; it knows who hears what.
    Node,
    User(&'a UserId),
}

/// Which entries of a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// The first `limit` entries with a higher seq.
    After { seq: u64, limit: usize },
    /// The last `limit` entries with a lower seq.
    Before { seq: u64, limit: usize },
}

impl Span {
    pub fn newest(limit: usize) -> Self {
        Self::Before {
            seq: i64::MAX as u64,
            limit,
        }
    }
}

/// Where an entry stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub offset: u64,
    pub room: RoomId,
    pub seq: u64,
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{0:?} is no store address; use sqlite:path/to/file.db")]
    Address(String),
    #[error("no such room")]
    RoomUnknown,
    #[error("the same cid came before with another message")]
    CidConflict,
    #[error("the name is taken")]
    NameTaken,
    #[error("the sign-in has ended")]
    SignInEnded,
    #[error("the store is busy")]
    Busy,
    #[error("the disk is full")]
    Full,
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
}

/// The two sides of one store.
pub struct Store {
    pub log: Box<dyn Log>,
    pub directory: Box<dyn Directory>,
}

/// Opens the store at `address` (its scheme picks the kind), and makes it if it is not there.
pub fn connect(address: &str) -> Result<Store, Error> {
    match address.split_once(':') {
        Some(("sqlite", path)) => sqlite::connect(path.as_ref()),
        _ => Err(Error::Address(address.to_owned())),
    }
}
