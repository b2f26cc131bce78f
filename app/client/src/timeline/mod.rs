//! What is stored of a room: a window without holes but those that are closed to the reader, up to the newest entry heard of.

mod held;
mod shown;
mod step;
mod weaving;

use std::collections::{HashSet, VecDeque};

use protocol::{Cid, Cursor, Entry, Epoch, Gap, Person, UserId};

use self::held::{Held, What};
use self::step::joins;
pub(crate) use self::step::{Step, steps};
use crate::unread::Count;
use crate::{Line, Message};

/// Entries held without the reader asking for more; above it the oldest go, and come back as pages.
pub const WINDOW_MAX: usize = 2_000;

/// A window of a room's log without holes.
#[derive(Debug)]
pub(crate) struct Timeline {
    me: Person,
    held: VecDeque<Held>,
    /// Whose sends stand in the window, so that nothing is shown twice.
    sends: HashSet<(UserId, Cid)>,
    /// The seq before the window's first while the window is empty; unknown when all was dropped.
    base: Option<u64>,
    /// Entries before which the oldest go.
    limit: usize,
    /// There is nothing before the window that one may see.
    is_whole: bool,
}

/// What came of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Applied {
    New,
    Known,
    /// Entries before it are missing.
    Hole,
    /// Another one is held at its place: this is another log.
    Conflict,
}

impl Timeline {
    /// Holds nothing.
    pub(crate) fn new(me: Person) -> Self {
        Self {
            me,
            held: VecDeque::new(),
            sends: HashSet::new(),
            base: None,
            limit: WINDOW_MAX,
            is_whole: false,
        }
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        self.held.clear();
        self.sends.clear();
        self.base = None;
        self.limit = WINDOW_MAX;
        self.is_whole = false;
    }

    /// Takes a newest page in place of all that is held; of a page with a hole, what is after it.
    pub(crate) fn replace(&mut self, newest: Vec<Step>) {
        self.clear();
        let run = newest
            .windows(2)
            .rposition(|pair| !joins(&pair[0], &pair[1]));
        let run = run.map_or(0, |at| at + 1);
        let first = newest.get(run).map_or(0, |step| step.from);
        self.base = Some(first.saturating_sub(1));
        for step in newest.into_iter().skip(run) {
            self.apply(step);
        }
    }

    /// Takes the next entry, and only that one.
    pub(crate) fn apply(&mut self, step: Step) -> Applied {
        let Step { from, entry } = step;
        match self.last() {
            Some(last) if entry.seq <= last => match self.at(entry.seq) {
                Some(at) if self.held[at].tag != entry.tag() => Applied::Conflict,
                _ => Applied::Known,
            },
            Some(last) if from <= last + 1 => {
                let held = self.held_of(last + 1, entry);
                self.held.push_back(held);
                self.weave(self.held.len() - 1);
                if self.held.len() > self.limit {
                    self.drop_oldest();
                }
                Applied::New
            }
            _ => Applied::Hole,
        }
    }

    /// Takes what is right before the window; whether it joined on. An empty page says that there
    /// is nothing more to see.
    pub(crate) fn prepend(&mut self, mut entries: Vec<Entry>, closed: &[Gap]) -> bool {
        if entries.is_empty() {
            self.is_whole = true;
            return true;
        }
        let first = self.first();
        entries.retain(|entry| entry.seq < first);
        let older = steps(entries, closed);
        let gap = closed
            .iter()
            .find(|gap| gap.0 < first && first <= gap.1.saturating_add(1));
        let end = gap.map_or(first, |gap| gap.0);
        let is_run = older.windows(2).all(|pair| joins(&pair[0], &pair[1]));
        if !is_run || older.last().is_none_or(|step| step.entry.seq + 1 != end) {
            return false;
        }
        if let Some(held) = self.held.front_mut() {
            held.from = end;
        }
        let added = older.len();
        for Step { from, entry } in older.into_iter().rev() {
            let held = self.held_of(from, entry);
            self.held.push_front(held);
        }
        self.weave_older(added);
        self.limit = self.limit.max(self.held.len());
        true
    }

