//! Rooms that one is in no more.

use client::{Link, OUTBOX_MAX};
use protocol::{Event, Kind, Reason, RoomId};

use crate::ann::{Ann, run};
use crate::house::{all, direct, lobby, plans, private, talk};

fn is_put_out(ann: &mut Ann, room: &RoomId, message: Option<&str>) {
    ann.hears(Event::RoomGone {
        room: room.clone(),
        message: message.map(str::to_owned),
    });
}

fn rooms(ann: &Ann) -> Vec<String> {
    let views = ann.engine.rooms().into_iter();
    views.map(|view| view.title).collect()
}

#[test]
fn who_is_put_out_of_the_room_on_the_screen_is_told_why_in_the_lobby() {
    let mut ann = Ann::is_in_her_rooms();
    ann.has_seen_plans(3);
    ann.turns_to(&plans());
    is_put_out(&mut ann, &plans(), Some("off topic"));
    assert_eq!(*ann.engine.room(), RoomId::lobby());
    ann.shows(&["Bob: 1", "Bob: 2", "Bob: 3"]);
    let gone = ann.engine.gone().expect("it is told");
    assert_eq!(
        (gone.title.as_str(), gone.message.as_deref()),
        ("Plans", Some("off topic"))
    );
    assert_eq!(rooms(&ann), ["Lobby", "Bob"]);
    ann.engine.forget_gone();
    assert_eq!(ann.engine.gone(), None);
    // Whatever still comes of it is nothing to her.
    ann.hears_bob_in(&plans(), 4);
    ann.gets_entries_of(&plans(), true, run(1..=4));
    assert_eq!(rooms(&ann), ["Lobby", "Bob"]);
}

#[test]
fn who_left_another_room_is_told_nothing() {
    let mut ann = Ann::is_in_her_rooms();
    is_put_out(&mut ann, &plans(), None);
    assert_eq!(ann.engine.gone(), None);
    assert_eq!(rooms(&ann), ["Lobby", "Bob"]);
    is_put_out(&mut ann, &direct(), Some("banned"));
    assert_eq!(
        ann.engine.gone().map(|gone| gone.title.as_str()),
        Some("Bob")
    );
    is_put_out(&mut ann, &plans(), Some("again"));
    assert_eq!(
        ann.engine.gone().map(|gone| gone.title.as_str()),
        Some("Bob")
    );
}

#[test]
fn a_room_that_is_not_in_the_list_any_more_is_gone() {
    let mut ann = Ann::is_in_her_rooms();
    ann.has_seen_plans(3);
    ann.turns_to(&plans());
    ann.comes_back_to(vec![lobby(4), talk(3)]);
    assert_eq!(*ann.engine.room(), RoomId::lobby());
    assert_eq!(ann.opened(), [("lobby".to_owned(), Some(3))]);
    is_put_out(&mut ann, &plans(), None);
    assert!(ann.engine.gone().is_some());
    ann.gets_entries_of(&RoomId::lobby(), false, run(4..=4));
    assert_eq!(ann.list().len(), 4);
    assert_eq!(ann.engine.link(), Link::Live);
}

#[test]
fn a_long_list_comes_in_pieces_and_nothing_is_gone_before_its_end() {
    let mut ann = Ann::is_in_her_rooms();
    ann.has_seen_plans(3);
    ann.turns_to(&plans());
    ann.says("hi");
    ann.loses_the_socket(1006);
    ann.waits_to_dial();
    ann.opens();
    ann.said.clear();
    ann.is_told_of(vec![lobby(3)], true);
    assert_eq!(*ann.engine.room(), plans());
    ann.shows(&["Bob: 1", "Bob: 2", "Bob: 3", "Ann: hi ?"]);
    assert_eq!(ann.sent(), [""; 0], "it is not known yet what was missed");
    ann.hears(Event::Rooms {
        rooms: vec![private(4)],
        more: false,
    });
    assert_eq!(rooms(&ann), ["Lobby", "Plans"]);
    ann.gets_entries_of(&plans(), false, run(4..=4));
    assert_eq!(ann.sent(), ["a1"]);
}

#[test]
fn a_list_that_comes_in_pieces_takes_no_room_off_the_screen_meanwhile() {
    let mut ann = Ann::is_in_her_rooms();
    ann.has_seen_plans(3);
    ann.turns_to(&plans());
    let cid = ann.says("my long letter");
    ann.is_rejected(&cid, Reason::Silenced, None);
    ann.turns_to(&RoomId::lobby());
    ann.hears_bob_in(&plans(), 4);
    ann.loses_the_socket(1006);
    ann.waits_to_dial();
    ann.opens();
    ann.said.clear();
    ann.is_told_of(vec![lobby(3)], true);
    assert_eq!(rooms(&ann), ["Lobby", "Plans", "Bob"]);
    assert_eq!(ann.count(&plans()), (1, 0));
    assert_eq!(ann.engine.failed_changes(), [], "it has its line in Plans");
    // The list has not come to it yet: what it holds now is not known.
    ann.turns_to(&plans());
    ann.says("and more");
    assert_eq!(ann.said, []);
    ann.shows(&[
        "Bob: 1",
        "Bob: 2",
        "Bob: 3",
        "Bob: 4",
        "Ann: my long letter !Silenced",
        "Ann: and more …",
    ]);
    assert_eq!(ann.opened(), []);
    ann.hears(Event::Rooms {
        rooms: vec![private(9)],
        more: true,
    });
    ann.hears(Event::Rooms {
        rooms: vec![],
        more: false,
    });
    assert_eq!(rooms(&ann), ["Lobby", "Plans"]);
    assert_eq!(ann.opened(), [("plans".to_owned(), Some(4))]);
}

