//! What is unread, in every room, on every device.

use client::Start;
use protocol::{Event, RoomId, RoomState};

use crate::ann::{A, Ann, B, bobs, entry, id, run, start};
use crate::house::{all, direct, lobby, plans, private, talk, there};

fn missed(read: u64, unread: u64, mentions: u64, state: RoomState) -> RoomState {
    RoomState {
        read,
        unread,
        mentions,
        ..state
    }
}

fn sees(ann: &mut Ann, seq: u64) {
    ann.engine.seen(ann.now, seq);
    ann.acts();
}

fn hears_read(ann: &mut Ann, room: &RoomId, seq: u64) {
    let room = room.clone();
    ann.hears(Event::Read { room, seq });
}

#[test]
fn each_message_of_others_counts_once_and_one_s_own_does_not() {
    let mut ann = Ann::is_in_her_rooms();
    ann.hears_bob_in(&plans(), 4);
    ann.hears_bob_in(&plans(), 4);
    ann.hears_bob_in(&plans(), 3);
    ann.hears_entry(there(&plans(), entry(5, "Ann", "x", "@Ann, from my phone")));
    ann.hears_entry(there(&plans(), entry(6, "Bob", "b6", "hey @ann!")));
    assert_eq!(ann.count(&plans()), (2, 1));
    assert_eq!(ann.count(&RoomId::lobby()), (0, 0));
    let last = ann.view(&plans()).last.expect("a last line");
    assert_eq!(
        (last.name.as_str(), last.body.as_str()),
        ("Bob", "hey @ann!")
    );
}

#[test]
fn what_the_welcome_counted_is_not_counted_again() {
    let mut ann = Ann::is_in_her_rooms();
    let rooms = vec![lobby(3), missed(3, 2, 1, private(6)), talk(3)];
    ann.comes_back_to(rooms);
    assert_eq!(ann.count(&plans()), (2, 1));
    for seq in 5..=7 {
        ann.hears_bob_in(&plans(), seq);
    }
    assert_eq!(ann.count(&plans()), (3, 1), "only the seventh is new");
    ann.turns_to(&plans());
    ann.gets_entries_of(&plans(), true, run(1..=7));
    assert_eq!(ann.count(&plans()), (3, 1));
}

#[test]
fn what_was_on_the_screen_is_read_and_told_once_a_second() {
    let mut ann = Ann::is_in_her_rooms();
    for seq in 4..=8 {
        ann.hears_bob_in(&RoomId::lobby(), seq);
    }
    assert_eq!(ann.count(&RoomId::lobby()), (5, 0));
    sees(&mut ann, 5);
    assert_eq!(ann.count(&RoomId::lobby()), (3, 0));
    assert_eq!(ann.told_read(), [("lobby".to_owned(), 5)]);
    sees(&mut ann, 6);
    sees(&mut ann, 4);
    sees(&mut ann, 8);
    assert_eq!(ann.count(&RoomId::lobby()), (0, 0));
    assert_eq!(ann.told_read(), []);
    ann.waits(1_000);
    assert_eq!(ann.told_read(), [("lobby".to_owned(), 8)]);
    ann.waits(3_000);
    assert_eq!(ann.told_read(), []);
}

#[test]
fn nothing_is_read_that_is_not_held() {
    let mut ann = Ann::is_in_her_rooms();
    sees(&mut ann, 900);
    ann.hears_bob_in(&RoomId::lobby(), 4);
    assert_eq!(ann.count(&RoomId::lobby()), (1, 0));
    assert_eq!(ann.told_read(), []);
}

#[test]
fn what_was_read_while_the_line_was_down_is_told_when_it_is_up() {
    let mut ann = Ann::is_in_her_rooms();
    ann.hears_bob_in(&RoomId::lobby(), 4);
    ann.loses_the_socket(1006);
    sees(&mut ann, 4);
    ann.waits_to_dial();
    ann.gets_into(vec![missed(3, 2, 0, lobby(5)), private(3), talk(3)]);
    ann.gets_entries_of(&RoomId::lobby(), false, vec![bobs(5)]);
    assert_eq!(ann.told_read(), [("lobby".to_owned(), 4)]);
    assert_eq!(ann.count(&RoomId::lobby()), (1, 0));
}

