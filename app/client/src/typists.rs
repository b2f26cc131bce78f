//! Who is writing.

use protocol::limits::TYPING_SECS;
use protocol::{Person, UserId};

use crate::Millis;

/// More are not told apart by anybody.
const TYPISTS_MAX: usize = 20;

/// Who is writing, and until when that is believed.
#[derive(Debug, Default)]
pub(crate) struct Typists {
    list: Vec<(Person, Millis)>,
}

impl Typists {
    pub(crate) fn heard(&mut self, now: Millis, person: Person) {
        self.gone(&person.id);
        if self.list.len() < TYPISTS_MAX {
            self.list.push((person, now + TYPING_SECS * 1_000));
        }
    }

    /// Their message is there, or they left.
    pub(crate) fn gone(&mut self, who: &UserId) {
        self.list.retain(|(person, _)| person.id != *who);
    }

    /// Forgets whoever has stopped; whether there was one.
    pub(crate) fn expire(&mut self, now: Millis) -> bool {
        let before = self.list.len();
        self.list.retain(|(_, until)| now < *until);
        self.list.len() < before
    }

    pub(crate) fn clear(&mut self) {
        self.list.clear();
    }

    pub(crate) fn at(&self, now: Millis) -> Vec<Person> {
        self.list
            .iter()
            .filter(|(_, until)| now < *until)
            .map(|(person, _)| person.clone())
            .collect()
    }
}
