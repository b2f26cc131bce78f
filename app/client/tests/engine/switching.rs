//! From room to room.

use client::{Link, Start};
use protocol::{Command, Event, Kind, RoomId, RoomState};

use crate::ann::{A, Ann, B, bobs, entry, id, run, start};
use crate::house::{all, direct, lobby, plans, private, talk, there};

#[test]
fn a_room_not_seen_yet_is_asked_for_and_shown_when_it_comes() {
    let mut ann = Ann::is_in_her_rooms();
    assert!(ann.engine.is_filled());
    ann.turns_to(&plans());
    ann.shows(&[]);
    assert!(!ann.engine.is_filled());
    assert_eq!(ann.opened(), [("plans".to_owned(), None)]);
    ann.gets_entries_of(&plans(), true, run(2..=3));
    assert!(ann.engine.is_filled());
    ann.shows(&["Bob: 2", "Bob: 3"]);
    assert!(ann.engine.has_older());
    ann.hears_bob_in(&plans(), 4);
    ann.shows(&["Bob: 2", "Bob: 3", "Bob: 4"]);
}

#[test]
fn a_room_seen_before_is_there_at_once_goes_on_meanwhile_and_is_not_asked_for() {
    let mut ann = Ann::is_in_her_rooms();
    ann.has_seen_plans(3);
    ann.hears_bob_in(&plans(), 4);
    ann.hears_bob_in(&RoomId::lobby(), 4);
    ann.shows(&["Bob: 1", "Bob: 2", "Bob: 3", "Bob: 4"]);
    ann.turns_to(&plans());
    ann.shows(&["Bob: 1", "Bob: 2", "Bob: 3", "Bob: 4"]);
    assert_eq!(ann.opened(), []);
    assert_eq!(ann.engine.link(), Link::Live);
}

#[test]
fn a_room_that_went_on_while_the_line_was_down_is_asked_only_for_what_is_missing() {
    let mut ann = Ann::is_in_her_rooms();
    ann.has_seen_plans(3);
    ann.comes_back_to(vec![lobby(3), private(6), talk(3)]);
    assert_eq!(ann.opened(), [], "nobody looks at it");
    // It holds a place beyond what is held here: a hole, and nothing to hang up for.
    ann.hears_bob_in(&plans(), 7);
    assert_eq!(ann.engine.link(), Link::Live);
    ann.turns_to(&plans());
    ann.shows(&["Bob: 1", "Bob: 2", "Bob: 3"]);
    assert_eq!(ann.opened(), [("plans".to_owned(), Some(3))]);
    ann.gets_entries_of(&plans(), false, run(4..=7));
    assert_eq!(ann.list().len(), 7);
    assert_eq!(ann.engine.link(), Link::Live);
}

#[test]
fn who_turns_there_and_back_and_there_again_asks_once() {
    let mut ann = Ann::is_in_her_rooms();
    ann.turns_to(&plans());
    ann.turns_to(&RoomId::lobby());
    ann.turns_to(&plans());
    assert_eq!(ann.opened(), [("plans".to_owned(), None)]);
    ann.turns_to(&RoomId::lobby());
    ann.gets_entries_of(&plans(), true, run(1..=3));
    ann.shows(&["Bob: 1", "Bob: 2", "Bob: 3"]);
    ann.hears_bob_in(&plans(), 4);
    ann.turns_to(&plans());
    assert_eq!(ann.list().len(), 4);
    assert_eq!(ann.opened(), []);
}

#[test]
fn the_hello_asks_for_the_room_on_the_screen() {
    let mut ann = Ann::is_in_her_rooms();
    ann.has_seen_plans(3);
    ann.loses_the_socket(1006);
    ann.turns_to(&plans());
    ann.waits_to_dial();
    ann.opens();
    let Some(Command::Hello { open, cursors, .. }) = ann.said.pop() else {
        panic!("no hello was said")
    };
    assert_eq!(open, plans());
    let cursors: Vec<_> = cursors.keys().cloned().collect();
    assert_eq!(cursors, [plans()]);
    ann.is_told_of(vec![lobby(3), private(4), talk(3)], false);
    ann.gets_entries_of(&plans(), false, vec![bobs(4)]);
    assert_eq!(ann.list().len(), 4);
    assert_eq!(ann.opened(), []);
}

