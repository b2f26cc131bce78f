//! The online list as this node's sessions have been told it, and what they are yet to be told.

use std::collections::{BTreeMap, HashSet};

use axum::extract::ws::Utf8Bytes;
use protocol::{Event, Person, UserId, limits};

use crate::frame::encode;
use crate::presence::{Change, Online};

/// A list that was too long is told whole again from here on down, so that one that moves about the limit is not told whole
/// all the time.
const WHOLE_AGAIN: usize = limits::PEOPLE_TOLD_MAX * 9 / 10;

/// Every session is told the list as it stands here, then each change of it. What comes and goes between two tellings is told
/// as one change, or not at all if it comes to nothing.
#[derive(Default)]
pub(super) struct Told {
    /// How far it is known.
    version: u64,
    joined: BTreeMap<UserId, Person>,
    left: BTreeMap<UserId, Person>,
    /// How far it is told, and who is online then.
    told: u64,
    people: BTreeMap<UserId, Person>,
    is_too_long: bool,
    whole: Option<Utf8Bytes>,
}

impl Told {
    pub(super) fn version(&self) -> u64 {
        self.version
    }

    /// How many are online.
    pub(super) fn count(&self) -> usize {
        self.people.len() + self.joined.len() - self.left.len()
    }

    /// Takes the next change; to be told by the next [`tell`](Self::tell).
    pub(super) fn apply(&mut self, change: Change) {
        self.version = change.version;
        for person in change.left {
            if self.joined.remove(&person.id).is_none() && self.people.contains_key(&person.id) {
                self.left.insert(person.id.clone(), person);
            }
        }
        for person in change.joined {
            if self.left.remove(&person.id).is_none() && !self.people.contains_key(&person.id) {
                self.joined.insert(person.id.clone(), person);
            }
        }
    }

    /// Takes the whole list; how it differs from what was told is to be told.
    pub(super) fn replace(&mut self, online: Online) {
        let now: HashSet<&UserId> = online.people.iter().map(|person| &person.id).collect();
        let is_gone = |(id, _): &(&UserId, &Person)| !now.contains(id);
        let gone = self.people.iter().filter(is_gone);
        self.left = gone.map(|(id, who)| (id.clone(), who.clone())).collect();
        self.version = online.version;
        let people = online.people.into_iter();
        let come = people.filter(|person| !self.people.contains_key(&person.id));
        self.joined = come.map(|person| (person.id.clone(), person)).collect();
    }

    /// What the sessions are to be told now, if there is anything.
    pub(super) fn tell(&mut self) -> Option<Event> {
        let joined = std::mem::take(&mut self.joined);
        let left = std::mem::take(&mut self.left);
        self.told = self.version;
        self.whole = None;
        if joined.is_empty() && left.is_empty() {
            return None;
        }
        self.people.retain(|id, _| !left.contains_key(id));
        let come = joined.iter().map(|(id, who)| (id.clone(), who.clone()));
        self.people.extend(come);
        let count = self.people.len();
        let was_too_long = self.is_too_long;
        let most = [limits::PEOPLE_TOLD_MAX, WHOLE_AGAIN][usize::from(was_too_long)];
        self.is_too_long = count > most;
        if self.is_too_long != was_too_long {
            return Some(self.online());
        }
        let names = |people: BTreeMap<_, _>| match was_too_long {
            true => Vec::new(),
            false => people.into_values().collect(),
        };
        Some(Event::OnlineChanged {
            version: self.told,
            count: count as u64,
            joined: names(joined),
            left: names(left),
        })
    }

    /// How far it is told, and who is online then.
    pub(super) fn everybody(&self) -> (u64, Vec<Person>) {
        (self.told, self.people.values().cloned().collect())
    }

    /// The list as it was told last; some names of it, if it is too long.
    pub(super) fn online(&self) -> Event {
        let most = if self.is_too_long {
            limits::PEOPLE_SOME
        } else {
            usize::MAX
        };
        Event::Online {
            version: self.told,
            count: self.people.len() as u64,
            people: self.people.values().take(most).cloned().collect(),
        }
    }

    /// The frame of it, encoded once for all who come before the next change.
    pub(super) fn whole(&mut self) -> Utf8Bytes {
        if self.whole.is_none() {
            self.whole = Some(encode(&self.online()));
        }
        self.whole.clone().expect("it was just made")
    }