    /// Lets go of all but the newest [`WINDOW_MAX`]; whether something went.
    pub(crate) fn trim(&mut self) -> bool {
        let before = self.held.len();
        self.limit = WINDOW_MAX;
        while self.held.len() > self.limit {
            self.drop_oldest();
        }
        self.held.len() < before
    }

    /// The last seq held, 0 in an empty room; unknown when nothing is held of a room with entries.
    pub(crate) fn last(&self) -> Option<u64> {
        self.held.back().map(|held| held.seq).or(self.base)
    }

    /// The seq before which older entries are to be asked for.
    pub(crate) fn first(&self) -> u64 {
        self.held
            .front()
            .map_or(self.base.map_or(1, |base| base + 1), |held| held.from)
    }

    pub(crate) fn has_older(&self) -> bool {
        self.first() > 1 && !self.is_whole
    }

    pub(crate) fn cursor(&self, epoch: &Epoch) -> Option<Cursor> {
        let tag = self.held.back().map(|held| held.tag);
        let seq = self.last()?;
        // A place without the tag that proves it is only believed at the very start.
        (tag.is_some() || seq == 0).then(|| Cursor {
            epoch: epoch.clone(),
            seq,
            tag,
        })
    }

    pub(crate) fn has(&self, sender: &UserId, cid: &Cid) -> bool {
        self.sends.contains(&(sender.clone(), cid.clone()))
    }

    /// What is shown, with its seqs, oldest first.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (u64, Line)> {
        self.held
            .iter()
            .filter_map(|held| Some((held.seq, held.what.line()?)))
    }

    /// The message at this place, if it is held.
    pub(crate) fn message(&self, seq: u64) -> Option<&Message> {
        match &self.held.get(self.at(seq)?)?.what {
            What::Message(shown) => Some(&shown.message),
            _ => None,
        }
    }

    /// The newest message that stands, if one is held.
    pub(crate) fn newest(&self) -> Option<&Message> {
        self.held.iter().rev().find_map(|held| match &held.what {
            What::Message(shown) if !shown.message.deleted => Some(&*shown.message),
            _ => None,
        })
    }

    /// The messages of others after `read` up to `top`; none if not all between them is held.
    pub(crate) fn count(&self, read: u64, top: u64) -> Option<Count> {
        let is_held = self.first() <= read + 1 && self.last().is_some_and(|last| last >= top);
        if read >= top {
            return Some(Count::default());
        }
        let of = |count: Count, held: &Held| match &held.what {
            What::Message(shown) if !shown.message.mine && !shown.message.deleted => Count {
                unread: count.unread + 1,
                mentions: count.mentions + u64::from(shown.message.mentions_me),
            },
            _ => count,
        };
        let is_between = |held: &&Held| (read + 1..=top).contains(&held.seq);
        is_held.then(|| {
            let between = self.held.iter().filter(is_between);
            between.fold(Count::default(), of)
        })
    }

    fn at(&self, seq: u64) -> Option<usize> {
        let at = self.held.partition_point(|held| held.seq < seq);
        self.held.get(at).filter(|held| held.seq == seq)?;
        Some(at)
    }

    fn held_of(&mut self, from: u64, entry: Entry) -> Held {
        let (seq, tag) = (entry.seq, entry.tag());
        let what = What::of(entry, &self.me);
        let is_known = what.send().is_some_and(|send| !self.sends.insert(send));
        let what = if is_known { What::Nothing } else { what };
        Held {
            from,
            seq,
            tag,
            what,
        }
    }

    fn drop_oldest(&mut self) {
        if let Some(held) = self.held.pop_front()
            && let Some(send) = held.what.send()
        {
            self.sends.remove(&send);
        }
        self.is_whole = false;
    }
}