#[test]
fn a_room_turned_to_while_the_hello_is_on_its_way_is_asked_for() {
    let mut ann = Ann::is_in_her_rooms();
    ann.loses_the_socket(1006);
    ann.waits_to_dial();
    ann.opens();
    ann.turns_to(&plans());
    ann.said.clear();
    ann.is_told_of(all(3), false);
    assert_eq!(ann.opened(), [("plans".to_owned(), None)]);
    ann.gets_entries_of(&RoomId::lobby(), false, vec![]);
    ann.gets_entries_of(&plans(), true, run(1..=3));
    ann.shows(&["Bob: 1", "Bob: 2", "Bob: 3"]);
}

#[test]
fn a_room_that_does_not_come_is_asked_for_at_another_connection() {
    let mut ann = Ann::is_in_her_rooms();
    ann.turns_to(&plans());
    ann.waits(5_250);
    assert_eq!(ann.hung_up, [1000]);
    ann.waits_to_dial();
    ann.opens();
    assert!(matches!(
        ann.said.last(),
        Some(Command::Hello { open, .. }) if *open == plans()
    ));
}

#[test]
fn an_empty_room_is_not_asked_for() {
    let mut ann = Ann::is_in_her_rooms();
    ann.hears(Event::Rooms {
        rooms: vec![RoomState {
            id: id("new"),
            top: 0,
            ..lobby(0)
        }],
        more: false,
    });
    ann.turns_to(&id("new"));
    assert_eq!(ann.opened(), []);
    assert!(ann.engine.is_filled(), "it is known to be empty");
    ann.hears_bob_in(&id("new"), 1);
    ann.shows(&["Bob: 1"]);
}

#[test]
fn nobody_turns_to_a_room_they_are_not_in() {
    let mut ann = Ann::is_in_her_rooms();
    assert!(!ann.engine.open_room(ann.now, &id("cellar")));
    assert!(ann.engine.open_room(ann.now, &RoomId::lobby()));
    ann.acts();
    assert_eq!(*ann.engine.room(), RoomId::lobby());
    assert_eq!(ann.opened(), []);
}

#[test]
fn each_room_sends_its_own_one_at_a_time_and_waits_for_no_other() {
    let mut ann = Ann::is_in_her_rooms();
    ann.has_seen_plans(3);
    ann.says("one");
    ann.says("two");
    ann.turns_to(&plans());
    ann.shows(&["Bob: 1", "Bob: 2", "Bob: 3"]);
    let three = ann.says("three");
    assert_eq!(ann.sent(), ["a1", "a3"]);
    ann.hears(Event::Accepted {
        cid: three,
        room: plans(),
        seq: 4,
        at: 0,
    });
    ann.shows(&["Bob: 1", "Bob: 2", "Bob: 3", "Ann: three"]);
    ann.turns_to(&RoomId::lobby());
    ann.hears_entry(there(&plans(), entry(4, "Ann", "a3", "three")));
    ann.shows(&["Bob: 1", "Bob: 2", "Bob: 3", "Ann: one …", "Ann: two …"]);
    ann.turns_to(&plans());
    ann.shows(&["Bob: 1", "Bob: 2", "Bob: 3", "Ann: three"]);
}

#[test]
fn what_waits_for_a_room_nobody_looks_at_is_sent_all_the_same() {
    let mut ann = Ann::is_in_her_rooms();
    ann.has_seen_plans(3);
    ann.turns_to(&plans());
    ann.says("one");
    ann.turns_to(&RoomId::lobby());
    ann.sent();
    ann.comes_back_to(vec![lobby(3), private(9), talk(3)]);
    assert_eq!(ann.sent(), ["a1"]);
}

#[test]
fn a_room_with_another_entry_at_a_known_place_is_read_afresh_when_opened() {
    let mut ann = Ann::is_in_her_rooms();
    ann.has_seen_plans(3);
    ann.hears_entry(there(&plans(), entry(3, "Cyd", "c3", "other")));
    assert_eq!(ann.engine.link(), Link::Live);
    ann.turns_to(&plans());
    assert_eq!(ann.opened(), [("plans".to_owned(), None)]);
}

#[test]
fn a_log_that_lost_its_end_is_read_afresh_in_every_room() {
    let mut ann = Ann::is_in_her_rooms();
    ann.has_seen_plans(3);
    ann.comes_back_to(vec![lobby(3), private(2), talk(3)]);
    ann.turns_to(&plans());
    ann.shows(&[]);
    assert_eq!(ann.opened(), [("plans".to_owned(), None)]);
    ann.gets_entries_of(&plans(), true, run(1..=2));
    ann.hears_bob_in(&plans(), 3);
    ann.shows(&["Bob: 1", "Bob: 2", "Bob: 3"]);
}