    /// Whether the names that sessions hold may be of people who have left.
    pub(super) fn is_too_long(&self) -> bool {
        self.is_too_long
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(nth: usize) -> Person {
        Person {
            id: format!("u{nth:05}").parse().expect("an id"),
            name: format!("P{nth}").try_into().expect("a name"),
        }
    }

    fn people(nths: impl IntoIterator<Item = usize>) -> Vec<Person> {
        nths.into_iter().map(person).collect()
    }

    fn changes(told: &mut Told, joined: &[usize], left: &[usize]) {
        let version = told.version + 1;
        let (joined, left) = (people(joined.iter().copied()), people(left.iter().copied()));
        told.apply(Change {
            version,
            count: 0,
            joined,
            left,
        });
    }

    fn changed(version: u64, count: u64, joined: &[usize], left: &[usize]) -> Event {
        Event::OnlineChanged {
            version,
            count,
            joined: people(joined.iter().copied()),
            left: people(left.iter().copied()),
        }
    }

    fn is_whole(event: Option<Event>, wanted_count: u64, names: usize) -> bool {
        matches!(event, Some(Event::Online { count, people, .. }) if count == wanted_count && people.len() == names)
    }

    #[test]
    fn what_happens_between_two_tellings_is_one_change() {
        let mut told = Told::default();
        changes(&mut told, &[1], &[]);
        changes(&mut told, &[2, 3], &[]);
        assert_eq!(told.count(), 3);
        assert_eq!(told.tell(), Some(changed(2, 3, &[1, 2, 3], &[])));
        changes(&mut told, &[], &[2]);
        changes(&mut told, &[4], &[1]);
        assert_eq!(told.tell(), Some(changed(4, 2, &[4], &[1, 2])));
        assert_eq!(told.tell(), None);
    }

    #[test]
    fn who_comes_and_goes_between_two_tellings_is_not_told() {
        let mut told = Told::default();
        changes(&mut told, &[1], &[]);
        told.tell();
        changes(&mut told, &[2], &[1]);
        changes(&mut told, &[1], &[2]);
        assert_eq!((told.tell(), told.count()), (None, 1));
        changes(&mut told, &[], &[1]);
        assert_eq!(told.tell(), Some(changed(4, 0, &[], &[1])));
    }

    #[test]
    fn who_comes_between_two_tellings_starts_with_what_was_told_last() {
        let mut told = Told::default();
        changes(&mut told, &[1], &[]);
        told.tell();
        changes(&mut told, &[2], &[]);
        let before = Event::Online {
            version: 1,
            count: 1,
            people: people([1]),
        };
        assert_eq!(
            (told.online(), told.whole()),
            (before.clone(), encode(&before))
        );
        told.tell();
        assert_eq!(told.whole(), encode(&told.online()));
        assert!(is_whole(Some(told.online()), 2, 2));
    }

    #[test]
    fn a_whole_list_is_told_by_its_difference() {
        let mut told = Told::default();
        changes(&mut told, &[1, 2], &[]);
        told.tell();
        changes(&mut told, &[3], &[1]);
        told.replace(Online {
            version: 9,
            people: people([2, 4]),
        });
        assert_eq!(told.count(), 2);
        assert_eq!(told.tell(), Some(changed(9, 2, &[4], &[1])));
    }

    #[test]
    fn of_a_crowd_only_the_count_is_told() {
        let mut told = Told::default();
        let all: Vec<usize> = (1..=500).collect();
        changes(&mut told, &all, &[]);
        assert_eq!(told.tell(), Some(changed(1, 500, &all, &[])));
        changes(&mut told, &[501], &[]);
        assert!(is_whole(told.tell(), 501, limits::PEOPLE_SOME));
        changes(&mut told, &[502], &[3]);
        changes(&mut told, &[503], &[]);
        assert_eq!(told.tell(), Some(changed(4, 502, &[], &[])));
        changes(&mut told, &[], &all[10..61]);
        assert_eq!(
            told.tell(),
            Some(changed(5, 451, &[], &[])),
            "not whole at once"
        );
        changes(&mut told, &[], &all[70..71]);
        assert!(is_whole(told.tell(), 450, 450));
        changes(&mut told, &[600], &[]);
        assert_eq!(told.tell(), Some(changed(7, 451, &[600], &[])));
    }
}
