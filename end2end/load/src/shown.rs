//! What one tab has shown over its whole life, over all its reloads.

use client::{Line, Message, Sending};
use protocol::Entry;

use crate::ledger::{Ledger, hash};

/// Which places of the room a tab has shown: a bit each.
#[derive(Default)]
pub struct Shown {
    bits: Vec<u64>,
    /// The first place of the first list.
    from: Option<u64>,
    /// The first place of the list as it is now.
    first: u64,
    /// All from `from` to here is shown.
    whole_to: u64,
    last: u64,
}

impl Shown {
    /// The first list ends here: all that comes after it is to be shown. Of later lists it is known.
    pub fn begin(&mut self, top: u64) {
        if self.from.is_none() {
            self.from = Some(top + 1);
            self.whole_to = top;
        }
    }

    /// Looks at the list, at what is new in it closely. The error tells what a user would see wrong.
    pub fn look(&mut self, lines: &[Line], has_older: bool, ledger: &Ledger) -> Result<(), String> {
        let run = run(lines, has_older)?;
        let is_new = |(seq, _): &&(u64, &Message)| !self.has(*seq);
        let hashes: Vec<_> = run.iter().filter(is_new).map(hashed).collect();
        self.first = run.first().map_or(0, |(seq, _)| *seq);
        self.note(run.iter().map(|(seq, _)| *seq));
        ledger.show(&hashes)
    }

    /// Looks closely at every line of the list.
    pub fn look_again(
        &mut self,
        lines: &[Line],
        has_older: bool,
        ledger: &Ledger,
    ) -> Result<(), String> {
        let run = run(lines, has_older)?;
        let hashes: Vec<_> = run.iter().map(hashed).collect();
        self.note(run.iter().map(|(seq, _)| *seq));
        ledger.show(&hashes)
    }

    /// Looks at a page of older entries, read beside the list. The error tells what a user would see wrong.
    pub fn look_at_page(&mut self, entries: &[Entry], ledger: &Ledger) -> Result<(), String> {
        let is_run = |pair: &[Entry]| pair[0].seq + 1 == pair[1].seq;
        if !entries.windows(2).all(is_run) {
            return Err("is given an older page with a hole".to_owned());
        }
        let hash = |entry: &Entry| {
            let hash = hash(entry.sender.as_str(), entry.cid.as_str(), &entry.body);
            (entry.seq, hash)
        };
        let hashes: Vec<_> = entries.iter().map(hash).collect();
        self.note(entries.iter().map(|entry| entry.seq));
        ledger.show(&hashes)
    }

    /// Whether what comes right before the list was never shown.
    pub fn has_gap_above(&self) -> bool {
        let before = self.first.saturating_sub(1);
        self.from.is_some_and(|from| from < self.first) && !self.has(before)
    }

    /// All is shown from the first place of the first list to here.
    pub fn whole_to(&self) -> u64 {
        self.whole_to
    }

    /// The newest place shown; 0 for none.
    pub fn last(&self) -> u64 {
        self.last
    }

    /// Whether something between the first and the last place was never shown.
    pub fn has_gap(&self) -> bool {
        self.whole_to < self.last
    }

    /// The places from the first one on to `top` that were never shown, the first few of them.
    pub fn missing(&self, top: u64) -> Vec<u64> {
        let from = self.from.unwrap_or(1);
        (from..=top).filter(|seq| !self.has(*seq)).take(5).collect()
    }

    fn note(&mut self, seqs: impl Iterator<Item = u64>) {
        for seq in seqs {
            if self.from.is_none() {
                self.from = Some(seq);
                self.whole_to = seq - 1;
            }
            self.last = self.last.max(seq);
            let at = (seq / 64) as usize;
            if self.bits.len() <= at {
                self.bits.resize(at + 1, 0);
            }
            self.bits[at] |= 1 << (seq % 64);
        }
        while self.has(self.whole_to + 1) {
            self.whole_to += 1;
        }
    }

    fn has(&self, seq: u64) -> bool {
        let bits = self.bits.get((seq / 64) as usize);
        bits.is_some_and(|bits| bits & (1 << (seq % 64)) != 0)
    }
}

fn hashed((seq, message): &(u64, &Message)) -> (u64, u64) {
    let Message {
        sender, cid, body, ..
    } = message;
    (*seq, hash(sender.id.as_str(), cid.as_str(), body))
}

/// What is stored of the list: one run without holes, from 1 on if nothing is before it. Below it only one's own messages stand:
/// those on their way, and those whose entry has not come yet. Nothing stands there twice.
fn run(lines: &[Line], has_older: bool) -> Result<Vec<(u64, &Message)>, String> {
    let messages = lines.iter().filter_map(|line| match line {
        Line::Message(message) => Some(message.as_ref()),
        Line::Notice(_) | Line::Fact(_) => None,
    });
    let mut run: Vec<(u64, &Message)> = Vec::with_capacity(lines.len());
    let mut below: Vec<&Message> = Vec::new();
    for message in messages {
        let next = run.last().map_or(1, |(last, _)| last + 1);
        let starts = run.is_empty() && has_older;
        match message.seq {
            Some(seq) if below.is_empty() && (seq == next || starts) => run.push((seq, message)),
            Some(seq) if !message.mine || seq < next => {
                return Err(format!("shows {seq} after {}", next - 1));
            }
            None if !message.mine || message.state == Sending::Sent => {
                return Err(format!("shows {} as sent, at no place", message.cid));
            }
            _ => below.push(message),
        }
    }
    for message in below {
        let same = |(_, other): &(u64, &Message)| other.mine && other.cid == message.cid;
        if run.iter().any(same) {
            return Err(format!("shows {} twice", message.cid));
        }
    }
    Ok(run)
}

#[cfg(test)]
mod tests;
