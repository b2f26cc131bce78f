//! Chat inside another product: the people and rooms that a program makes, by its own names for them.

use async_trait::async_trait;
use protocol::{Entry, Name, Person, Reason, RoomId, RoomKind, UserId};

use super::{Alias, Called, Deed, Error};

/// A program's own people and rooms. No other program sees its aliases; a new key under the same name does. Its people have no
/// password and come in by [ticket](super::Tickets) alone; into its rooms it alone lets people.
#[async_trait]
pub trait Embedding: Send + Sync {
    /// Has somebody be called so: made with the first name, renamed with another. A name that is taken gets a number.
    async fn put_person(
        &self,
        program: &Person,
        alias: &Alias,
        name: &Name,
    ) -> Result<PersonPut, Error>;

    /// Has a room be so: made, or changed to it. Either all of it is done, in one commit, or nothing is. `RoomNameTaken`, `RoomFull`.
    async fn put_room(
        &self,
        deed: Deed,
        alias: &Alias,
        wanted: RoomWanted,
    ) -> Result<Result<RoomPut, NotPut>, Error>;

    /// Changes who is in one of its rooms, as [`put_room`](Self::put_room) does. `RoomUnknown` if there is none called so.
    async fn put_members(
        &self,
        deed: Deed,
        alias: &Alias,
        wanted: MembersWanted,
    ) -> Result<Result<RoomPut, NotPut>, Error>;

    /// Whom the program calls so.
    async fn person(&self, program: &Person, alias: &Alias) -> Result<Option<Person>, Error>;

    /// Which room the program calls so.
    async fn room(&self, program: &Person, alias: &Alias) -> Result<Option<RoomId>, Error>;
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonPut {
    /// With the name they have now.
    pub person: Person,
    pub is_new: bool,
}

/// How a room is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomWanted {
    /// Public or private, for ever.
    pub kind: RoomKind,
    pub name: String,
    pub topic: String,
    pub members: MembersWanted,
}

/// Who is to be in a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MembersWanted {
    /// Whoever is.
    AsTheyAre,
    /// These. Into a public room people also come by themselves: nobody is put out of it by this.
    Exactly(Vec<Called<UserId>>),
    With(Called<UserId>),
    Without(Called<UserId>),
}

/// What became of a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomPut {
    pub room: RoomId,
    pub is_new: bool,
    pub added: Vec<Member>,
    pub removed: Vec<Member>,
    /// Who may not be let in, and why. The others are.
    pub left_out: Vec<(Member, Reason)>,
    /// All to be spread.
    pub entries: Vec<Entry>,
}

/// Why a room stays as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotPut {
    /// Those of the members who are not there.
    Unknown(Vec<Called<UserId>>),
    /// The room is of this kind.
    OtherKind(RoomKind),
}

/// Somebody, as the program knows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    pub person: Person,
    /// None for who is not one of its own.
    pub alias: Option<Alias>,
}
