//! Who stands in the list beside the room on the screen.

use protocol::{Command, Event, Kind, Person, RoomId, RoomKind, RoomState, Target};

use crate::ann::{Ann, bobs, entry, id, person};
use crate::house::{direct, lobby, plans, private, talk, there};

fn garden() -> RoomId {
    id("garden")
}

fn named(names: &[&str]) -> Vec<Person> {
    names.iter().map(|name| person(name)).collect()
}

impl Ann {
    /// She looks at the public room Garden; Bob and Cyd are online, too.
    fn is_in_the_garden() -> Self {
        let mut ann = Self::is_in_her_rooms();
        let garden = RoomState {
            id: garden(),
            name: "Garden".to_owned(),
            kind: RoomKind::Public,
            ..lobby(0)
        };
        ann.comes_back_to(vec![lobby(3), private(3), talk(3), garden]);
        ann.hears(Event::Online {
            version: 1,
            count: 3,
            people: named(&["Ann", "Bob", "Cyd"]),
        });
        ann.turns_to(&self::garden());
        ann
    }

    fn is_told_there_are(&mut self, names: &[&str]) {
        let (room, people) = (self.engine.room().clone(), named(names));
        let count = people.len() as u64;
        self.hears(Event::People {
            room,
            count,
            people,
        });
    }

    fn hears_of(&mut self, version: u64, joined: &[&str], left: &[&str]) {
        self.hears(Event::OnlineChanged {
            version,
            count: 3,
            joined: named(joined),
            left: named(left),
        });
    }

    fn listed(&self) -> Option<Vec<String>> {
        let (people, count) = self.engine.attendance()?;
        assert_eq!(people.len() as u64, count);
        Some(people.iter().map(|one| one.name.to_string()).collect())
    }

    /// The rooms she asked about since last asked.
    fn asked(&mut self) -> Vec<String> {
        let said = std::mem::take(&mut self.said).into_iter();
        said.filter_map(|command| match command {
            Command::People { room } => Some(room.to_string()),
            _ => None,
        })
        .collect()
    }
}

#[test]
fn beside_a_public_room_are_those_in_it_who_are_online() {
    let mut ann = Ann::is_in_the_garden();
    assert_eq!(ann.asked(), ["garden"]);
    ann.is_told_there_are(&["Bob", "ann"]);
    assert_eq!(ann.listed().expect("known"), ["ann", "Bob"]);
    ann.hears_of(2, &[], &["Bob", "Cyd"]);
    assert_eq!(ann.listed().expect("known"), ["ann"]);
    ann.hears_of(3, &["Bob"], &[]);
    assert_eq!(ann.listed().expect("known"), ["ann", "Bob"]);
    ann.shows(&[]);
    ann.waits(5_000);
    assert_eq!(ann.asked(), [""; 0], "whoever was there is known");
}

#[test]
fn who_comes_online_and_is_not_known_there_is_asked_about() {
    let mut ann = Ann::is_in_the_garden();
    ann.is_told_there_are(&["Ann", "Bob"]);
    ann.asked();
    ann.hears_of(2, &["Dan"], &[]);
    ann.hears_of(3, &["Eve"], &[]);
    ann.shows(&[]);
    ann.waits(1_500);
    assert_eq!(ann.asked(), ["garden"], "once for both");
    ann.is_told_there_are(&["Ann", "Bob", "Dan"]);
    ann.shows(&["+Dan"]);
    ann.waits(5_000);
    assert_eq!(ann.asked(), [""; 0]);
}

#[test]
fn who_joins_the_room_while_online_is_asked_about_when_nodes_know() {
    let mut ann = Ann::is_in_the_garden();
    ann.is_told_there_are(&["Ann"]);
    ann.waits(2_000);
    ann.asked();
    ann.hears(Event::PeopleChanged { room: garden() });
    ann.waits(750);
    assert_eq!(ann.asked(), [""; 0], "another node may tell what it knew");
    ann.waits(750);
    assert_eq!(ann.asked(), ["garden"]);
    ann.is_told_there_are(&["Ann", "Cyd"]);
    ann.shows(&["+Cyd"]);
    ann.hears(Event::PeopleChanged {
        room: RoomId::lobby(),
    });
    ann.waits(5_000);
    assert_eq!(ann.asked(), [""; 0], "of a room that is not shown");
}

#[test]
fn what_came_and_went_while_nobody_looked_is_no_news() {
    let mut ann = Ann::is_in_the_garden();
    ann.is_told_there_are(&["Ann", "Bob"]);
    ann.turns_to(&RoomId::lobby());
    ann.hears_of(2, &[], &["Bob"]);
    ann.turns_to(&garden());
    ann.is_told_there_are(&["Ann", "Cyd"]);
    assert_eq!(ann.listed().expect("known"), ["Ann", "Cyd"]);
    ann.shows(&[]);
}

#[test]
fn among_so_many_that_changes_have_no_names_the_list_is_asked_for_and_not_too_often() {
    let mut ann = Ann::is_in_the_garden();
    ann.is_told_there_are(&["Ann"]);
    ann.waits(3_000);
    ann.asked();
    for version in 2..=40 {
        ann.hears(Event::OnlineChanged {
            version,
            count: 2_000,
            joined: vec![],
            left: vec![],
        });
        ann.waits(500);
    }
    let asked = ann.asked().len();
    assert!((2..=5).contains(&asked), "{asked} times in 20 s");
}

#[test]
fn beside_a_private_room_is_everybody_in_it_as_soon_as_it_is_known() {
    let mut ann = Ann::is_in_her_rooms();
    ann.turns_to(&plans());
    assert_eq!(ann.asked(), ["plans"]);
    assert_eq!(ann.listed(), None);
    ann.is_told_there_are(&["Bob", "Ann"]);
    assert_eq!(ann.listed().expect("known"), ["Ann", "Bob"]);
    ann.hears_of(2, &[], &["Bob"]);
    assert_eq!(ann.listed().expect("known"), ["Ann", "Bob"]);
    ann.gets_entries_of(&plans(), true, vec![bobs(1), bobs(2), bobs(3)]);
    ann.waits(2_000);
    assert_eq!(ann.asked(), [""; 0]);
    let mut added = entry(4, "Bob", "b4", "Cyd");
    added.kind = Kind::Added;
    added.target = Some(Target::from(&person("Cyd").id));
    ann.hears_entry(there(&plans(), added));
    ann.waits(500);
    assert_eq!(ann.asked(), ["plans"]);
    // Of a talk the list of rooms tells them.
    ann.turns_to(&direct());
    assert_eq!(ann.listed().expect("known"), ["Ann", "Bob"]);
    assert_eq!(ann.asked(), [""; 0]);
}
