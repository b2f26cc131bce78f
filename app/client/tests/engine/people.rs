//! Who is here, who came and went, who is writing.

use protocol::{Command, Event, Person, RoomId};

use crate::ann::{Ann, bobs, person};

fn people(names: &[&str]) -> Vec<Person> {
    names.iter().map(|name| person(name)).collect()
}

fn changed(version: u64, count: u64, joined: &[&str], left: &[&str]) -> Event {
    Event::OnlineChanged {
        version,
        count,
        joined: people(joined),
        left: people(left),
    }
}

fn names(ann: &Ann) -> Vec<&str> {
    ann.engine
        .people()
        .iter()
        .map(|person| person.name.as_str())
        .collect()
}

fn types(ann: &mut Ann, who: &str) {
    ann.hears(Event::Typing {
        room: RoomId::lobby(),
        person: person(who),
    });
}

fn typists(ann: &Ann) -> Vec<String> {
    ann.engine
        .typists(ann.now)
        .iter()
        .map(|person| person.name.to_string())
        .collect()
}

#[test]
fn joins_and_leaves_change_the_list_and_are_told_where_they_happened() {
    let mut ann = Ann::is_in();
    ann.hears(changed(2, 3, &["Cyd"], &[]));
    ann.hears_entry(bobs(4));
    ann.hears(changed(3, 3, &["Dan"], &["Bob"]));
    ann.says("hi");
    ann.shows(&[
        "Bob: 1",
        "Bob: 2",
        "Bob: 3",
        "+Cyd",
        "Bob: 4",
        "+Dan -Bob",
        "Ann: hi …",
    ]);
    assert_eq!(names(&ann), ["Ann", "Cyd", "Dan"]);
    assert_eq!(ann.engine.count(), 3);
}

#[test]
fn what_happens_while_nobody_writes_is_one_line_and_a_visit_leaves_none() {
    let mut ann = Ann::is_in();
    ann.hears(changed(2, 4, &["Cyd", "Dan"], &[]));
    let key = ann.engine.lines()[3].key();
    ann.hears(changed(3, 3, &[], &["Cyd"]));
    ann.hears(changed(4, 4, &["Eve"], &[]));
    ann.hears(changed(5, 3, &[], &["Bob"]));
    ann.hears(changed(6, 4, &["Bob"], &[]));
    ann.shows(&["Bob: 1", "Bob: 2", "Bob: 3", "+Dan +Eve"]);
    assert_eq!(ann.engine.lines()[3].key(), key);
    ann.hears(changed(7, 2, &[], &["Dan", "Eve"]));
    ann.shows(&["Bob: 1", "Bob: 2", "Bob: 3"]);
}

#[test]
fn an_old_change_or_one_s_own_or_a_snapshot_tells_nothing() {
    let mut ann = Ann::is_in();
    ann.hears(changed(1, 9, &["Cyd"], &[]));
    ann.hears(changed(2, 1, &[], &["Ann"]));
    ann.hears(changed(3, 2, &["Ann"], &[]));
    ann.hears(changed(4, 2, &["Bob"], &[]));
    ann.hears(Event::Online {
        version: 9,
        count: 3,
        people: people(&["Zoe", "ann", "Cyd"]),
    });
    ann.shows(&["Bob: 1", "Bob: 2", "Bob: 3"]);
    assert_eq!(names(&ann), ["ann", "Cyd", "Zoe"]);
    ann.hears(changed(8, 1, &[], &["Zoe"]));
    assert_eq!(ann.engine.count(), 3);
    // A snapshot of a list that began anew counts from there.
    ann.hears(Event::Online {
        version: 1,
        count: 1,
        people: people(&["Ann"]),
    });
    ann.hears(changed(2, 2, &["Bob"], &[]));
    assert_eq!(names(&ann), ["Ann", "Bob"]);
}

#[test]
fn in_a_crowd_only_some_have_names() {
    let mut ann = Ann::is_in();
    ann.hears(Event::Online {
        version: 5,
        count: 1_000,
        people: people(&["Ann", "Bob"]),
    });
    ann.hears(changed(6, 1_001, &[], &[]));
    assert_eq!((ann.engine.count(), names(&ann).len()), (1_001, 2));
    ann.hears(changed(7, 1_000, &[], &["Zoe"]));
    assert_eq!(ann.list().last().map(String::as_str), Some("-Zoe"));
}

#[test]
fn the_list_says_when_it_is_out_of_date() {
    let mut ann = Ann::is_in();
    ann.hears(Event::OnlineStale { stale: true });
    assert!(ann.engine.online_is_stale());
    ann.hears(Event::OnlineStale { stale: false });
    assert!(!ann.engine.online_is_stale());
}

#[test]
fn a_list_out_of_date_at_one_node_is_not_at_the_next() {
    let mut ann = Ann::is_in();
    ann.hears(Event::OnlineStale { stale: true });
    ann.loses_the_socket(1006);
    ann.waits_to_dial();
    ann.gets_in(3);
    ann.hears(Event::Online {
        version: 9,
        count: 2,
        people: people(&["Ann", "Bob"]),
    });
    assert!(!ann.engine.online_is_stale(), "this node did not say so");
}

#[test]
fn notices_are_bounded_and_go_with_the_entries_they_stand_at() {
    let mut ann = Ann::is_in();
    for seq in 4..=300 {
        let (joined, left) = (&["Cyd"][..], &[][..]);
        let (joined, left) = if seq % 2 == 0 {
            (joined, left)
        } else {
            (left, joined)
        };
        ann.hears(changed(seq, 2, joined, left));
        ann.hears_entry(bobs(seq));
    }
    let notices = |ann: &Ann| {
        ann.list()
            .iter()
            .filter(|line| line.contains("Cyd"))
            .count()
    };
    assert_eq!(notices(&ann), 200);
    ann.hears_entries(true, crate::ann::run(291..=300));
    assert_eq!(notices(&ann), 10);
}

#[test]
fn whoever_writes_is_shown_for_a_while_until_their_message_comes_or_they_leave() {
    let mut ann = Ann::is_in();
    for name in ["Ann", "Bob", "Cyd", "Dan"] {
        types(&mut ann, name);
    }
    assert_eq!(typists(&ann), ["Bob", "Cyd", "Dan"], "never oneself");
    ann.hears_entry(bobs(4));
    ann.hears(changed(2, 3, &["Cyd"], &[]));
    ann.hears(changed(3, 2, &[], &["Cyd"]));
    assert_eq!(typists(&ann), ["Dan"]);
    ann.waits(3_000);
    types(&mut ann, "Dan");
    ann.waits(4_750);
    assert_eq!(typists(&ann), ["Dan"]);
    ann.waits(250);
    assert_eq!(typists(&ann), [""; 0]);
}

#[test]
fn one_s_own_writing_is_told_each_three_seconds_and_only_to_a_live_node() {
    let mut ann = Ann::arrives();
    ann.engine.typing(ann.now);
    ann.connects(3);
    let said = |ann: &mut Ann| {
        ann.engine.typing(ann.now);
        ann.acts();
        std::mem::take(&mut ann.said)
    };
    assert_eq!(
        said(&mut ann),
        [Command::Typing {
            room: RoomId::lobby()
        }]
    );
    ann.waits(2_750);
    assert_eq!(said(&mut ann), []);
    ann.waits(250);
    assert_eq!(said(&mut ann).len(), 1);
}
