//! How much of a room is unread: told by a node up to a place, counted here from there on.

use protocol::RoomState;
use protocol::limits::UNREAD_MAX;

use crate::timeline::Timeline;

/// Messages of others, and those of them that mention oneself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) unread: u64,
    pub(crate) mentions: u64,
}

/// What was seen of a room, and what was not.
#[derive(Debug, Default)]
pub(crate) struct Unread {
    /// All up to here has been on a screen of the user.
    read: u64,
    /// The last place that is counted: none counts twice.
    top: u64,
    /// What a node counted, up to this place.
    told: Count,
    told_top: u64,
    /// `told` is as much as it can be, until more is held.
    is_bound: bool,
    /// Unread messages after it, by seq, and whether they mention oneself.
    since: Vec<(u64, bool)>,
}

impl Unread {
    /// A node says how the room stands. What was read here and it does not know of yet stays read.
    pub(crate) fn told(&mut self, state: &RoomState, timeline: &Timeline) {
        let ours = self.read.min(state.top);
        self.since.retain(|(seq, _)| *seq > state.top);
        self.read = state.read;
        self.told_top = state.top;
        self.top = self.top.max(state.top);
        self.is_bound = false;
        self.told = Count {
            unread: state.unread,
            mentions: state.mentions,
        };
        self.raise(ours, timeline);
    }

    /// The room goes up to here now; whether that was not known.
    pub(crate) fn reach(&mut self, seq: u64) -> bool {
        let is_new = seq > self.top;
        self.top = self.top.max(seq);
        is_new
    }

    /// A message of somebody else stands there, and was not counted yet.
    pub(crate) fn count(&mut self, seq: u64, mentions: bool) {
        if seq <= self.read {
            return;
        }
        if self.since.len() as u64 >= UNREAD_MAX {
            self.since.remove(0);
        }
        self.since.push((seq, mentions));
    }

    /// A message of somebody else is taken back.
    pub(crate) fn uncount(&mut self, seq: u64, mentions: bool) {
        if seq <= self.read {
            return;
        }
        if seq > self.told_top {
            return self.since.retain(|(unread, _)| *unread != seq);
        }
        self.told = Count {
            unread: self.told.unread.saturating_sub(1),
            mentions: self.told.mentions.saturating_sub(u64::from(mentions)),
        };
    }

    /// All up to here was seen; whether that is new.
    pub(crate) fn raise(&mut self, seq: u64, timeline: &Timeline) -> bool {
        if seq <= self.read {
            return false;
        }
        let seen = timeline.count(self.read, seq);
        let (held, left) = (timeline.last(), self.told_top.saturating_sub(seq));
        self.is_bound |= seen.is_none() || held < Some(self.told_top) || self.is_many();
        self.read = seq;
        self.since.retain(|(unread, _)| *unread > seq);
        let seen = seen.unwrap_or_default();
        self.told = Count {
            unread: self.told.unread.saturating_sub(seen.unread).min(left),
            mentions: self.told.mentions.saturating_sub(seen.mentions).min(left),
        };
        self.settle(timeline);
        true
    }

    /// So many that the node stopped counting.
    fn is_many(&self) -> bool {
        self.told.unread >= UNREAD_MAX
    }

    /// Counts what is left of what a node counted, where all of it is held.
    pub(crate) fn settle(&mut self, timeline: &Timeline) {
        if self.is_bound
            && let Some(count) = timeline.count(self.read, self.told_top)
        {
            self.told = count;
            self.is_bound = false;
        }
    }

    pub(crate) fn read(&self) -> u64 {
        self.read
    }

    pub(crate) fn top(&self) -> u64 {
        self.top
    }

    /// Both up to [`UNREAD_MAX`].
    pub(crate) fn now(&self) -> Count {
        let mentions = self.since.iter().filter(|(_, mentions)| *mentions).count();
        Count {
            unread: (self.told.unread + self.since.len() as u64).min(UNREAD_MAX),
            mentions: (self.told.mentions + mentions as u64).min(UNREAD_MAX),
        }
    }
}
