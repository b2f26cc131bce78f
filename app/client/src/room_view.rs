//! A room as the list of rooms shows it.

use protocol::{LastLine, Person, RoomId, RoomKind};

/// A room as the list of rooms shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomView {
    pub id: RoomId,
    pub kind: RoomKind,
    /// Its name; one without is called by the others in it.
    pub title: String,
    pub topic: String,
    /// Messages of others that stand and were not seen, up to [`UNREAD_MAX`](protocol::limits::UNREAD_MAX).
    pub unread: u64,
    /// Those of them that mention oneself.
    pub mentions: u64,
    /// The newest message that is not taken back, as far as it is known.
    pub last: Option<LastLine>,
    /// The user wants no notifications from it; see [`noted`](Self::noted).
    pub muted: bool,
    /// The user may rename it, put others out and take their messages back.
    pub owned: bool,
    /// Everybody in it, where it is called by them; the user as well.
    pub people: Vec<Person>,
    /// It is on the screen.
    pub is_open: bool,
}

impl RoomView {
    /// What of it is counted for the reader: all that is unread, but of a muted room only what mentions them.
    pub fn noted(&self) -> u64 {
        if self.muted {
            self.mentions
        } else {
            self.unread
        }
    }
}

/// Why the room that was on the screen is not any more, or another one is not in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gone {
    pub title: String,
    /// What its owner or an administrator said, if they did.
    pub message: Option<String>,
}
