//! The stored messages of the room: a window without holes but those that are closed to the reader, up to the newest one heard
//! of.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use protocol::{Cid, Cursor, Entry, Epoch, Gap, Kind, Person, Tag, UserId};

use crate::{Message, Sending};

/// Entries held without the reader asking for more; above it the oldest go, and come back as pages.
pub const WINDOW_MAX: usize = 2_000;

/// A window of the room's log without holes.
#[derive(Debug)]
pub(crate) struct Timeline {
    me: UserId,
    held: VecDeque<Held>,
    /// What stands in the window, so that nothing is shown twice.
    shown: HashSet<(UserId, Cid)>,
    /// The seq before the window's first while the window is empty; unknown when all was dropped.
    base: Option<u64>,
    /// Entries before which the oldest go.
    limit: usize,
    /// There is nothing before the window that one may see.
    is_whole: bool,
}

#[derive(Debug)]
struct Held {
    /// Right after what is held before it: the place of the entry, or where the closed gap before it begins.
    from: u64,
    seq: u64,
    tag: Tag,
    /// None for a kind that is not shown.
    message: Option<Arc<Message>>,
}

/// An entry, with the first place of the closed gap right before it, or its own.
#[derive(Debug)]
pub(crate) struct Step {
    from: u64,
    pub(crate) entry: Entry,
}

impl Step {
    /// All up to the entry, from the very start.
    pub(crate) fn is_from_the_start(&self) -> bool {
        self.from <= 1
    }
}

/// The entries told, each with the closed gap before it.
pub(crate) fn steps(entries: Vec<Entry>, closed: &[Gap]) -> Vec<Step> {
    let step = |entry: Entry| {
        let before = closed
            .iter()
            .find(|gap| gap.1.checked_add(1) == Some(entry.seq));
        let from = before.map_or(entry.seq, |gap| gap.0.min(entry.seq));
        Step { from, entry }
    };
    entries.into_iter().map(step).collect()
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
    /// The newest page, and the room's top.
    pub(crate) fn new(me: UserId, newest: Vec<Step>, top: u64) -> Self {
        let mut timeline = Self {
            me,
            held: VecDeque::new(),
            shown: HashSet::new(),
            base: None,
            limit: WINDOW_MAX,
            is_whole: false,
        };
        if !newest.is_empty() || top == 0 {
            timeline.replace(newest);
        }
        timeline
    }

    /// Forgets everything: the log is another one.
    pub(crate) fn clear(&mut self) {
        self.held.clear();
        self.shown.clear();
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
            Some(last) if entry.seq <= last => match self.get(entry.seq) {
                Some(held) if held.tag != entry.tag() => Applied::Conflict,
                _ => Applied::Known,
            },
            Some(last) if from <= last + 1 => {
                let held = self.held_of(last + 1, entry);
                self.held.push_back(held);
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
        for Step { from, entry } in older.into_iter().rev() {
            let held = self.held_of(from, entry);
            self.held.push_front(held);
        }
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
        self.shown.contains(&(sender.clone(), cid.clone()))
    }

    /// The messages with their seqs, oldest first.
    pub(crate) fn messages(&self) -> impl Iterator<Item = (u64, &Arc<Message>)> {
        self.held
            .iter()
            .filter_map(|held| Some((held.seq, held.message.as_ref()?)))
    }

    fn get(&self, seq: u64) -> Option<&Held> {
        let at = self.held.partition_point(|held| held.seq < seq);
        self.held.get(at).filter(|held| held.seq == seq)
    }

    fn held_of(&mut self, from: u64, entry: Entry) -> Held {
        let (seq, tag) = (entry.seq, entry.tag());
        let is_shown = entry.kind == Kind::Posted
            && self.shown.insert((entry.sender.clone(), entry.cid.clone()));
        let message = is_shown.then(|| {
            Arc::new(Message {
                mine: entry.sender == self.me,
                cid: entry.cid,
                sender: Person {
                    id: entry.sender,
                    name: entry.name,
                },
                body: entry.body,
                at: entry.at,
                seq: Some(seq),
                state: Sending::Sent,
            })
        });
        Held {
            from,
            seq,
            tag,
            message,
        }
    }

    fn drop_oldest(&mut self) {
        if let Some(Held {
            message: Some(message),
            ..
        }) = self.held.pop_front()
        {
            self.shown
                .remove(&(message.sender.id.clone(), message.cid.clone()));
        }
        self.is_whole = false;
    }
}

/// Whether nothing is missing between the two.
fn joins(before: &Step, after: &Step) -> bool {
    before.entry.seq < after.entry.seq && after.from <= before.entry.seq + 1
}
