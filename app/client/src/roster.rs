//! Who is online.

use protocol::{Person, UserId};

/// Who is online, as a version of the nodes' list.
#[derive(Debug)]
pub(crate) struct Roster {
    version: u64,
    pub(crate) count: u64,
    /// Sorted by name.
    pub(crate) people: Vec<Person>,
    pub(crate) is_stale: bool,
}

/// Who really came and went: those the list did not say so of already.
#[derive(Debug, Default)]
pub(crate) struct Moves {
    pub(crate) joined: Vec<Person>,
    pub(crate) left: Vec<Person>,
}

impl Roster {
    pub(crate) fn new(version: u64, count: u64, people: Vec<Person>) -> Self {
        let mut roster = Self {
            version,
            count,
            people,
            is_stale: false,
        };
        roster.sort();
        roster
    }

    /// The whole list. It holds whatever was known before: it may be that of another node, or of a
    /// presence store that began anew. A node whose list is stale says so after it.
    pub(crate) fn replace(&mut self, version: u64, count: u64, people: Vec<Person>) {
        *self = Self::new(version, count, people);
    }

    /// A change; none if it is older than the list.
    pub(crate) fn change(&mut self, version: u64, count: u64, moves: Moves) -> Option<Moves> {
        if version <= self.version {
            return None;
        }
        let is_whole = self.count == self.people.len() as u64;
        let mut real = Moves::default();
        for person in moves.left {
            let was_there = self.remove(&person.id);
            if was_there || !is_whole {
                real.left.push(person);
            }
        }
        for person in moves.joined {
            if !self.remove(&person.id) {
                real.joined.push(person.clone());
            }
            self.people.push(person);
        }
        (self.version, self.count) = (version, count);
        self.sort();
        Some(real)
    }

    fn remove(&mut self, who: &UserId) -> bool {
        let before = self.people.len();
        self.people.retain(|person| person.id != *who);
        self.people.len() < before
    }

    fn sort(&mut self) {
        self.people = by_name(std::mem::take(&mut self.people));
    }
}

/// Sorted by name, each once.
pub(crate) fn by_name(people: Vec<Person>) -> Vec<Person> {
    let key = |person: &Person| (person.name.as_str().to_ascii_lowercase(), person.id.clone());
    // By hand, as the library's sorting weighs more in the page than this takes time.
    let mut sorted: Vec<((String, UserId), Person)> = Vec::with_capacity(people.len());
    for person in people {
        let key = key(&person);
        let at = sorted.partition_point(|(before, _)| *before <= key);
        sorted.insert(at, (key, person));
    }
    let mut people: Vec<Person> = sorted.into_iter().map(|(_, person)| person).collect();
    people.dedup_by(|a, b| a.id == b.id);
    people
}
