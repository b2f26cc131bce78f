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
    /// There is no such message, or it is taken back.
    MessageUnknown,
    /// That is for the message's sender, the room's owner or an administrator.
    NotAllowed,
    /// An owner or administrator has silenced the user in this room.
    Silenced,
    /// The reaction is not one emoji, or the message has [`REACTIONS_MAX`](crate::limits::REACTIONS_MAX) others.
    BadReaction,
    /// The room has as many people as it may have.
    RoomFull,
    /// The user is in as many rooms as one may be in.
    TooManyRooms,
    /// Another public room is called like this.
    RoomNameTaken,
    /// The topic is over [`TOPIC_CHARS_MAX`](crate::limits::TOPIC_CHARS_MAX) characters.
    TopicTooLong,
    /// The name and the password do not belong together.
    PasswordWrong,
    /// The password has fewer than [`PASSWORD_CHARS_MIN`](crate::limits::PASSWORD_CHARS_MIN) characters.
    PasswordShort,
    /// The password is over [`PASSWORD_BYTES_MAX`](crate::limits::PASSWORD_BYTES_MAX) bytes.
    PasswordLong,
    /// An administrator has banned the user.
    Banned,
    /// A program has ended the user's connections.
    Kicked,
    /// The user has connected once more, and only the newest connection may stay.
    Elsewhere,
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
