//! What is held of one entry.

use std::sync::Arc;

use protocol::{Cid, Entry, Kind, Person, Tag, Target, UserId};

use super::shown::Shown;
use crate::{Fact, Line, Message};

#[derive(Debug)]
pub(super) struct Held {
    /// Right after what is held before it: the place of the entry, or where the closed gap before it begins.
    pub(super) from: u64,
    pub(super) seq: u64,
    pub(super) tag: Tag,
    pub(super) what: What,
}

#[derive(Debug)]
pub(super) enum What {
    Message(Box<Shown>),
    /// Kept after it was done, as its message may come later, with an older page.
    Change(Arc<Change>),
    Fact(Arc<Fact>),
    /// Counted, and not shown.
    Nothing,
}

/// What an entry changes of an earlier message.
#[derive(Debug)]
pub(super) struct Change {
    pub(super) seq: u64,
    pub(super) kind: Kind,
    /// The seq of the message.
    pub(super) target: u64,
    pub(super) by: Person,
    pub(super) cid: Cid,
    /// The new text, empty if it is taken back; or an emoji.
    pub(super) body: String,
}

impl Change {
    /// None for an entry that changes no message.
    pub(super) fn of(entry: &Entry) -> Option<Self> {
        if !entry.kind.is_change() {
            return None;
        }
        let is_deletion = entry.kind == Kind::Deleted;
        Some(Self {
            seq: entry.seq,
            kind: entry.kind,
            target: entry.target.as_ref().and_then(Target::seq)?,
            by: Person {
                id: entry.sender.clone(),
                name: entry.name.clone(),
            },
            cid: entry.cid.clone(),
            body: if is_deletion {
                String::new()
            } else {
                entry.body.clone()
            },
        })
    }

    pub(super) fn is_of_text(&self) -> bool {
        matches!(self.kind, Kind::Edited | Kind::Deleted)
    }
}

impl What {
    pub(super) fn of(entry: Entry, me: &Person) -> Self {
        if entry.kind.is_said() {
            Self::Message(Box::new(Shown::new(Message::stored(entry, me))))
        } else if let Some(change) = Change::of(&entry) {
            Self::Change(Arc::new(change))
        } else {
            Fact::of(&entry).map_or(Self::Nothing, |fact| Self::Fact(Arc::new(fact)))
        }
    }

    /// Whose send it is, where that is to be known again.
    pub(super) fn send(&self) -> Option<(UserId, Cid)> {
        match self {
            Self::Message(shown) => {
                Some((shown.message.sender.id.clone(), shown.message.cid.clone()))
            }
            Self::Change(change) => Some((change.by.id.clone(), change.cid.clone())),
            Self::Fact(_) | Self::Nothing => None,
        }
    }

    pub(super) fn line(&self) -> Option<Line> {
        match self {
            Self::Message(shown) => Some(Line::Message(shown.message.clone())),
            Self::Fact(fact) => Some(Line::Fact(fact.clone())),
            Self::Change(_) | Self::Nothing => None,
        }
    }
}
