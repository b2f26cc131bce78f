//! Lines that tell who came and who went.

use std::collections::VecDeque;
use std::sync::Arc;

use protocol::Person;

use crate::roster::Moves;
use crate::{Millis, Notice};

/// Older ones are forgotten.
const NOTICES_MAX: usize = 200;

/// Notices, each with the seq of the newest entry when it came: it stands right after that one.
#[derive(Debug, Default)]
pub(crate) struct Notices {
    list: VecDeque<(u64, Arc<Notice>)>,
    last_id: u64,
}

impl Notices {
    /// Tells who came and went; folded into the notice before if no entry came since.
    pub(crate) fn tell(&mut self, now: Millis, after: u64, moves: Moves) {
        if moves.joined.is_empty() && moves.left.is_empty() {
            return;
        }
        let mut notice = match self.list.back() {
            Some((seq, _)) if *seq == after => {
                let (_, notice) = self.list.pop_back().expect("the last one was just seen");
                Arc::unwrap_or_clone(notice)
            }
            _ => {
                self.last_id += 1;
                Notice {
                    id: self.last_id,
                    joined: vec![],
                    left: vec![],
                    at: now,
                }
            }
        };
        notice.at = now;
        for person in moves.left {
            fold(person, &mut notice.joined, &mut notice.left);
        }
        for person in moves.joined {
            fold(person, &mut notice.left, &mut notice.joined);
        }
        if !notice.joined.is_empty() || !notice.left.is_empty() {
            self.list.push_back((after, Arc::new(notice)));
        }
        if self.list.len() > NOTICES_MAX {
            self.list.pop_front();
        }
    }

    /// Oldest first, each with the seq it stands after.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u64, &Arc<Notice>)> {
        self.list.iter().map(|(seq, notice)| (*seq, notice))
    }

    /// Forgets what stands before the entry at `first`, as nothing else is shown there.
    pub(crate) fn forget_before(&mut self, first: u64) {
        self.list.retain(|(seq, _)| seq + 1 >= first);
    }

    pub(crate) fn clear(&mut self) {
        self.list.clear();
    }
}

/// Whoever did the opposite before has done nothing.
fn fold(person: Person, opposite: &mut Vec<Person>, same: &mut Vec<Person>) {
    if let Some(at) = opposite.iter().position(|other| other.id == person.id) {
        opposite.remove(at);
    } else if !same.iter().any(|other| other.id == person.id) {
        same.push(person);
    }
}
