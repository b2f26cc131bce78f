//! Contiguous, or aware of the gap and filling it.

use client::{Link, WINDOW_MAX};
use protocol::{Cursor, Entry, Kind, Tag};

use crate::ann::{A, Ann, B, bobs, entry, id, run, start};

/// Stays long enough with a node that the connection counts as a good one.
fn settles(ann: &mut Ann) {
    for _ in 0..31 {
        ann.waits(1_000);
        ann.hears(protocol::Event::Heartbeat);
    }
}

#[test]
fn the_hello_names_the_last_place_seen_and_its_tag() {
    let mut ann = Ann::arrives();
    ann.engine.connect(ann.now);
    ann.acts();
    ann.opens();
    let tag = Some(Tag::of(&id("bob"), &id("b3")));
    assert_eq!(
        ann.cursor(),
        Some(Cursor {
            epoch: id("e1"),
            seq: 3,
            tag
        })
    );

    let mut ann = Ann::arrives_with(start(vec![], &[A, B]));
    ann.engine.connect(ann.now);
    ann.acts();
    ann.opens();
    assert_eq!(
        ann.cursor(),
        Some(Cursor {
            epoch: id("e1"),
            seq: 0,
            tag: None
        })
    );
}

#[test]
fn what_is_known_is_not_shown_twice() {
    let mut ann = Ann::is_in();
    ann.hears_entry(bobs(3));
    ann.hears_entry(bobs(4));
    ann.hears_entry(bobs(4));
    ann.hears_entries(false, run(2..=5));
    ann.shows(&["Bob: 1", "Bob: 2", "Bob: 3", "Bob: 4", "Bob: 5"]);
    // Another seq with a known cid: it counts, and is not shown again.
    ann.hears_entry(entry(6, "Bob", "b5", "5"));
    ann.hears_entry(bobs(7));
    ann.shows(&["Bob: 1", "Bob: 2", "Bob: 3", "Bob: 4", "Bob: 5", "Bob: 7"]);
    assert_eq!(ann.engine.link(), Link::Live);
}

#[test]
fn a_hole_is_not_shown_but_asked_for_at_the_same_node() {
    let mut ann = Ann::is_in();
    settles(&mut ann);
    ann.hears_entry(bobs(5));
    ann.shows(&["Bob: 1", "Bob: 2", "Bob: 3"]);
    assert_eq!(ann.hung_up, [1000]);
    assert_eq!(
        ann.dialled,
        ["ws://a:8080/ws?room=lobby", "ws://a:8080/ws?room=lobby"]
    );
    ann.opens();
    assert_eq!(ann.cursor().map(|cursor| cursor.seq), Some(3));
    ann.is_welcomed("e1", 5);
    ann.hears_entries(false, run(4..=5));
    ann.shows(&["Bob: 1", "Bob: 2", "Bob: 3", "Bob: 4", "Bob: 5"]);
}

#[test]
fn a_node_that_sends_holes_again_and_again_is_asked_more_and_more_rarely_and_afresh() {
    let mut ann = Ann::is_in();
    ann.hears_entry(bobs(9));
    assert!(matches!(ann.engine.link(), Link::Waiting { .. }));
    ann.waits_to_dial();
    ann.gets_in(9);
    ann.hears_entries(false, vec![bobs(9)]);
    ann.waits_to_dial();
    ann.opens();
    assert_eq!(ann.cursor(), None);
    ann.is_welcomed("e1", 9);
    ann.hears_entries(true, run(8..=9));
    ann.shows(&["Bob: 8", "Bob: 9"]);
}

#[test]
fn a_gap_that_is_known_and_stays_is_asked_for() {
    let mut ann = Ann::is_in();
    let cid = ann.says("hi");
    ann.is_accepted(&cid, 5);
    ann.waits(5_250);
    assert_eq!(ann.hung_up, [1000], "4 and 5 are stored, and do not come");
    ann.waits_to_dial();
    ann.gets_in(5);
    ann.hears_entries(false, vec![bobs(4), entry(5, "Ann", "a1", "hi")]);
    ann.shows(&["Bob: 1", "Bob: 2", "Bob: 3", "Bob: 4", "Ann: hi"]);
}