#[test]
fn what_was_read_on_another_device_is_read_here() {
    let mut ann = Ann::is_in_her_rooms();
    for seq in 4..=7 {
        ann.hears_bob_in(&plans(), seq);
    }
    hears_read(&mut ann, &plans(), 5);
    assert_eq!(ann.count(&plans()), (2, 0));
    hears_read(&mut ann, &plans(), 4);
    assert_eq!(ann.count(&plans()), (2, 0));
    hears_read(&mut ann, &plans(), 9);
    ann.hears_bob_in(&plans(), 8);
    ann.hears_bob_in(&plans(), 9);
    ann.hears_bob_in(&plans(), 10);
    assert_eq!(
        ann.count(&plans()),
        (1, 0),
        "8 and 9 were read before they came"
    );
    assert_eq!(ann.told_read(), [], "it is known");
}

#[test]
fn of_what_was_missed_and_is_held_it_is_known_what_is_left() {
    let rooms = vec![missed(1, 9, 0, lobby(10)), private(3), talk(3)];
    let mut ann = Ann::arrives_with(Start {
        rooms: rooms.clone(),
        ..start(run(1..=10), &[A, B])
    });
    ann.engine.connect(ann.now);
    ann.acts();
    ann.gets_into(rooms);
    assert_eq!(ann.engine.new_since(), Some(1));
    sees(&mut ann, 4);
    assert_eq!(ann.count(&RoomId::lobby()), (6, 0));
    assert_eq!(
        ann.engine.new_since(),
        Some(1),
        "the line stays where it is"
    );
    ann.turns_to(&plans());
    assert_eq!(ann.engine.new_since(), None);
    ann.turns_to(&RoomId::lobby());
    assert_eq!(ann.engine.new_since(), Some(4));
}

#[test]
fn of_what_was_missed_and_is_not_held_no_more_is_left_than_there_can_be() {
    let mut ann = Ann::is_in_her_rooms();
    ann.comes_back_to(vec![lobby(3), missed(3, 900, 40, private(1_000)), talk(3)]);
    hears_read(&mut ann, &plans(), 990);
    assert_eq!(ann.count(&plans()), (10, 10));
    hears_read(&mut ann, &plans(), 995);
    assert_eq!(ann.count(&plans()), (5, 5));
    // What is left turns out to be less when it is there.
    ann.turns_to(&plans());
    let own = |seq| entry(seq, "Ann", &format!("a{seq}"), "mine");
    ann.gets_entries_of(
        &plans(),
        true,
        [run(991..=996), (997..=1_000).map(own).collect()].concat(),
    );
    assert_eq!(ann.count(&plans()), (1, 0));
}

#[test]
fn unread_messages_are_counted_up_to_many() {
    let mut ann = Ann::is_in_her_rooms();
    for seq in 4..=1_200 {
        ann.hears_bob_in(&plans(), seq);
    }
    assert_eq!(ann.count(&plans()), (999, 0));
    hears_read(&mut ann, &plans(), 1_150);
    assert_eq!(ann.count(&plans()), (50, 0));
}

#[test]
fn the_list_has_the_lobby_first_then_rooms_by_name_then_people_the_latest_first() {
    let mut ann = Ann::is_in_her_rooms();
    let titled = |id: &str, name: &str| RoomState {
        id: crate::ann::id(id),
        name: name.to_owned(),
        ..private(1)
    };
    let with_cyd = RoomState {
        id: RoomId::direct(&crate::ann::id("ann"), &crate::ann::id("cyd")).expect("short ids"),
        people: vec![crate::ann::person("Ann"), crate::ann::person("Cyd")],
        last: None,
        ..talk(1)
    };
    ann.hears(Event::Rooms {
        rooms: vec![with_cyd.clone(), titled("a", "zebras"), titled("z", "Ants")],
        more: false,
    });
    let titles = |ann: &Ann| -> Vec<String> {
        let views = ann.engine.rooms().into_iter();
        views.map(|view| view.title).collect()
    };
    assert_eq!(
        titles(&ann),
        ["Lobby", "Ants", "Plans", "zebras", "Bob", "Cyd"]
    );
    ann.hears_entry(there(&with_cyd.id, entry(900, "Cyd", "c", "me")));
    assert_eq!(titles(&ann)[4..], ["Cyd", "Bob"]);
    let open: Vec<bool> = ann.engine.rooms().iter().map(|view| view.is_open).collect();
    assert_eq!(open, [true, false, false, false, false, false]);
}

