//! Programs: their keys, and where they speak.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use async_trait::async_trait;
use protocol::{Name, Person, RoomId, RoomKind, UserId};

use super::{Changed, Deed, Error, Token};

/// What a program's token begins with, so that who finds one knows what it opens.
pub const TOKEN_MARK: &str = "confab_";

/// The keys programs show.
#[async_trait]
pub trait Keys: Send + Sync {
    /// A new key; the token is told here and never again. `NameTaken` if a program or a person is called so.
    async fn make(&self, new: NewKey) -> Result<Token, Error>;

    /// All keys that are good, by name.
    async fn list(&self) -> Result<Vec<Key>, Error>;

    /// Ends the key of this name; whether there was one. Every node knows at its next use.
    async fn revoke(&self, name: &Name) -> Result<bool, Error>;

    /// Whose token this is, if it is still good. Notes the day.
    async fn recognise(&self, token: &Token) -> Result<Option<Key>, Error>;
}

/// Where programs speak, and who is there.
#[async_trait]
pub trait Podium: Send + Sync {
    /// The room where a user reads what programs tell them alone, made by this deed if it is not there yet. `PersonUnknown` for
    /// who is not there.
    async fn open(&self, deed: Deed, user: &UserId) -> Result<Changed, Error>;

    /// A room with those who are in it; none for an inbox.
    async fn hall(&self, room: &RoomId) -> Result<Option<Hall>, Error>;
}

/// What a key is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewKey {
    pub name: Name,
    pub scopes: BTreeSet<Scope>,
    /// The only rooms it may have to do with; none for all.
    pub rooms: Option<BTreeSet<RoomId>>,
}

/// A program, as its key tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// As the sender of what it says.
    pub program: Person,
    pub scopes: BTreeSet<Scope>,
    /// The only rooms it may have to do with; none for all. An empty set is no room.
    pub rooms: Option<BTreeSet<RoomId>>,
    /// Days since 1970 UTC.
    pub made: i64,
    pub used: Option<i64>,
}

/// What a key is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// Tell people and rooms something.
    Push,
    /// Know who is online, and which rooms there are.
    Online,
    /// End people's connections.
    Kick,
    /// Hear what is said in rooms.
    Listen,
    /// Make people and rooms of its own, and sign those people in.
    People,
}

impl Scope {
    pub const ALL: [Self; 5] = [
        Self::Push,
        Self::Online,
        Self::Kick,
        Self::Listen,
        Self::People,
    ];
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Push => "push",
            Self::Online => "online",
            Self::Kick => "kick",
            Self::Listen => "listen",
            Self::People => "people",
        })
    }
}

impl FromStr for Scope {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        let known = Self::ALL
            .into_iter()
            .find(|scope| scope.to_string() == word);
        known.ok_or_else(|| {
            format!("{word:?} is no scope; give push, online, kick, listen, people, or all")
        })
    }
}

impl Key {
    pub fn may(&self, scope: Scope) -> bool {
        self.scopes.contains(&scope)
    }

    /// Whether the room is one it may have to do with.
    pub fn knows(&self, room: &RoomId) -> bool {
        self.rooms.is_none() || self.is_made_for(room)
    }

    /// Whether it is for some rooms alone, and this is one of them.
    pub fn is_made_for(&self, room: &RoomId) -> bool {
        let rooms = self.rooms.as_ref();
        rooms.is_some_and(|rooms| rooms.contains(room))
    }
}

/// A room with those who are in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hall {
    pub id: RoomId,
    pub kind: RoomKind,
    pub name: String,
    pub topic: String,
    /// The highest seq.
    pub top: u64,
    pub people: Vec<UserId>,
}

/// As a store keeps it in one column.
pub(super) fn listed<T: fmt::Display>(set: &BTreeSet<T>) -> String {
    let words: Vec<String> = set.iter().map(T::to_string).collect();
    words.join(",")
}

/// What [`listed`] wrote; what this build does not know is left out.
pub(super) fn set<T: FromStr + Ord>(listed: &str) -> BTreeSet<T> {
    let words = listed.split(',');
    words.filter_map(|word| word.parse().ok()).collect()
}
