//! What clients are told.

use serde::{Deserialize, Serialize};

use crate::{Cid, Enclosed, Entry, Epoch, Gap, Name, Reason, RoomId, RoomState, SessionId, UserId};

/// What a client is told: one JSON object with its `type`. A client skips types it does not know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// The answer to `hello`, before anything else.
    Welcome {
        session: SessionId,
        me: Person,
        epoch: Epoch,
        /// Stands in for the cookie in the next hello, on any node.
        token: String,
        /// Addresses (`http://host:port`) of the live nodes, this one first.
        nodes: Vec<String>,
        /// The rooms one is in; with `more`, the list goes on in the next `rooms`.
        rooms: Vec<RoomState>,
        #[serde(default, skip_serializing_if = "is_not")]
        more: bool,
    },
    /// Rooms one is in that are new or have changed: what is told replaces what was known, but their entries.
    Rooms {
        rooms: Vec<RoomState>,
        /// The list that `welcome` began goes on in the next `rooms`; what is not in it when it ends is gone.
        #[serde(default, skip_serializing_if = "is_not")]
        more: bool,
    },
    /// One is not in this room any more: one left, was put out (the message says why), or there is no such room.
    RoomGone {
        room: RoomId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<String>,
    },
    /// All of the room up to this seq has been on a screen of this user.
    Read { room: RoomId, seq: u64 },
    /// What was missed, oldest first: with its closed gaps it is contiguous. With `fresh` it replaces what the client holds of the room (it missed
    /// too much, or knew another log); without, it goes on from the client's cursor.
    Entries {
        room: RoomId,
        fresh: bool,
        entries: Vec<Entry>,
        /// What one may not see, each right before one of the entries.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        closed: Vec<Gap>,
        /// See [`Page::aside`](crate::Page).
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        aside: Vec<Entry>,
    },
    /// One new entry, the next of its room.
    Entry(Entry),
    /// The send is stored, at this place.
    Accepted {
        cid: Cid,
        room: RoomId,
        seq: u64,
        at: u64,
    },
    /// The send is not stored.
    Rejected {
        cid: Cid,
        reason: Reason,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after_ms: Option<u64>,
    },
    /// Who is online, whole. Above [`PEOPLE_TOLD_MAX`](crate::limits::PEOPLE_TOLD_MAX) only some are named; `count` is true.
    Online {
        version: u64,
        count: u64,
        people: Vec<Person>,
    },
    /// Who came and who went since the version before.
    OnlineChanged {
        version: u64,
        count: u64,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        joined: Vec<Person>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        left: Vec<Person>,
    },
    /// The answer to `people`: of a public room those in it who are online, of another one everybody in it. Above
    /// [`PEOPLE_TOLD_MAX`](crate::limits::PEOPLE_TOLD_MAX) only some are named; `count` is true.
    People {
        room: RoomId,
        count: u64,
        people: Vec<Person>,
    },
    /// Somebody came into this public room, or went out of it: its log does not tell who.
    PeopleChanged { room: RoomId },
    /// Whether the online list can be believed now; not while the place it is kept in is away. After each `online` it can,
    /// until this is told.
    OnlineStale { stale: bool },
    /// Somebody is writing.
    Typing { room: RoomId, person: Person },
    /// What a program tells those who are there now. It is stored nowhere.
    Signal(Signal),
    /// The frame was not understood; the session lives on.
    Error { reason: Reason, message: String },
    /// The node has too much to do to answer the hello and closes with 1013: come again after this time.
    TryAgain { retry_after_ms: u64 },
    /// The live nodes have changed; their addresses, this one first.
    Nodes { nodes: Vec<String> },
    /// The answer to `heartbeat`.
    Heartbeat,
    /// This node is about to stop: go to another one within this time, at a random moment of it.
    Goaway { within_ms: u64 },
    /// A type this build does not know yet.
    Unknown,
}

/// What a program says to those who are there now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Signal {
    /// To whom it is said; none for this user alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<RoomId>,
    pub sender: UserId,
    pub name: Name,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub body: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enclosed: Option<Enclosed>,
    /// Milliseconds since 1970 UTC, by the clock of the node that took it.
    pub at: u64,
}

/// Somebody, by id and name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Person {
    pub id: UserId,
    pub name: Name,
}

fn is_not(said: &bool) -> bool {
    !said
}
