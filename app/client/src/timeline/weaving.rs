//! Brings messages together with what changes them and with what they answer, in whatever order these come.

use std::collections::VecDeque;
use std::sync::Arc;

use protocol::Entry;

use super::Timeline;
use super::held::{Change, Held, What};
use super::shown::{Text, text_seq};

impl Timeline {
    /// Takes what stands outside the window and belongs to what it shows.
    pub(crate) fn take_aside(&mut self, aside: &[Entry]) {
        for entry in aside {
            if let Some(change) = Change::of(entry) {
                self.change(&change);
            } else if entry.kind.is_said() && self.at(entry.seq).is_none() {
                let body = &entry.body;
                let text = Text {
                    name: Some(&entry.name),
                    body,
                    seq: text_seq(body, entry.seq),
                };
                quote(&mut self.held, entry.seq, &text);
            }
        }
    }

    /// Brings together the newest entry and what it is about.
    pub(super) fn weave(&mut self, at: usize) {
        if let What::Change(change) = &self.held[at].what {
            let change = change.clone();
            self.change(&change);
        }
        self.answer(at);
    }

    /// Brings together the first `added` entries, put before those held, and all that is about them.
    pub(super) fn weave_older(&mut self, added: usize) {
        let known = self.held.get(added).map_or(u64::MAX, |held| held.seq);
        let new = self.first()..known;
        for change in self.changes() {
            if change.seq < known || new.contains(&change.target) {
                self.change(&change);
            }
        }
        let mut answered = vec![];
        for at in 0..self.held.len() {
            let What::Message(shown) = &self.held[at].what else {
                continue;
            };
            let Some(target) = shown.answers() else {
                continue;
            };
            // One answer brings the words to all that answer the same.
            if (at < added || new.contains(&target)) && !answered.contains(&target) {
                answered.push(target);
                self.answer(at);
            }
        }
    }

    fn changes(&self) -> Vec<Arc<Change>> {
        let changes = self.held.iter().filter_map(|held| match &held.what {
            What::Change(change) => Some(change.clone()),
            _ => None,
        });
        changes.collect()
    }

    fn change(&mut self, change: &Change) {
        if let Some(at) = self.at(change.target)
            && let What::Message(shown) = &mut self.held[at].what
        {
            shown.change(change, &self.me);
        }
        if change.is_of_text() {
            let (name, body) = (None, change.body.as_str());
            let seq = text_seq(body, change.seq);
            quote(&mut self.held, change.target, &Text { name, body, seq });
        }
    }

    /// Lets the message at this index quote what it answers, as far as that is known here.
    fn answer(&mut self, at: usize) {
        let What::Message(shown) = &self.held[at].what else {
            return;
        };
        let Some(answered) = shown.answers() else {
            return;
        };
        let whole = self.at(answered).map(|at| &self.held[at].what);
        let whole = match whole {
            Some(What::Message(whole)) => Some((whole.message.clone(), whole.text_seq)),
            _ => None,
        };
        if let Some((message, seq)) = whole {
            let (name, body) = (Some(&message.sender.name), message.body.as_str());
            return quote(&mut self.held, answered, &Text { name, body, seq });
        }
        for change in self.changes() {
            if change.target == answered {
                self.change(&change);
            }
        }
    }
}

/// Tells those that answer this message what it says.
fn quote(held: &mut VecDeque<Held>, seq: u64, text: &Text<'_>) {
    for held in held {
        if let What::Message(shown) = &mut held.what
            && shown.answers() == Some(seq)
        {
            shown.quote(text);
        }
    }
}
