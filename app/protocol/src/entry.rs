//! A stored fact in a room's log.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Cid, Epoch, Name, RoomId, UserId};

/// A stored fact in a room's log, the same for everyone who may see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    pub room: RoomId,
    /// The place in the room: 1, 2, 3 … without holes.
    pub seq: u64,
    /// The place in the whole log.
    pub offset: u64,
    pub sender: UserId,
    /// The sender's name when the entry was stored.
    pub name: Name,
    pub cid: Cid,
    pub kind: Kind,
    pub body: String,
    /// When it was stored, in milliseconds since 1970 UTC, by the clock of the node that took it.
    pub at: u64,
}

/// What an entry is. A client shows the kinds it knows and counts the others' seqs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A message somebody wrote.
    Posted,
    /// A kind this build does not know yet.
    #[serde(other)]
    Unknown,
}

/// A contiguous run of a room's entries, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    pub epoch: Epoch,
    /// The room's highest seq when the page was read.
    pub top: u64,
    pub entries: Vec<Entry>,
}

/// Whose send stands at a seq, in 8 bytes: tells a cursor of this log from one of a log that was restored and written on.
/// FNV-1a of `sender`, a zero byte and `cid`; written as 16 hex digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Tag(u64);

impl Tag {
    pub fn of(sender: &UserId, cid: &Cid) -> Self {
        // FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/: offset basis and prime of 64 bits.
        let bytes = sender
            .as_str()
            .bytes()
            .chain([0])
            .chain(cid.as_str().bytes());
        Self(bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        }))
    }
}

impl Entry {
    pub fn tag(&self) -> Tag {
        Tag::of(&self.sender, &self.cid)
    }
}

impl TryFrom<String> for Tag {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text.len() != 16 {
            return Err("a tag is 16 hex digits".to_owned());
        }
        u64::from_str_radix(&text, 16)
            .map(Self)
            .map_err(|_| "a tag is 16 hex digits".to_owned())
    }
}

impl From<Tag> for String {
    fn from(tag: Tag) -> String {
        format!("{:016x}", tag.0)
    }
}

impl fmt::Debug for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tag({:016x})", self.0)
    }
}
