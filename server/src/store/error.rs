//! What a store refuses, and how it fails.

#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    #[error(
        "{0:?} is no store address; use sqlite:path/to/file.db or postgres://user:password@host/database"
    )]
    Address(String),
    #[error("no such room")]
    RoomUnknown,
    #[error("no such person, or not in the room")]
    PersonUnknown,
    #[error("the same cid came before with another message")]
    CidConflict,
    #[error("the name is taken")]
    NameTaken,
    #[error("the sign-in has ended")]
    SignInEnded,
    #[error("the name and the password do not belong together")]
    PasswordWrong,
    #[error("no such message, or it is taken back")]
    MessageUnknown,
    #[error("that is for the sender, the room's owner or an administrator")]
    NotAllowed,
    #[error("silenced in this room")]
    Silenced,
    #[error("no emoji, or one too many on this message")]
    BadReaction,
    #[error("the room is full")]
    RoomFull,
    #[error("in too many rooms")]
    TooManyRooms,
    #[error("another public room has this name")]
    RoomNameTaken,
    #[error("banned")]
    Banned,
    #[error("the store is busy")]
    Busy,
    #[error("the disk is full")]
    Full,
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
    /// Nothing is stored there any more until the node opens what stands there now.
    #[error("the log is not the one that was opened: {0}")]
    Replaced(String),
}

impl Error {
    /// Whether it is about what was asked for, and not about the store.
    pub(super) fn is_refusal(&self) -> bool {
        match self {
            Self::Address(_)
            | Self::Busy
            | Self::Full
            | Self::Unavailable(_)
            | Self::Replaced(_) => false,
            Self::RoomUnknown
            | Self::PersonUnknown
            | Self::CidConflict
            | Self::NameTaken
            | Self::SignInEnded
            | Self::PasswordWrong
            | Self::MessageUnknown
            | Self::NotAllowed
            | Self::Silenced
            | Self::BadReaction
            | Self::RoomFull
            | Self::TooManyRooms
            | Self::RoomNameTaken
            | Self::Banned => true,
        }
    }
}