#[test]
fn two_rooms_that_are_not_in_the_list_any_more_lead_to_one_that_is() {
    let mut ann = Ann::is_in_her_rooms();
    ann.has_seen_plans(3);
    ann.turns_to(&plans());
    ann.comes_back_to(vec![talk(3)]);
    assert_eq!(*ann.engine.room(), direct());
    assert_eq!(
        ann.engine.gone().map(|gone| gone.title.as_str()),
        Some("Plans")
    );
    assert_eq!(ann.opened(), [(direct().to_string(), None)]);
}

#[test]
fn a_long_list_on_a_slow_line_is_heard_to_its_end() {
    let mut ann = Ann::is_in_her_rooms();
    ann.loses_the_socket(1006);
    ann.waits_to_dial();
    ann.opens();
    ann.is_told_of(vec![lobby(4)], true);
    for rooms in [vec![private(3)], vec![talk(3)]] {
        ann.waits(4_000);
        ann.hears(Event::Rooms { rooms, more: true });
    }
    ann.waits(4_000);
    ann.hears(Event::Rooms {
        rooms: vec![],
        more: false,
    });
    ann.waits(4_000);
    assert_eq!((ann.engine.link(), ann.dialled.len()), (Link::Live, 2));
    ann.gets_entries_of(&RoomId::lobby(), false, run(4..=4));
    assert_eq!(ann.list().len(), 4);
}

#[test]
fn a_list_that_does_not_go_on_is_asked_for_again() {
    let mut ann = Ann::is_in_her_rooms();
    ann.loses_the_socket(1006);
    ann.waits_to_dial();
    ann.opens();
    ann.is_told_of(vec![lobby(4)], true);
    ann.waits(5_250);
    assert_eq!(ann.hung_up, [1000]);
}

#[test]
fn what_was_stored_in_a_room_that_is_gone_takes_no_place_any_more() {
    let mut ann = Ann::is_in_her_rooms();
    ann.has_seen_plans(3);
    ann.turns_to(&plans());
    let cid = ann.says("bye");
    is_put_out(&mut ann, &plans(), None);
    ann.hears(Event::Accepted {
        cid,
        room: plans(),
        seq: 4,
        at: 4,
    });
    for _ in 0..OUTBOX_MAX {
        ann.says("hi");
    }
}

#[test]
fn who_comes_back_to_a_room_finds_it_as_new() {
    let mut ann = Ann::is_in_her_rooms();
    ann.has_seen_plans(3);
    is_put_out(&mut ann, &plans(), None);
    ann.hears(Event::Rooms {
        rooms: vec![private(9)],
        more: false,
    });
    assert_eq!(rooms(&ann), ["Lobby", "Plans", "Bob"]);
    ann.turns_to(&plans());
    ann.shows(&[]);
    assert_eq!(ann.opened(), [("plans".to_owned(), None)]);
}

#[test]
fn what_was_written_to_a_room_that_is_gone_is_not_lost_in_silence() {
    let mut ann = Ann::is_in_her_rooms();
    ann.has_seen_plans(3);
    ann.turns_to(&plans());
    let cid = ann.says("my long letter");
    is_put_out(&mut ann, &plans(), None);
    ann.is_rejected(&cid, Reason::RoomUnknown, None);
    let failed = ann.engine.failed_changes();
    assert_eq!(failed.len(), 1);
    assert_eq!(
        (failed[0].kind, failed[0].body.as_str()),
        (Kind::Posted, "my long letter")
    );
    assert_eq!(ann.engine.discard(&cid).as_deref(), Some("my long letter"));
    ann.acts();
    assert_eq!(ann.engine.failed_changes(), []);
    assert_eq!(ann.kept, []);
}

#[test]
fn who_is_in_no_room_at_all_keeps_the_connection() {
    let mut ann = Ann::is_in_her_rooms();
    ann.comes_back_to(vec![]);
    assert_eq!(rooms(&ann), [""; 0]);
    for _ in 0..20 {
        ann.waits(1_000);
        ann.hears(Event::Heartbeat);
    }
    assert_eq!(ann.engine.link(), Link::Live);
    ann.hears(Event::Rooms {
        rooms: all(3),
        more: false,
    });
    assert_eq!(rooms(&ann), ["Lobby", "Plans", "Bob"]);
    ann.turns_to(&plans());
    assert_eq!(ann.opened(), [("plans".to_owned(), None)]);
}