#[test]
fn a_fresh_page_takes_the_place_of_the_window_and_spares_what_is_on_its_way() {
    let mut ann = Ann::is_in();
    let seen = ann.says("seen");
    ann.is_accepted(&seen, 4);
    ann.says("stored");
    ann.says("waits");
    ann.loses_the_socket(1006);
    ann.waits_to_dial();
    ann.gets_in(901);
    ann.hears_entries(true, vec![bobs(899), entry(900, "Ann", "a2", "stored")]);
    ann.hears_entries(false, vec![bobs(901)]);
    ann.shows(&["Bob: 899", "Ann: stored", "Bob: 901", "Ann: waits …"]);
    assert_eq!(ann.sent(), ["a3"]);
    assert!(ann.engine.has_older());
}

#[test]
fn another_epoch_drops_what_is_held_and_sends_again_what_is_not_in_the_new_log() {
    let mut ann = Ann::is_in();
    let cid = ann.says("hi");
    ann.is_accepted(&cid, 4);
    ann.loses_the_socket(1012);
    ann.waits_to_dial();
    ann.opens();
    ann.is_welcomed("e2", 2);
    ann.shows(&["Ann: hi ?"]);
    ann.said.clear();
    ann.hears_entry(bobs(3));
    ann.shows(&["Ann: hi ?"]);
    ann.hears_entries(true, run(1..=3));
    ann.shows(&["Bob: 1", "Bob: 2", "Bob: 3", "Ann: hi …"]);
    assert_eq!(ann.sent(), ["a1"]);
    ann.loses_the_socket(1006);
    ann.waits_to_dial();
    ann.opens();
    assert_eq!(ann.cursor().map(|cursor| cursor.epoch), Some(id("e2")));
}

#[test]
fn a_log_with_another_entry_at_a_known_place_is_read_afresh() {
    let mut ann = Ann::is_in();
    settles(&mut ann);
    ann.hears_entry(entry(3, "Cyd", "c3", "other"));
    ann.opens();
    assert_eq!(ann.cursor(), None);
    ann.is_welcomed("e1", 3);
    ann.hears_entries(true, vec![bobs(1), bobs(2), entry(3, "Cyd", "c3", "other")]);
    ann.shows(&["Bob: 1", "Bob: 2", "Cyd: other"]);
}

#[test]
fn a_log_shorter_than_what_is_held_is_waited_for_afresh() {
    let mut ann = Ann::arrives();
    ann.connects(2);
    ann.hears_entry(bobs(4));
    ann.shows(&["Bob: 1", "Bob: 2", "Bob: 3"]);
    ann.hears_entries(true, run(1..=2));
    ann.shows(&["Bob: 1", "Bob: 2"]);
}

#[test]
fn kinds_not_known_yet_count_and_are_not_shown() {
    let mut ann = Ann::is_in();
    ann.hears_entry(Entry {
        kind: Kind::Unknown,
        ..bobs(4)
    });
    ann.hears_entry(bobs(5));
    ann.shows(&["Bob: 1", "Bob: 2", "Bob: 3", "Bob: 5"]);
}

#[test]
fn a_page_with_a_hole_is_used_from_after_the_hole() {
    let entries = [run(1..=3), run(7..=9)].concat();
    let ann = Ann::arrives_with(start(entries, &[A]));
    ann.shows(&["Bob: 7", "Bob: 8", "Bob: 9"]);
    assert!(ann.engine.has_older());
}

#[test]
fn the_window_is_bounded() {
    let mut ann = Ann::is_in();
    let top = WINDOW_MAX as u64 + 10;
    ann.hears_entries(false, run(4..=top));
    assert_eq!(ann.engine.lines().len(), WINDOW_MAX);
    assert_eq!(ann.list()[0], "Bob: 11");
    assert!(ann.engine.has_older());
}