#[test]
fn rooms_not_looked_at_for_long_let_go_of_what_they_hold() {
    let rooms = |top: u64| -> Vec<RoomState> {
        let nth = |nth: u64| RoomState {
            id: id(&format!("room{nth}")),
            ..lobby(top)
        };
        [vec![lobby(3)], (1..=30).map(nth).collect()].concat()
    };
    let mut ann = Ann::arrives_with(Start {
        rooms: rooms(3),
        ..start(run(1..=3), &[A, B])
    });
    ann.engine.connect(ann.now);
    ann.acts();
    ann.gets_into(rooms(3));
    for nth in 1..=30 {
        let room = id(&format!("room{nth}"));
        ann.turns_to(&room);
        ann.gets_entries_of(&room, true, run(1..=3));
    }
    ann.said.clear();
    ann.turns_to(&id("room30"));
    ann.turns_to(&id("room15"));
    assert_eq!(ann.opened(), [], "it is still held");
    ann.turns_to(&id("room3"));
    assert_eq!(ann.opened(), [("room3".to_owned(), None)]);
}

#[test]
fn older_pages_go_to_the_room_they_are_of() {
    let mut ann = Ann::is_in_her_rooms();
    ann.turns_to(&plans());
    ann.gets_entries_of(&plans(), true, run(51..=60));
    ann.scrolls_up();
    assert!(ann.fetched[0].contains("/rooms/plans/entries?before=51&"));
    ann.turns_to(&RoomId::lobby());
    assert!(!ann.engine.older_is_loading());
    let page = protocol::Page {
        epoch: id("e1"),
        top: 60,
        entries: run(1..=50),
        closed: vec![],
        aside: vec![],
        ended: false,
    };
    ann.engine.page(ann.now, &plans(), page);
    ann.acts();
    ann.shows(&["Bob: 1", "Bob: 2", "Bob: 3"]);
    ann.turns_to(&plans());
    assert_eq!(ann.list().len(), 60);
}

#[test]
fn comings_and_goings_of_everybody_are_not_told_in_private() {
    let mut ann = Ann::is_in_her_rooms();
    ann.has_seen_plans(3);
    ann.turns_to(&plans());
    ann.hears(Event::OnlineChanged {
        version: 2,
        count: 3,
        joined: vec![crate::ann::person("Cyd")],
        left: vec![],
    });
    ann.shows(&["Bob: 1", "Bob: 2", "Bob: 3"]);
    assert_eq!(ann.engine.count(), 3);
}

#[test]
fn a_private_room_tells_who_is_let_in_and_how_it_is_called() {
    let mut ann = Ann::is_in_her_rooms();
    ann.has_seen_plans(3);
    ann.turns_to(&plans());
    let fact = |seq, kind, target: Option<&str>, text: &str| protocol::Entry {
        kind,
        target: target.map(id),
        ..there(&plans(), entry(seq, "Bob", &format!("b{seq}"), text))
    };
    ann.hears_entry(fact(4, Kind::Added, Some("cyd"), "Cyd"));
    ann.hears_entry(fact(5, Kind::Renamed, None, "Dreams"));
    ann.hears_entry(fact(6, Kind::Described, None, "of summer"));
    ann.shows(&[
        "Bob: 1",
        "Bob: 2",
        "Bob: 3",
        "Bob Added Cyd",
        "Bob Renamed Dreams",
        "Bob Described of summer",
    ]);
    let view = ann.view(&plans());
    assert_eq!(
        (view.title.as_str(), view.topic.as_str()),
        ("Dreams", "of summer")
    );
    assert_eq!((view.unread, ann.engine.here()), (0, view));
}

#[test]
fn whoever_writes_is_shown_in_the_room_they_write_in() {
    let mut ann = Ann::is_in_her_rooms();
    let types = |ann: &mut Ann, room: RoomId| {
        let person = crate::ann::person("Bob");
        ann.hears(Event::Typing { room, person });
        ann.engine.typists(ann.now).len()
    };
    assert_eq!(types(&mut ann, direct()), 0);
    assert_eq!(types(&mut ann, RoomId::lobby()), 1);
    ann.turns_to(&plans());
    assert_eq!(ann.engine.typists(ann.now), []);
}

#[test]
fn a_connection_names_the_room_on_the_screen_for_who_balances_by_it() {
    let mut ann = Ann::is_in_her_rooms();
    ann.turns_to(&plans());
    ann.loses_the_socket(1006);
    ann.waits_to_dial();
    let dialled = ann.dialled.last().map(String::as_str);
    assert!(
        dialled.is_some_and(|url| url.ends_with("/ws?room=plans")),
        "{dialled:?}"
    );
}
