//! A room as its people know it.

use serde::{Deserialize, Serialize};

use crate::{Name, Person, RoomId};

/// A room one is in, as the list of rooms shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomState {
    pub id: RoomId,
    /// Empty where a room is called by its people: direct ones and groups.
    pub name: String,
    /// The highest seq one may see; 0 in an empty room.
    pub top: u64,
    #[serde(default, skip_serializing_if = "RoomKind::is_public")]
    pub kind: RoomKind,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub topic: String,
    /// All up to this seq has been on a screen of the user.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub read: u64,
    /// Messages of others after it, counted up to [`UNREAD_MAX`](crate::limits::UNREAD_MAX).
    #[serde(default, skip_serializing_if = "is_zero")]
    pub unread: u64,
    /// Those of them that mention the user.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub mentions: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<LastLine>,
    /// Everybody in it, where it is called by them; the user as well.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<Person>,
    /// The user wants no notifications from it.
    #[serde(default, skip_serializing_if = "is_not")]
    pub muted: bool,
    /// The user may rename it, put others out and take their messages back.
    #[serde(default, skip_serializing_if = "is_not")]
    pub owned: bool,
}

/// For whom a room is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoomKind {
    /// Anyone may see it and join.
    #[default]
    Public,
    /// For those who were let in.
    Private,
    /// Of two people.
    Direct,
    /// Of a few people.
    Group,
    /// A user's own, for what is told to them alone.
    Inbox,
    /// A kind this build does not know yet.
    #[serde(other)]
    Unknown,
}

impl RoomKind {
    fn is_public(&self) -> bool {
        *self == Self::Public
    }

    /// Whether it is called by its people, as it has no name.
    pub fn is_personal(self) -> bool {
        matches!(self, Self::Direct | Self::Group)
    }
}

/// The newest message of a room, in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastLine {
    pub name: Name,
    /// Its first [`LAST_LINE_CHARS`](crate::limits::LAST_LINE_CHARS).
    pub body: String,
    /// Milliseconds since 1970 UTC.
    pub at: u64,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

fn is_not(said: &bool) -> bool {
    !said
}
