//! The log, and who may sign in: what stays when everything else has died.

mod accounts;
mod alias;
mod aside;
mod copying;
mod counted;
mod embedding;
mod error;
mod jobs;
#[doc(hidden)]
pub mod memory;
pub mod name;
mod postgres;
mod programs;
mod proof;
mod rooms;
mod rules;
mod sight;
mod sign_in;
mod sqlite;
mod tickets;
mod token;
pub mod upkeep;
mod visits;
mod words;

use std::sync::LazyLock;

use async_trait::async_trait;
use futures_util::future::join_all;
use protocol::{Cid, Enclosed, Entry, Epoch, Kind, Page, Person, RoomId, SignInId, Target, UserId};

pub use accounts::{Account, Accounts, Admins, Banned, Bans, Hashed, PasswordChange};
pub use alias::{Alias, BadAlias, Called};
pub use embedding::{Embedding, Member, MembersWanted, NotPut, PersonPut, RoomPut, RoomWanted};
pub use error::Error;
pub use programs::{Hall, Key as ProgramKey, Keys, NewKey, Podium, Scope, TOKEN_MARK};
pub use proof::Fault;
pub use rooms::{Changed, Deed, Invites, Listed, Members, NewRoom, Order, Restraint, Rooms, Shelf};
pub use tickets::{Redeemed, TICKET_TIME, Tickets};
pub use token::{Token, hex, next_cid, random_id};
pub use visits::{VISIT_TIME, Visits};

use crate::seal::Key;

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

    /// The identity it had before, if a copy of it was put back: what was claimed under that one is free for this one.
    fn former_epoch(&self) -> Option<&Epoch> {
        None
    }

    /// Stores the draft as the next entry of its room and returns when it is safe on the disk. A draft whose sender and cid are
    /// known makes no second entry: the first one is returned ([`Stored::Before`]), or `CidConflict` if it differs. For who is
    /// not in the room when it is committed, the room is unknown. A draft may say something, or change what was said: the target
    /// is the seq of a message its sender sees, or it is `MessageUnknown`. `deleted` empties the bodies of the message and of its
    /// edits in the same commit.
    async fn append(&self, draft: Draft) -> Result<Stored, Error>;

    /// Each as [`append`](Self::append) does it, in their order; they share commits, and one that is refused keeps no other back.
    async fn append_all(&self, drafts: Vec<Draft>) -> Vec<Result<Stored, Error>> {
        join_all(drafts.into_iter().map(|draft| self.append(draft))).await
    }

    /// A run of a room's entries, as far as the reader may see them, oldest first, with the gaps closed to the reader and the
    /// room's top; for a user also with what stands [aside](Page::aside). A room that is not for the reader is unknown, like one
    /// that is not there.
    async fn read(&self, reader: Reader<'_>, room: &RoomId, span: Span) -> Result<Page, Error>;

    /// Where the entries after this offset stand, in order, at most `limit`. `Replaced` if this is no longer the log that was
    /// opened, or has lost entries: a node that goes on with it would mix two logs.
    async fn tail(&self, after: u64, limit: usize) -> Result<Vec<Place>, Error>;

    /// Whether the entries after this offset, at most `limit`, stand where they must.
    async fn check(&self, after: u64, limit: usize) -> Result<Checked, Error>;

    /// Lets go of what holds the log, when all else is done: nothing is read or written any more.
    async fn close(&self) {}

    /// Returns when the log may have entries of other nodes to be read by [`tail`](Self::tail): at the latest after the time
    /// this store needs for finding out.
    async fn changed(&self);
}

/// People, their sign-ins, and the addresses of the nodes that ever served this log.
#[async_trait]
pub trait Directory: Send + Sync {
    /// A new guest under this name, signed in, with an inbox. `NameTaken` if the name, or one that looks the same, is in use. Of
    /// a guest whose sign-ins have all expired it is free, and who still has a session from one of them is signed out.
    async fn join(&self, name: protocol::Name) -> Result<(Person, Token), Error>;

