//! What one tab was told of one room over its whole life, over all its reloads.

use protocol::{Entry, Gap};

use crate::bits::Bits;

/// Which places of the room a tab was told of: a bit each.
#[derive(Default)]
pub struct Told {
    entries: Bits,
    /// Those of them that are messages.
    messages: Bits,
    /// Those that were on the screen.
    shown: Bits,
    /// Those that came beside a run of others.
    aside: Bits,
    /// What it may not see, as far as it was told so.
    closed: Bits,
    /// The first place that is to be told.
    from: Option<u64>,
    /// All from `from` to here is told.
    whole_to: u64,
    last: u64,
}

impl Told {
    /// The room goes up to here when the tab first knows of it: all that comes after it is to be told. Later it is known.
    pub fn begin(&mut self, top: u64) {
        if self.from.is_none() {
            self.from = Some(top + 1);
            self.whole_to = top;
        }
    }

    /// A run of entries, with what is closed around them.
    pub fn take(&mut self, entries: &[Entry], closed: &[Gap]) {
        if let Some(first) = entries.first() {
            self.begin(first.seq - 1);
        }
        for entry in entries {
            self.entries.insert(entry.seq);
            if entry.kind.is_said() {
                self.messages.insert(entry.seq);
            }
            self.last = self.last.max(entry.seq);
        }
        for seq in closed.iter().flat_map(|gap| gap.0..=gap.1) {
            self.closed.insert(seq);
        }
        while self.has(self.whole_to + 1) {
            self.whole_to += 1;
        }
    }

    pub fn take_aside(&mut self, entries: &[Entry]) {
        for entry in entries {
            self.aside.insert(entry.seq);
        }
    }

    /// Whether this message was not on the screen before; from now on it was.
    pub fn is_new(&mut self, seq: u64) -> bool {
        self.shown.insert(seq)
    }

    /// Whether the place was told, as an entry or as closed.
    pub fn has(&self, seq: u64) -> bool {
        self.entries.has(seq) || self.closed.has(seq)
    }

    pub fn has_message(&self, seq: u64) -> bool {
        self.messages.has(seq)
    }

    /// All is told from the first place that was to be told to here.
    pub fn whole_to(&self) -> u64 {
        self.whole_to
    }

    /// The newest place told; 0 for none.
    pub fn last(&self) -> u64 {
        self.last
    }

    /// The newest message told; 0 for none.
    pub fn last_message(&self) -> u64 {
        let told = (1..=self.last).rev();
        told.into_iter()
            .find(|seq| self.messages.has(*seq))
            .unwrap_or(0)
    }

    /// Whether something between the first and the last place was never told.
    pub fn has_gap(&self) -> bool {
        self.whole_to < self.last
    }

    /// Of the places one may see, those that were to be told up to `top` and were not, the first few of them.
    pub fn missing(&self, top: u64, sees: impl Fn(u64) -> bool) -> Vec<u64> {
        let from = self.from.unwrap_or(top + 1);
        let missing = (from..=top).filter(|seq| !self.entries.has(*seq) && sees(*seq));
        missing.take(5).collect()
    }

    /// The places told that one may not see, the first few of them.
    pub fn beyond(&self, sees: impl Fn(u64) -> bool) -> Vec<u64> {
        let end = self.entries.end().max(self.aside.end());
        let told = (1..end).filter(|seq| self.entries.has(*seq) || self.aside.has(*seq));
        told.filter(|seq| !sees(*seq)).take(5).collect()
    }
}

#[cfg(test)]
mod tests;
