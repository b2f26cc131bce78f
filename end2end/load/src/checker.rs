//! Whether the log keeps what was promised: reads it once, from its first entry to its last.

use std::collections::BTreeSet;

use protocol::{Cid, UserId};

use crate::ledger::{Ledger, Written, hash};
use crate::shown::Shown;
use crate::verdict::Verdict;

/// An entry of the room, as the log has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    pub seq: u64,
    pub sender: String,
    pub cid: String,
    pub body: String,
}

pub struct Checker<'a> {
    ledger: &'a Ledger,
    senders: Vec<Sender<'a>>,
    verdict: Verdict,
}

/// What was read of one tab's messages.
struct Sender<'a> {
    id: &'a str,
    next: u64,
    /// Before `next`, and not seen yet.
    missing: BTreeSet<u64>,
}

impl<'a> Checker<'a> {
    /// `people` are those at the tabs, in their order.
    pub fn new(ledger: &'a Ledger, people: &'a [UserId]) -> Self {
        let sender = |id: &'a UserId| Sender {
            id: id.as_str(),
            next: 1,
            missing: BTreeSet::new(),
        };
        Self {
            ledger,
            senders: people.iter().map(sender).collect(),
            verdict: Verdict::default(),
        }
    }

    /// Takes the next entry of the log.
    pub fn read(&mut self, entry: &Stored) {
        self.verdict.stored += 1;
        if entry.seq != self.verdict.stored {
            let place = self.verdict.stored;
            self.strange(format!("the log has {} at place {place}", entry.seq));
            self.verdict.stored = entry.seq;
        }
        let written = entry
            .cid
            .parse::<Cid>()
            .ok()
            .as_ref()
            .and_then(Written::parse);
        let written = written.filter(|written| {
            let sender = self.senders.get(written.tab);
            sender.is_some_and(|sender| sender.id == entry.sender)
        });
        match written {
            Some(written) => self.read_message(entry, written),
            None => self.strange(format!("nobody wrote {} at {}", entry.cid, entry.seq)),
        }
    }

    fn read_message(&mut self, entry: &Stored, written: Written) {
        if entry.body != written.body() {
            self.strange(format!("{written} has another text at {}", entry.seq));
        }
        if self.ledger.sends[written.tab]
            .answer(written.nth)
            .is_some_and(|seq| seq != entry.seq)
        {
            self.strange(format!(
                "{written} was answered at another place than {}",
                entry.seq
            ));
        }
        let shown = self.ledger.shown_at(entry.seq);
        if shown.is_some_and(|shown| shown != hash(&entry.sender, &entry.cid, &entry.body)) {
            self.verdict.differing += 1;
            self.verdict
                .tell(format!("a list shows something else at {}", entry.seq));
        }
        let sender = &mut self.senders[written.tab];
        if written.nth >= sender.next {
            sender.missing.extend(sender.next..written.nth);
            sender.next = written.nth + 1;
        } else if sender.missing.remove(&written.nth) {
            self.verdict.reordered += 1;
            self.verdict
                .tell(format!("{written} is at {}, after a later one", entry.seq));
        } else {
            self.verdict.doubled += 1;
            self.verdict
                .tell(format!("{written} is at {} a second time", entry.seq));
        }
    }

    /// The log is read; what has every tab shown of it?
    pub fn end(mut self, shown: &[Shown]) -> Verdict {
        for (tab, sends) in self.ledger.sends.iter().enumerate() {
            let sender = &mut self.senders[tab];
            sender.missing.extend(sender.next..=sends.written());
            for nth in std::mem::take(&mut sender.missing) {
                let written = Written { tab, nth };
                if let Some(seq) = sends.answer(nth) {
                    self.verdict.lost += 1;
                    self.verdict
                        .tell(format!("{written} was stored at {seq}, and is lost"));
                } else {
                    self.strange(format!("{written} was written, and is not there"));
                }
            }
        }
        for (tab, shown) in shown.iter().enumerate() {
            let missing = shown.missing(self.verdict.stored);
            if !missing.is_empty() {
                self.verdict.differing += 1;
                self.verdict
                    .tell(format!("tab {tab} never showed {missing:?} …"));
            }
        }
        self.verdict
    }

    fn strange(&mut self, what: String) {
        self.verdict.strange += 1;
        self.verdict.tell(what);
    }
}

#[cfg(test)]
mod tests;
