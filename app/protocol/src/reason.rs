//! Why something was refused.

use serde::{Deserialize, Serialize};

/// Why a command or a form was refused. On the wire in snake case: `body_too_long`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The message has no visible character.
    BodyEmpty,
    /// The message is over [`BODY_CHARS_MAX`](crate::limits::BODY_CHARS_MAX) characters or
    /// [`BODY_BYTES_MAX`](crate::limits::BODY_BYTES_MAX) bytes.
    BodyTooLong,
    /// The message has control characters other than new line and tab.
    BodyControl,
    /// The name has no visible character.
    NameEmpty,
    /// The name is over [`NAME_CHARS_MAX`](crate::limits::NAME_CHARS_MAX) characters.
    NameTooLong,
    /// The name has control or invisible characters.
    NameControl,
    /// Somebody else has this name, or one that looks the same.
    NameTaken,
    /// The name is kept for the system.
    NameReserved,
    /// There is no such room, or it is not for this user.
    RoomUnknown,
    /// There is nobody by this id, or not in this room.
    PersonUnknown,
    /// The same cid came with another body before.
    CidConflict,
    /// Too many messages at once; send again after the time told.
    RateLimited,
    /// The store is busy; send again.
    StoreBusy,
    /// The disk is full; send again when the operator has made room.
    StoreFull,
    /// The store is away; send again.
    StoreUnavailable,
    /// The frame is not a JSON object of a known command.
    Malformed,
    /// The command is not known.
    UnknownCommand,
    /// A second hello, or more cursors in it than [`CURSORS_MAX`](crate::limits::CURSORS_MAX).
    BadHello,
    /// The form or page was too old to be believed; load the page again.
    Stale,
    /// A reason this build does not know yet.
    #[serde(other)]
    Unknown,
}

impl Reason {
    /// Whether sending the same again later may be accepted.
    pub fn is_retryable(self) -> bool {
        matches!(
            self,
            Self::RateLimited | Self::StoreBusy | Self::StoreFull | Self::StoreUnavailable
        )
    }
}
