//! A stored fact in a room's log.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Cid, Enclosed, Epoch, Name, RoomId, Target, UserId};

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
    /// What it is about, if not about what it says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Target>,
    pub body: String,
    /// Of a notice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enclosed: Option<Enclosed>,
    /// When it was stored, in milliseconds since 1970 UTC, by the clock of the node that took it.
    pub at: u64,
}

/// What an entry is. A client shows the kinds it knows and counts the others' seqs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A message somebody wrote. With a target it answers the message at that seq.
    #[default]
    Posted,
    /// The message at the target says the body instead. Only its sender may do that.
    Edited,
    /// The message at the target is taken back; its bodies are gone from the log.
    Deleted,
    /// Its sender shows the body, an emoji, beside the message at the target.
    Reacted,
    /// Not any more.
    Unreacted,
    /// The room is called as the body says from here on.
    Renamed,
    /// The room's topic is the body from here on.
    Described,
    /// The target was let in. In a room the target is a user, called as the body says, who sees the room from here on; in an
    /// inbox it is the room.
    Added,
    /// The target was put out, or went. In a room the target is a user, to whom this is the last entry; in an inbox it is the
    /// room.
    Removed,
    /// In an inbox: the sign-in that is the target has ended, and its sessions with it.
    SignedOut,
    /// In an inbox: the session that is the target has begun. Where one may have only one session, those before it end.
    Connected,
    /// In an inbox: an administrator has put the user out for good; the body says why. All their sessions end.
    Banned,
    /// In an inbox: a program has ended all sessions of the user; the body says why. They may come again.
    Kicked,
    /// What a program says, to a user, to a room or to everyone. The sender is no person, and the name is the program's.
    Notice,
    /// A kind this build does not know yet.
    #[serde(other)]
    Unknown,
}

impl Kind {
    pub fn is_posted(&self) -> bool {
        *self == Self::Posted
    }

    /// Whether it is a message, of a person or of a program.
    pub fn is_said(self) -> bool {
        matches!(self, Self::Posted | Self::Notice)
    }

    /// Whether it changes the message at its target.
    pub fn is_change(self) -> bool {
        matches!(
            self,
            Self::Edited | Self::Deleted | Self::Reacted | Self::Unreacted
        )
    }
}

/// The first and the last seq of what one may not see, inside what one may see.
pub type Gap = (u64, u64);

/// A run of a room's entries, oldest first: with its closed gaps it is contiguous.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    pub epoch: Epoch,
    /// The room's highest seq when the page was read, as far as the reader may see.
    pub top: u64,
    pub entries: Vec<Entry>,
    /// What between the entries, before or after them the reader may not see, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub closed: Vec<Gap>,
    /// What stands outside the run and belongs to what it shows, by seq: the latest changes of its messages, and the messages
    /// that these answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aside: Vec<Entry>,
    /// The reader was removed: nothing comes after `top` unless they are added again.
    #[serde(default, skip_serializing_if = "is_not")]
    pub ended: bool,
}

fn is_not(said: &bool) -> bool {
    !said
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
        // Rust's numbers may begin with a sign.
        if text.len() != 16 || text.starts_with('+') {
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
