//! What the list of a room shows.

use std::sync::Arc;

use protocol::{Cid, Entry, Kind, Name, Person, UserId};

use crate::{Message, Millis};

/// One line of the list. A clone is cheap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    Message(Arc<Message>),
    Notice(Arc<Notice>),
    Fact(Arc<Fact>),
}

impl Line {
    /// Which line it is: the same from pending to sent, and never twice in a list.
    pub fn key(&self) -> Key {
        match self {
            Self::Message(message) => Key::Message(message.sender.id.clone(), message.cid.clone()),
            Self::Notice(notice) => Key::Notice(notice.id),
            Self::Fact(fact) => Key::Fact(fact.seq),
        }
    }
}

/// Which line it is. A cid is only its sender's: somebody else may take the same, so both belong to the key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    Message(UserId, Cid),
    Notice(u64),
    Fact(u64),
}

/// Who came and who went while nobody wrote; whoever did both is in neither list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    pub id: u64,
    pub joined: Vec<Person>,
    pub left: Vec<Person>,
    /// When the last of them came or went, by the engine's clock.
    pub at: Millis,
}

/// What the log says of the room itself: who was let in or put out, how it is called, what it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    pub seq: u64,
    /// `Added`, `Removed`, `Renamed` or `Described`.
    pub kind: Kind,
    pub by: Person,
    /// Who was let in or put out; who went by themselves is `by` as well.
    pub who: Option<Person>,
    /// The new name or topic.
    pub text: String,
    /// Milliseconds since 1970 UTC.
    pub at: u64,
}

impl Fact {
    /// None for an entry that says nothing of its room.
    pub(crate) fn of(entry: &Entry) -> Option<Self> {
        let who = match entry.kind {
            Kind::Added | Kind::Removed => Some(whom(entry)?),
            Kind::Renamed | Kind::Described => None,
            _ => return None,
        };
        Some(Self {
            seq: entry.seq,
            kind: entry.kind,
            by: Person {
                id: entry.sender.clone(),
                name: entry.name.clone(),
            },
            who,
            text: entry.body.clone(),
            at: entry.at,
        })
    }
}

fn whom(entry: &Entry) -> Option<Person> {
    let id = entry.target.as_ref()?.as_str().parse().ok()?;
    let name = Name::parse(&entry.body).ok()?;
    Some(Person { id, name })
}
