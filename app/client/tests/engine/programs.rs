//! What programs say, and when one ends the connection.

use client::Link;
use protocol::{Entry, Event, Kind, Reason, RoomId};

use crate::ann::{Ann, entry};
use crate::house::{plans, private, there};

fn notice(seq: u64, body: &str) -> Entry {
    Entry {
        kind: Kind::Notice,
        ..entry(seq, "Build", &format!("n{seq}"), body)
    }
}

#[test]
fn what_a_program_says_is_shown_and_counted_as_a_message() {
    let mut ann = Ann::is_in_her_rooms();
    let before = ann.list();
    ann.hears_entry(notice(4, "It is green"));
    let lines = [before, vec!["Build: It is green".to_owned()]].concat();
    assert_eq!(ann.list(), lines);
    ann.hears_entry(there(&plans(), notice(4, "It is red, @Ann")));
    assert_eq!(ann.count(&plans()), (1, 1));
    let last = ann.view(&plans()).last.expect("a last line");
    assert_eq!(
        (last.name.as_str(), last.body.as_str()),
        ("Build", "It is red, @Ann")
    );
}

#[test]
fn the_room_of_notices_comes_with_what_was_said_there_counted_once() {
    let mut ann = Ann::is_in_her_rooms();
    let mut room = private(1);
    (room.id, room.unread) = (RoomId::notices(), 1);
    ann.hears_entry(there(&RoomId::notices(), notice(1, "At six we stop")));
    let (rooms, more) = (vec![room], false);
    ann.hears(Event::Rooms { rooms, more });
    assert_eq!(ann.count(&RoomId::notices()), (1, 0));
    ann.hears_entry(there(&RoomId::notices(), notice(2, "Now we stop")));
    assert_eq!(ann.count(&RoomId::notices()), (2, 0));
}

#[test]
fn who_is_put_out_by_a_program_comes_back_when_they_want_to() {
    let mut ann = Ann::is_in();
    ann.hears(Event::Error {
        reason: Reason::Kicked,
        message: "We restart".to_owned(),
    });
    ann.loses_the_socket(4001);
    assert_eq!((ann.engine.link(), ann.reloads), (Link::Stopped(4001), 0));
    assert_eq!(ann.engine.last_word(), Some((Reason::Kicked, "We restart")));
    ann.waits(60_000);
    assert_eq!(ann.dialled.len(), 1);
    ann.engine.connect(ann.now);
    ann.acts();
    ann.opens();
    ann.is_welcomed("e1", 3);
    assert_eq!(
        (ann.engine.link(), ann.engine.last_word()),
        (Link::Live, None)
    );
}
