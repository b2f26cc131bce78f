//! A run of entries, each with the closed gap before it.

use protocol::{Entry, Gap};

/// An entry, with the first place of the closed gap right before it, or its own.
#[derive(Debug)]
pub(crate) struct Step {
    pub(super) from: u64,
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

/// Whether nothing is missing between the two.
pub(super) fn joins(before: &Step, after: &Step) -> bool {
    before.entry.seq < after.entry.seq && after.from <= before.entry.seq + 1
}
