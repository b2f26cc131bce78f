//! Who is in the lobby, by name: who joins and who leaves.

use std::collections::BTreeMap;

use protocol::{Name, Person, UserId};

/// Who is online, as it was told.
pub(super) struct Present {
    me: Person,
    /// None while they are too many to be told by name.
    people: Option<BTreeMap<UserId, Name>>,
    am_there: bool,
    /// The user's own coming was shown.
    is_shown: bool,
}

/// Who came and who went. A name that comes again under another id was there all the time.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) joined: Vec<Name>,
    pub(super) left: Vec<Name>,
}

impl Present {
    pub(super) fn new(me: Person) -> Self {
        Self {
            me,
            people: None,
            am_there: false,
            is_shown: false,
        }
    }

    /// The whole list, if it is whole.
    pub(super) fn replace(&mut self, people: Vec<Person>, count: u64) -> Change {
        self.am_there = self.am_there
            || people.len() as u64 != count
            || people.iter().any(|person| person.id == self.me.id);
        let is_whole = people.len() as u64 == count;
        let before = self.people.take();
        self.people = is_whole.then(|| people.into_iter().map(|who| (who.id, who.name)).collect());
        match (&before, &self.people) {
            (Some(before), Some(now)) => self.difference(before, now),
            _ => Change::default(),
        }
    }

    pub(super) fn change(&mut self, joined: Vec<Person>, left: Vec<Person>) -> Change {
        self.am_there |= joined.iter().any(|person| person.id == self.me.id);
        let Some(before) = self.people.clone() else {
            return Change::default();
        };
        let mut now = before.clone();
        now.retain(|id, _| left.iter().all(|person| person.id != *id));
        now.extend(joined.into_iter().map(|who| (who.id, who.name)));
        let change = self.difference(&before, &now);
        self.people = Some(now);
        change
    }

    /// The user's own name, once, when they are there.
    pub(super) fn own_join(&mut self) -> Option<Name> {
        let is_due = self.am_there && !self.is_shown;
        self.is_shown |= is_due;
        is_due.then(|| self.me.name.clone())
    }

    fn difference(&self, before: &BTreeMap<UserId, Name>, now: &BTreeMap<UserId, Name>) -> Change {
        let missing = |these: &BTreeMap<UserId, Name>, those: &BTreeMap<UserId, Name>| {
            let is_new = |(_, name): &(&UserId, &Name)| {
                **name != self.me.name && those.values().all(|known| known != *name)
            };
            let mut names: Vec<Name> = these
                .iter()
                .filter(is_new)
                .map(|(_, name)| name.clone())
                .collect();
            names.sort();
            names.dedup();
            names
        };
        Change {
            joined: missing(now, before),
            left: missing(before, now),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(id: &str, name: &str) -> Person {
        Person {
            id: id.parse().expect("an id"),
            name: Name::parse(name).expect("a name"),
        }
    }

    fn names(names: &[&str]) -> Vec<Name> {
        names
            .iter()
            .map(|name| Name::parse(name).expect("a name"))
            .collect()
    }

    #[test]
    fn who_comes_and_goes_is_told_once_and_oneself_apart() {
        let (ann, bob, cyd) = (person("1", "Ann"), person("2", "Bob"), person("3", "Cyd"));
        let mut present = Present::new(ann.clone());
        assert_eq!(present.own_join(), None);
        assert_eq!(present.replace(vec![bob.clone()], 1), Change::default());
        assert_eq!(present.own_join(), None);
        let change = present.change(vec![ann.clone(), cyd.clone()], vec![bob.clone()]);
        assert_eq!(
            change,
            Change {
                joined: names(&["Cyd"]),
                left: names(&["Bob"])
            }
        );
        assert_eq!(present.own_join(), Some(ann.name.clone()));
        assert_eq!(present.own_join(), None);
        let change = present.replace(vec![ann.clone(), bob], 2);
        assert_eq!(
            change,
            Change {
                joined: names(&["Bob"]),
                left: names(&["Cyd"])
            }
        );
    }

    #[test]
    fn a_guest_who_comes_again_has_not_left() {
        let mut present = Present::new(person("1", "Ann"));
        let (bob, again) = (person("2", "Bob"), person("3", "Bob"));
        present.replace(vec![bob.clone()], 1);
        assert_eq!(present.change(vec![again], vec![]), Change::default());
        assert_eq!(present.change(vec![], vec![bob]), Change::default());
    }

    #[test]
    fn too_many_to_be_named_are_not() {
        let mut present = Present::new(person("1", "Ann"));
        assert_eq!(
            present.replace(vec![person("2", "Bob")], 501),
            Change::default()
        );
        assert!(present.own_join().is_some());
        assert_eq!(
            present.change(vec![person("3", "Cyd")], vec![]),
            Change::default()
        );
    }
}
