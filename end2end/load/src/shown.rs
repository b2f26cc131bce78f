//! Whether a list is one that a user may be shown.

use std::sync::Arc;

use client::{Line, Message, Sending};

use crate::ledger::{Ledger, Written, hash};
use crate::told::Told;

/// A message of a list, and its place.
type Placed<'a> = (u64, &'a Message);

/// A room's list as it was on the screen.
pub struct List {
    pub lines: Vec<Line>,
    pub has_older: bool,
}

impl List {
    /// Looks at the list, at what is new in it closely. The error tells what a user would see wrong.
    pub fn look(&self, told: &mut Told, (ledger, room): (&Ledger, &str)) -> Result<(), String> {
        let run = self.run(told)?;
        let new: Vec<_> = run
            .into_iter()
            .filter(|(seq, _)| told.is_new(*seq))
            .collect();
        close_look(&new, (ledger, room))
    }

    /// Looks closely at every line of the list.
    pub fn look_again(&self, told: &Told, (ledger, room): (&Ledger, &str)) -> Result<(), String> {
        close_look(&self.run(told)?, (ledger, room))
    }

    /// The place of the newest message; 0 for none.
    pub fn last(&self) -> u64 {
        let seqs = self.messages().filter_map(|message| message.seq);
        seqs.max().unwrap_or(0)
    }

    /// The place of the oldest message; 0 for none.
    pub fn first(&self) -> u64 {
        let seqs = self.messages().filter_map(|message| message.seq);
        seqs.min().unwrap_or(0)
    }

    /// From which place on it is whole.
    pub fn starts(&self) -> u64 {
        if self.has_older { self.first() } else { 1 }
    }

    fn messages(&self) -> impl Iterator<Item = &Arc<Message>> {
        self.lines.iter().filter_map(|line| match line {
            Line::Message(message) => Some(message),
            Line::Notice(_) | Line::Fact(_) => None,
        })
    }

    /// What is stored of the list: all messages that were told from the first one on, each once, with nothing unknown between
    /// them. Below them only one's own stand: those on their way, and those whose entry has not come yet.
    fn run(&self, told: &Told) -> Result<Vec<Placed<'_>>, String> {
        let mut run: Vec<Placed<'_>> = Vec::with_capacity(self.lines.len());
        let mut below: Vec<&Message> = Vec::new();
        for message in self.messages() {
            let last = run.last().map(|(last, _)| *last);
            match message.seq {
                Some(seq) if below.is_empty() && self.follows(told, last, seq) => {
                    run.push((seq, message));
                }
                Some(seq) if !message.mine || last.is_some_and(|last| seq <= last) => {
                    return Err(format!("shows {seq} after {last:?}"));
                }
                None if !message.mine || message.state == Sending::Sent => {
                    return Err(format!("shows {} as sent, at no place", message.cid));
                }
                _ => below.push(message),
            }
        }
        for message in below {
            let same = |(_, other): &Placed<'_>| other.mine && other.cid == message.cid;
            if run.iter().any(same) {
                return Err(format!("shows {} twice", message.cid));
            }
        }
        Ok(run)
    }

    /// Whether the message comes right after the one before it, or is the first of the room.
    fn follows(&self, told: &Told, last: Option<u64>, seq: u64) -> bool {
        let is_no_message = |seq: u64| told.has(seq) && !told.has_message(seq);
        let is_first = || self.has_older || (1..seq).all(|seq| !told.has_message(seq));
        told.has_message(seq)
            && match last {
                Some(last) => last < seq && (last + 1..seq).all(is_no_message),
                None => is_first(),
            }
    }
}

fn close_look(run: &[Placed<'_>], (ledger, room): (&Ledger, &str)) -> Result<(), String> {
    for (seq, message) in run {
        let is_as_written = !message.edited && !message.deleted && !message.changing;
        let written = Written::parse(&message.cid).filter(|_| is_as_written);
        if written.is_some_and(|written| written.body() != message.body) {
            return Err(format!("shows another text at {seq}: {:?}", message.body));
        }
    }
    let hashed = |(seq, message): &Placed<'_>| {
        let hash = hash(message.sender.id.as_str(), message.cid.as_str());
        (*seq, hash)
    };
    let hashes: Vec<_> = run.iter().map(hashed).collect();
    ledger.show(room, &hashes)
}

#[cfg(test)]
mod tests;
