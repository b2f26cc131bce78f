//! Who stands in the list beside a room: of a public one those in it who are online, of a private one everybody in it.

use protocol::{Person, UserId};

use crate::Millis;
use crate::roster::{Moves, by_name};

/// How often a node is asked at most.
const ASK_EVERY_MS: Millis = 1_000;

/// How much longer that is with each person online: their pages all ask for the same reason.
const ASK_EVERY_MS_EACH: Millis = 2;

/// People kept who were in the list: so many are told by name at once.
const SEEN_MAX: usize = 500;

/// The list, as it was told last, and since then as far as it is known.
#[derive(Debug, Default)]
pub(crate) struct Attendance {
    told: Option<Told>,
    /// Who was in the list and went offline: back online they are in it again.
    seen: Vec<Person>,
    asked_at: Option<Millis>,
    /// When a node is to be asked.
    due_at: Option<Millis>,
}

#[derive(Debug)]
struct Told {
    /// True also where only some are named.
    count: u64,
    /// By name.
    people: Vec<Person>,
    /// Nobody has looked since: what came and went meanwhile is no news.
    is_old: bool,
}

impl Attendance {
    /// How many they are, and some of their names; none while that is not known.
    pub(crate) fn now(&self) -> Option<(&[Person], u64)> {
        self.told
            .as_ref()
            .map(|told| (&told.people[..], told.count))
    }

    /// A node tells the list; who came and went by it.
    pub(crate) fn told(&mut self, count: u64, people: Vec<Person>) -> Moves {
        let now = Told {
            count,
            people: by_name(people),
            is_old: false,
        };
        let mut moves = Moves::default();
        if let Some(before) = self.told.take()
            && (before.is_whole(), now.is_whole(), before.is_old) == (true, true, false)
        {
            moves.joined = now.without(&before);
            moves.left = before.without(&now);
        }
        self.told = Some(now);
        moves
    }

    /// The room is not looked at any more.
    pub(crate) fn rest(&mut self) {
        if let Some(told) = &mut self.told {
            told.is_old = true;
        }
    }

    /// Who is online has changed: who of them came into the list and went out of it. Whether a node has to be asked, as it is
    /// not known of all; `me` is in the room.
    pub(crate) fn follow(&mut self, moves: Moves, me: &UserId) -> (Moves, bool) {
        let mut real = Moves::default();
        let Some(told) = self.told.as_mut().filter(|told| told.is_whole()) else {
            return (real, true);
        };
        for person in moves.left {
            if told.remove(&person) {
                if !self.seen.contains(&person) {
                    self.seen.push(person.clone());
                }
                real.left.push(person);
            }
        }
        let mut is_unknown = false;
        for person in moves.joined {
            let was_seen = self.seen.contains(&person);
            if told.people.contains(&person) {
                continue;
            }
            if was_seen || person.id == *me {
                told.add(person.clone());
                real.joined.push(person);
            } else {
                is_unknown = true;
            }
        }
        if self.seen.len() > SEEN_MAX {
            self.seen.clear();
        }
        (real, is_unknown)
    }

    /// A node is to be asked: `spread` later, and not too often while so many are online.
    pub(crate) fn want(&mut self, now: Millis, spread: Millis, online: u64) {
        let every = ASK_EVERY_MS.max(ASK_EVERY_MS_EACH * online);
        let earliest = self.asked_at.map_or(0, |asked| asked + every);
        let at = earliest.max(now + spread);
        self.due_at = Some(self.due_at.map_or(at, |due| due.min(at)));
    }

    /// Whether to ask now; it then counts as asked.
    pub(crate) fn ask(&mut self, now: Millis) -> bool {
        let is_due = self.due_at.is_some_and(|due| due <= now);
        if is_due {
            self.due_at = None;
            self.asked_at = Some(now);
        }
        is_due
    }
}

impl Told {
    fn is_whole(&self) -> bool {
        self.count == self.people.len() as u64
    }

    /// Who is in this list and not in the other.
    fn without(&self, other: &Self) -> Vec<Person> {
        let people = self.people.iter();
        people
            .filter(|person| !other.people.contains(person))
            .cloned()
            .collect()
    }

    fn remove(&mut self, person: &Person) -> bool {
        let at = self.people.iter().position(|one| one == person);
        if let Some(at) = at {
            self.people.remove(at);
            self.count -= 1;
        }
        at.is_some()
    }

    fn add(&mut self, person: Person) {
        self.people.push(person);
        self.people = by_name(std::mem::take(&mut self.people));
        self.count = self.people.len() as u64;
    }
}
