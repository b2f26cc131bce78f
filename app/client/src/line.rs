//! What the list of a room shows.

use std::sync::Arc;

use protocol::{Cid, Person, Reason, UserId};

use crate::Millis;

/// One line of the list. A clone is cheap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    Message(Arc<Message>),
    Notice(Arc<Notice>),
}

impl Line {
    /// Which line it is: the same from pending to sent, and never twice in a list.
    pub fn key(&self) -> Key {
        match self {
            Self::Message(message) => Key::Message(message.sender.id.clone(), message.cid.clone()),
            Self::Notice(notice) => Key::Notice(notice.id),
        }
    }
}

/// Which line it is. A cid is only its sender's: somebody else may take the same, so both belong to the key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    Message(UserId, Cid),
    Notice(u64),
}

/// A message, stored or on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub cid: Cid,
    pub sender: Person,
    pub body: String,
    /// Milliseconds since 1970 UTC; of one's own clock until it is sent.
    pub at: u64,
    /// The place in the room, once known.
    pub seq: Option<u64>,
    pub state: Sending,
    /// Written by oneself, here or on another device.
    pub mine: bool,
}

/// How far a message has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sending {
    /// Stored for good.
    Sent,
    /// Waits to be sent, or for its answer.
    Pending,
    /// Refused; `retry` or `discard` it.
    Failed(Reason),
    /// The connection broke before the answer came; it may be stored or not, and settles by itself.
    Unknown,
}

/// Who came and who went while nobody wrote; whoever did both is in neither list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    pub id: u64,
    pub joined: Vec<Person>,
    pub left: Vec<Person>,
    /// When the last of them came or went, by the engine's clock.
    pub at: Millis,
}
