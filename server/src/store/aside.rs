//! What belongs to a run of entries and stands outside it.

use std::collections::{BTreeMap, BTreeSet};

use protocol::{Entry, Gap, Kind, Target};

use super::sight::{Sight, has};

/// Changes of a kind that are looked at for one message, and reactions that go with one run; beyond it the oldest are left out.
pub(super) const CHANGES_MAX: usize = 1_000;

/// Collects, of what the reader may see outside a run: the messages it answers, and the newest changes of both.
pub(super) struct Aside<'a> {
    sight: &'a Sight,
    runs: &'a [Gap],
    entries: &'a [Entry],
    quoted: BTreeSet<u64>,
    found: Vec<Entry>,
    /// By message.
    texts: BTreeMap<u64, Entry>,
    /// By message, who and which.
    reactions: BTreeMap<(u64, protocol::UserId, String), Entry>,
}

impl<'a> Aside<'a> {
    pub(super) fn of(sight: &'a Sight, runs: &'a [Gap], entries: &'a [Entry]) -> Self {
        let answers = entries.iter().filter(|entry| entry.kind.is_said());
        let quoted = answers.filter_map(target).collect::<BTreeSet<u64>>();
        let is_outside = |seq: &u64| !has(runs, *seq) && sight.sees(*seq);
        Self {
            sight,
            runs,
            entries,
            quoted: quoted.into_iter().filter(is_outside).collect(),
            found: Vec::new(),
            texts: BTreeMap::new(),
            reactions: BTreeMap::new(),
        }
    }

    /// The messages to be told as well.
    pub(super) fn quoted(&self) -> &BTreeSet<u64> {
        &self.quoted
    }

    /// The messages whose changes there may be outside: all changes stand after them, so that a run up to the top has them.
    pub(super) fn changed(&self) -> BTreeSet<u64> {
        let last = self.runs.last().map_or(0, |run| run.1);
        let mut changed = self.quoted.clone();
        if last < self.sight.top() {
            let messages = self.entries.iter().filter(|entry| entry.kind.is_said());
            changed.extend(messages.map(|entry| entry.seq));
        }
        changed
    }

    /// How many of the newest edits of a message have to be looked at, as some may not be seen.
    pub(super) fn edits_max(&self) -> usize {
        if self.sight.goes_on() { 1 } else { CHANGES_MAX }
    }

    /// Takes a quoted message, or a change of one of these messages; changes in their order.
    pub(super) fn take(&mut self, entry: Entry) {
        if has(self.runs, entry.seq) || !self.sight.sees(entry.seq) {
            return;
        }
        match (entry.kind, target(&entry)) {
            (Kind::Posted | Kind::Notice, _) => self.found.push(entry),
            (Kind::Edited | Kind::Deleted, Some(message)) => {
                self.texts.insert(message, entry);
            }
            // Quotes show none.
            (Kind::Reacted | Kind::Unreacted, Some(message)) if has(self.runs, message) => {
                let key = (message, entry.sender.clone(), entry.body.clone());
                self.reactions.insert(key, entry);
            }
            _ => {}
        }
    }

    /// In their order.
    pub(super) fn told(mut self) -> Vec<Entry> {
        let mut reactions: Vec<Entry> = self.reactions.into_values().collect();
        reactions.sort_by_key(|entry| entry.seq);
        let left_out = reactions.len().saturating_sub(CHANGES_MAX);
        self.found.extend(self.texts.into_values());
        self.found.extend(reactions.into_iter().skip(left_out));
        self.found.sort_by_key(|entry| entry.seq);
        self.found
    }
}

fn target(entry: &Entry) -> Option<u64> {
    entry.target.as_ref().and_then(Target::seq)
}