#[test]
fn a_group_is_called_by_the_others_in_it() {
    let mut ann = Ann::is_in_her_rooms();
    let group = RoomState {
        kind: protocol::RoomKind::Group,
        ..talk(3)
    };
    ann.hears(Event::Rooms {
        rooms: vec![group],
        more: false,
    });
    let comes = |seq, kind, who: &str| protocol::Entry {
        kind,
        target: Some((&crate::ann::person(who).id).into()),
        ..there(&direct(), entry(seq, "Bob", &format!("b{seq}"), who))
    };
    ann.hears_entry(comes(4, protocol::Kind::Added, "Cyd"));
    assert_eq!(ann.view(&direct()).title, "Bob, Cyd");
    ann.hears_entry(comes(5, protocol::Kind::Removed, "Bob"));
    assert_eq!(ann.view(&direct()).title, "Cyd");
    assert_eq!(ann.count(&direct()), (0, 0), "they are no messages");
}

#[test]
fn a_list_told_again_keeps_what_was_read_here() {
    let mut ann = Ann::is_in_her_rooms();
    ann.hears_bob_in(&RoomId::lobby(), 4);
    sees(&mut ann, 4);
    ann.hears(Event::Rooms {
        rooms: vec![missed(3, 1, 0, lobby(4))],
        more: false,
    });
    assert_eq!(ann.count(&RoomId::lobby()), (0, 0));
    assert_eq!(all(3).len(), ann.engine.rooms().len());
}

#[test]
fn what_is_taken_back_before_it_was_seen_is_not_unread() {
    let mut ann = Ann::is_in_her_rooms();
    let taken_back = |seq: u64, target: u64| protocol::Entry {
        kind: protocol::Kind::Deleted,
        target: Some(protocol::Target::message(target)),
        ..there(&plans(), entry(seq, "Bob", &format!("d{seq}"), ""))
    };
    ann.comes_back_to(vec![lobby(3), missed(3, 2, 0, private(5)), talk(3)]);
    ann.hears_entry(there(&plans(), entry(6, "Bob", "b6", "@Ann")));
    ann.hears_bob_in(&plans(), 7);
    assert_eq!(ann.count(&plans()), (4, 1));
    ann.hears_entry(taken_back(8, 6));
    assert_eq!(ann.count(&plans()), (3, 0));
    ann.hears_entry(taken_back(9, 5));
    assert_eq!(ann.count(&plans()), (2, 0));
    ann.hears_entry(taken_back(10, 2));
    assert_eq!(ann.count(&plans()), (2, 0), "it was read");
    // One that was taken back before it came.
    ann.hears_entry(there(&plans(), entry(11, "Bob", "b11", "")));
    ann.hears_entry(taken_back(12, 11));
    assert_eq!(ann.count(&plans()), (2, 0));
}

#[test]
fn all_rooms_are_marked_as_read_and_told_in_portions() {
    let mut ann = Ann::is_in_her_rooms();
    let room = |at: u64| RoomState {
        id: format!("room{at}").parse().expect("an id"),
        ..missed(0, 9, 1, private(at + 10))
    };
    let rooms = [lobby(3)].into_iter().chain((0..200).map(room)).collect();
    ann.comes_back_to(rooms);
    ann.gets_entries_of(&RoomId::lobby(), false, vec![]);
    ann.told_read();
    let unread = |ann: &Ann| {
        ann.engine
            .rooms()
            .iter()
            .filter(|view| view.unread > 0)
            .count()
    };
    assert_eq!(unread(&ann), 200);
    ann.engine.read_all(ann.now);
    ann.acts();
    assert_eq!(unread(&ann), 0);
    let mut told = ann.told_read();
    assert!(told.len() <= 50, "{} at once", told.len());
    while told.len() < 200 {
        ann.waits(1_000);
        let more = ann.told_read();
        assert!((1..=50).contains(&more.len()), "{} in a second", more.len());
        told.extend(more);
    }
    told.sort();
    told.dedup();
    assert_eq!(told.len(), 200);
    assert!(
        told.contains(&("room7".to_owned(), 17)),
        "each up to its top"
    );
    ann.waits(3_000);
    assert_eq!(ann.told_read(), []);
    // What comes after is new.
    ann.hears_bob_in(&id("room7"), 18);
    assert_eq!(ann.count(&id("room7")), (1, 0));
}

#[test]
fn of_a_muted_room_only_what_mentions_the_reader_is_noted() {
    let mut ann = Ann::is_in_her_rooms();
    let muted = RoomState {
        muted: true,
        ..missed(3, 2, 0, private(5))
    };
    ann.hears(Event::Rooms {
        rooms: vec![muted],
        more: false,
    });
    assert_eq!(ann.view(&plans()).noted(), 0);
    ann.hears_entry(there(&plans(), entry(6, "Bob", "b6", "so, @Ann")));
    assert_eq!(ann.view(&plans()).noted(), 1);
    assert_eq!(ann.count(&plans()), (3, 1));
}
