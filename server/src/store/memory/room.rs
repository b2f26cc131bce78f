//! One room in maps.

use std::collections::BTreeMap;

use protocol::{Entry, RoomKind, UserId};

use crate::store::rules::Range;
use crate::store::sight::Sight;
use crate::store::{Reader, Restraint};

#[derive(Default)]
pub(super) struct Room {
    pub(super) kind: RoomKind,
    pub(super) name: String,
    pub(super) topic: String,
    pub(super) owner: Option<UserId>,
    pub(super) entries: Vec<Entry>,
    /// Who is in it, or was, oldest first.
    pub(super) members: BTreeMap<UserId, Vec<Member>>,
    pub(super) restraints: BTreeMap<UserId, Restraint>,
}

/// Somebody's time in a room.
pub(super) struct Member {
    pub(super) range: Range,
    pub(super) read: u64,
    pub(super) muted: bool,
}

impl Room {
    pub(super) fn top(&self) -> u64 {
        self.entries.len() as u64
    }

    pub(super) fn entry(&self, seq: u64) -> Option<&Entry> {
        let index = usize::try_from(seq.checked_sub(1)?).ok()?;
        self.entries.get(index)
    }

    pub(super) fn ranges(&self, user: &UserId) -> Vec<Range> {
        let members = self.members.get(user).into_iter().flatten();
        members.map(|member| member.range).collect()
    }

    pub(super) fn is_in(&self, user: &UserId) -> bool {
        let last = self.members.get(user).and_then(|members| members.last());
        last.is_some_and(Member::is_now)
    }

    /// Who is in it now.
    pub(super) fn people(&self) -> impl Iterator<Item = &UserId> {
        self.members.keys().filter(|user| self.is_in(user))
    }

    /// Somebody who is in it now.
    pub(super) fn member(&mut self, user: &UserId) -> Option<&mut Member> {
        let last = self.members.get_mut(user)?.last_mut();
        last.filter(|member| member.is_now())
    }

    pub(super) fn sight(&self, reader: Reader<'_>) -> Option<Sight> {
        match reader {
            Reader::User(user) if self.kind != RoomKind::Public => {
                Sight::of(self.top(), self.ranges(user))
            }
            _ => Some(Sight::whole(self.top())),
        }
    }
}

impl Member {
    /// From this entry on.
    pub(super) fn from(seq: u64, read: u64) -> Self {
        Self {
            range: (seq, None),
            read,
            muted: false,
        }
    }

    pub(super) fn is_now(&self) -> bool {
        self.range.1.is_none()
    }
}
