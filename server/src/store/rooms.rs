//! Rooms: who makes them, who is in them, how they are seen, and who keeps order there.

use std::collections::HashSet;

use async_trait::async_trait;
use protocol::{Cid, Entry, Kind, Person, RoomId, RoomKind, RoomState, UserId};

use super::{Error, Token};

/// Rooms and who is in them. Each verb stores, in one commit, the room's entry and the one in the inbox of whom it is about; of
/// who comes and goes in a public room, the inbox alone tells. A deed known by its sender and cid is not done again. For who is
/// not in a room that is not public, it is unknown.
#[async_trait]
pub trait Rooms: Send + Sync {
    /// Makes a room with its people, who are all told. A direct room is made once for two people. `RoomNameTaken` if a public one
    /// is called like this, `RoomFull` where somebody would be one too many, `TooManyRooms` where the room would be one too many
    /// for somebody, which a direct one never is.
    async fn open(&self, deed: Deed, room: NewRoom) -> Result<Changed, Error>;

    /// Goes into a public room. What it has so far counts as read. `Banned`, `RoomFull`, `TooManyRooms`.
    async fn join(&self, deed: Deed, room: &RoomId) -> Result<Changed, Error>;

    /// Lets somebody into a private room or a group: they see the room from the entry on that says so. `Banned`, `RoomFull`,
    /// `TooManyRooms`.
    async fn add(&self, deed: Deed, room: &RoomId, user: &UserId) -> Result<Changed, Error>;

    /// Puts somebody out, or leaves: the entry that says so is the last they see, and in their inbox they are told why. Others are
    /// put out by the room's owner and administrators alone, and nobody of a direct room. `PersonUnknown` for who never was in.
    async fn remove(
        &self,
        deed: Deed,
        room: &RoomId,
        user: &UserId,
        why: &str,
    ) -> Result<Changed, Error>;

    /// Gives a room another name (`renamed`) or topic (`described`); for its owner and administrators.
    async fn describe(
        &self,
        deed: Deed,
        room: &RoomId,
        kind: Kind,
        text: &str,
    ) -> Result<Changed, Error>;
}

/// The rooms as their people see them.
#[async_trait]
pub trait Shelf: Send + Sync {
    /// The rooms this user is in, inboxes aside, by name.
    async fn rooms(&self, user: &UserId) -> Result<Vec<RoomState>, Error>;

    /// One of them. A public room is told to who is not in it, too, as if all of it had been read; others are unknown then.
    async fn room(&self, user: &UserId, room: &RoomId) -> Result<RoomState, Error>;

    /// Whether the user is in the room now.
    async fn is_in(&self, user: &UserId, room: &RoomId) -> Result<bool, Error>;

    /// Those of these users who are in the room now, in whatever order.
    async fn among(&self, room: &RoomId, users: Vec<UserId>) -> Result<HashSet<UserId>, Error>;

    /// The public rooms whose names come after this one, by name, at most `limit`.
    async fn public(&self, after_name: Option<&str>, limit: usize) -> Result<Vec<Listed>, Error>;

    /// Who is in a room, by name, at most `limit` of them; unknown for who may not see the room.
    async fn members(&self, user: &UserId, room: &RoomId, limit: usize) -> Result<Members, Error>;

    /// Raises read cursors, never lowers one; those of rooms one is not in are passed over.
    async fn read(&self, marks: Vec<(UserId, RoomId, u64)>) -> Result<(), Error>;

    /// Whether the user wants no notifications from a room they are in.
    async fn mute(&self, user: &UserId, room: &RoomId, muted: bool) -> Result<(), Error>;
}

/// Links that let into a private room whoever has one. A room has one at a time, and the store keeps only its hash.
#[async_trait]
pub trait Invites: Send + Sync {
    /// A new link; the one before it ends. `NotAllowed` but for the room's owner and administrators in it.
    async fn invite(&self, by: &Person, room: &RoomId) -> Result<Token, Error>;

    /// Where a link leads; none if it has ended.
    async fn invited(&self, link: &Token) -> Result<Option<Listed>, Error>;

    /// Lets in who does it. `RoomUnknown` if the link has ended, and as [`Rooms::add`].
    async fn accept(&self, deed: Deed, link: &Token) -> Result<Changed, Error>;
}

/// What a room's owner and administrators do to others in it. `NotAllowed` for anybody else, and to an owner or administrator.
#[async_trait]
pub trait Order: Send + Sync {
    /// Takes nothing of this user in the room any more until then, in milliseconds since 1970 UTC, or until they are let speak.
    async fn silence(
        &self,
        deed: Deed,
        room: &RoomId,
        user: &UserId,
        until_ms: Option<u64>,
    ) -> Result<(), Error>;

    async fn unsilence(&self, deed: Deed, room: &RoomId, user: &UserId) -> Result<(), Error>;

    /// Puts a user out, and lets them in no more; they are told why.
    async fn ban(
        &self,
        deed: Deed,
        room: &RoomId,
        user: &UserId,
        why: &str,
    ) -> Result<Changed, Error>;

    /// They may come back. Nobody says so of themselves.
    async fn unban(&self, deed: Deed, room: &RoomId, user: &UserId) -> Result<(), Error>;

    /// What is held against a user in a room.
    async fn restraint(&self, room: &RoomId, user: &UserId) -> Result<Restraint, Error>;

    /// Who is banned from a room, by name, at most `limit`. Not asked by whom: the room's keepers alone are to be told.
    async fn banned(&self, room: &RoomId, limit: usize) -> Result<Vec<Person>, Error>;
}

/// A room to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRoom {
    pub kind: RoomKind,
    /// Empty for a direct room and a group.
    pub name: String,
    pub topic: String,
    /// Who is in it besides its maker; in a direct room one.
    pub people: Vec<UserId>,
}

/// A public room as those find it who look for one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    pub id: RoomId,
    pub name: String,
    pub topic: String,
    /// How many are in it.
    pub people: u64,
}

/// Who is in a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Members {
    pub count: u64,
    pub owner: Option<UserId>,
    /// By name, as many as were asked for.
    pub people: Vec<Person>,
}

/// Who changes a room, by which send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deed {
    pub by: Person,
    pub cid: Cid,
    /// Milliseconds since 1970 UTC.
    pub at: u64,
}

/// What a room's keepers have done to somebody in it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Restraint {
    /// Milliseconds since 1970 UTC.
    pub silenced_until: Option<u64>,
    pub is_banned: bool,
}

impl Restraint {
    /// Whether they may say nothing at this time, in milliseconds since 1970 UTC.
    pub fn is_silent(&self, at: u64) -> bool {
        self.silenced_until.is_some_and(|until| until > at)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changed {
    /// The entries it made, all to be spread; the first is the answer.
    Now(Vec<Entry>),
    /// It was so already, by this deed or another; the entry that made it so.
    Before(Entry),
}