    /// Whose token this is, if it is still good. A sign-in in use is renewed, by whichever of its tokens.
    async fn recognise(&self, token: &Token) -> Result<Option<SignedIn>, Error>;

    /// A second token for the same sign-in, for hosts where the cookie does not reach; it is good as long as the sign-in is.
    async fn resume_token(&self, token: &Token) -> Result<Token, Error>;

    /// Ends the sign-in and its resume tokens, and in the same commit says so in the user's inbox; a guest's name is free
    /// again. None if it had ended before.
    async fn sign_out(&self, token: &Token) -> Result<Option<Entry>, Error>;

    /// Notes that a node serves under this address, and tells all addresses noted in the last 30 days: where pages that are
    /// still open somewhere may come from.
    async fn announce(&self, public_url: &str) -> Result<Vec<String>, Error>;

    /// Those who are here under a name that begins so, however it is written, by name, at most `limit`.
    async fn people(&self, begins: &str, limit: usize) -> Result<Vec<Person>, Error>;

    /// Whoever had this id at any time.
    async fn person(&self, user: &UserId) -> Result<Option<Person>, Error>;
}

/// A good token's owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    pub person: Person,
    pub sign_in: SignInId,
    pub is_admin: bool,
    /// A program made this person.
    pub is_programs: bool,
}

/// An entry before it has its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    pub room: RoomId,
    pub sender: Person,
    pub cid: Cid,
    pub kind: Kind,
    pub target: Option<Target>,
    pub body: String,
    pub enclosed: Option<Enclosed>,
    /// Milliseconds since 1970 UTC.
    pub at: u64,
}

impl Draft {
    /// Whether an entry of the same sender and cid is what this became: only then is it a resend. Of what was taken back, the
    /// body is not known any more.
    fn became(&self, entry: &Entry) -> bool {
        let is_blanked = matches!(entry.kind, Kind::Posted | Kind::Notice | Kind::Edited)
            && entry.body.is_empty();
        (&self.room, self.kind, &self.target) == (&entry.room, entry.kind, &entry.target)
            && (is_blanked || (&self.body, &self.enclosed) == (&entry.body, &entry.enclosed))
    }
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

impl Reader<'static> {
    /// Somebody who is in no room: to them only those are known that are open to everybody.
    pub fn anybody() -> Self {
        static NOBODY: LazyLock<UserId> =
            LazyLock::new(|| "nobody".parse().expect("it has the form of an id"));
        Self::User(&NOBODY)
    }
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

/// What a look at a part of the log has found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// How far it went.
    pub offset: u64,
    pub entries: u64,
    pub faults: Vec<Fault>,
}

/// The sides of one store.
pub struct Store {
    pub log: Box<dyn Log>,
    pub directory: Box<dyn Directory>,
    pub accounts: Box<dyn Accounts>,
    pub bans: Box<dyn Bans>,
    pub rooms: Box<dyn Rooms>,
    pub shelf: Box<dyn Shelf>,
    pub order: Box<dyn Order>,
    pub keys: Box<dyn Keys>,
    pub podium: Box<dyn Podium>,
    pub invites: Box<dyn Invites>,
    pub embedding: Box<dyn Embedding>,
    pub tickets: Box<dyn Tickets>,
    pub visits: Box<dyn Visits>,
    /// What the nodes of this log know each other's frames by.
    pub key: Key,
}

/// Opens the store at `address` (its scheme picks the kind), and makes it if it is not there.
pub fn connect(address: &str) -> Result<Store, Error> {
    match address.split_once(':') {
        Some(("sqlite", path)) => sqlite::connect(path.as_ref()),
        Some(("postgres" | "postgresql", _)) => postgres::connect(address),
        _ => Err(Error::Address(address.to_owned())),
    }
}
