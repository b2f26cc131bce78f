//! What one may not see, inside what one may see: it counts as seen.

use client::Link;
use protocol::{Cursor, Entry, Event, Gap, Kind, Page, RoomId, Tag};

use crate::ann::{A, Ann, B, bobs, entry, id, run, start};

fn hears(ann: &mut Ann, fresh: bool, entries: Vec<Entry>, closed: &[Gap]) {
    let (room, closed) = (RoomId::lobby(), closed.to_vec());
    ann.hears(Event::Entries {
        room,
        fresh,
        entries,
        closed,
        aside: vec![],
    });
}

fn gets_page(ann: &mut Ann, entries: Vec<Entry>, closed: &[Gap]) {
    let page = Page {
        epoch: id("e1"),
        top: 0,
        entries,
        closed: closed.to_vec(),
        aside: vec![],
        ended: false,
    };
    ann.gets(page);
}

#[test]
fn who_was_away_from_the_room_goes_on_after_the_gap() {
    let mut ann = Ann::is_in();
    hears(&mut ann, false, vec![bobs(200)], &[(4, 199)]);
    ann.hears_entry(bobs(201));
    ann.shows(&["Bob: 1", "Bob: 2", "Bob: 3", "Bob: 200", "Bob: 201"]);
    assert_eq!(ann.engine.link(), Link::Live);
    assert_eq!(ann.hung_up, [0; 0], "nothing is missing");
    ann.loses_the_socket(1006);
    ann.waits_to_dial();
    ann.opens();
    let tag = Some(Tag::of(&id("bob"), &id("b201")));
    let epoch = id("e1");
    assert_eq!(
        ann.cursor(),
        Some(Cursor {
            epoch,
            seq: 201,
            tag
        })
    );
}

#[test]
fn a_gap_that_is_told_from_before_what_is_held_does_no_harm() {
    let mut ann = Ann::is_in();
    hears(&mut ann, false, vec![bobs(9)], &[(2, 8)]);
    hears(&mut ann, false, vec![bobs(9), bobs(10)], &[(4, 8)]);
    ann.shows(&["Bob: 1", "Bob: 2", "Bob: 3", "Bob: 9", "Bob: 10"]);
    assert_eq!(ann.engine.link(), Link::Live);
}

#[test]
fn a_hole_beside_a_gap_is_a_hole() {
    for closed in [(5, 8), (4, 7), (9, 9), (10, 2), (0, u64::MAX)] {
        let mut ann = Ann::is_in();
        hears(&mut ann, false, vec![bobs(9)], &[closed]);
        ann.shows(&["Bob: 1", "Bob: 2", "Bob: 3"]);
        assert_ne!(ann.engine.link(), Link::Live, "{closed:?}: it is asked for");
    }
}

#[test]
fn a_fresh_page_with_a_gap_is_shown_whole() {
    let mut ann = Ann::is_in();
    ann.loses_the_socket(1006);
    ann.waits_to_dial();
    ann.gets_in(901);
    let entries = [run(90..=91), run(900..=901)].concat();
    hears(&mut ann, true, entries, &[(92, 899)]);
    ann.shows(&["Bob: 90", "Bob: 91", "Bob: 900", "Bob: 901"]);
    assert!(ann.engine.has_older());
    ann.scrolls_up();
    assert!(
        ann.fetched[0].ends_with("?before=90&limit=50"),
        "{:?}",
        ann.fetched
    );
    gets_page(&mut ann, run(88..=89), &[(1, 87)]);
    assert_eq!(ann.list()[0], "Bob: 88");
    assert!(!ann.engine.has_older(), "what is before is not for her");
}

#[test]
fn scrolling_up_goes_on_beyond_a_gap() {
    let mut ann = Ann::arrives_with(start(run(200..=249), &[A, B]));
    ann.connects(249);
    ann.scrolls_up();
    gets_page(&mut ann, run(51..=100), &[(101, 199)]);
    assert!(!ann.engine.older_is_loading());
    assert_eq!(ann.list()[0], "Bob: 51");
    assert_eq!(ann.list()[50], "Bob: 200");
    ann.scrolls_up();
    assert!(ann.fetched[1].contains("before=51&"), "{:?}", ann.fetched);
    gets_page(&mut ann, vec![], &[(1, 50)]);
    assert!(!ann.engine.has_older());
    ann.hears_entry(bobs(250));
    assert_eq!(ann.list().len(), 101);
}

#[test]
fn a_page_with_a_gap_that_does_not_reach_the_window_is_not_shown() {
    let mut ann = Ann::arrives_with(start(run(200..=249), &[A, B]));
    ann.connects(249);
    ann.scrolls_up();
    for closed in [&[(101, 198)][..], &[(102, 199)], &[]] {
        gets_page(&mut ann, run(51..=100), closed);
        assert_eq!(ann.list()[0], "Bob: 200", "{closed:?}");
    }
}

#[test]
fn the_page_s_own_first_page_may_have_a_gap() {
    let mut given = start([run(3..=4), run(8..=9)].concat(), &[A]);
    given.closed = vec![(1, 2), (5, 7)];
    let mut ann = Ann::arrives_with(given);
    ann.shows(&["Bob: 3", "Bob: 4", "Bob: 8", "Bob: 9"]);
    assert!(!ann.engine.has_older());
    ann.connects(9);
    ann.hears_entry(bobs(10));
    assert_eq!(ann.list().len(), 5);
}

#[test]
fn who_is_let_in_and_who_goes_is_a_line_of_its_own() {
    let mut ann = Ann::is_in();
    for (seq, kind) in [(4, Kind::Added), (5, Kind::Removed)] {
        ann.hears_entry(Entry {
            kind,
            target: Some((&id::<protocol::UserId>("cyd")).into()),
            ..entry(seq, "Bob", &format!("b{seq}"), "Cyd")
        });
    }
    ann.hears_entry(bobs(6));
    ann.shows(&[
        "Bob: 1",
        "Bob: 2",
        "Bob: 3",
        "Bob Added Cyd",
        "Bob Removed Cyd",
        "Bob: 6",
    ]);
}

#[test]
fn what_is_told_in_another_room_is_left_alone() {
    let mut ann = Ann::is_in();
    ann.hears_entry(Entry {
        room: RoomId::inbox(&id("ann")),
        ..bobs(4)
    });
    ann.hears_entry(bobs(4));
    ann.shows(&["Bob: 1", "Bob: 2", "Bob: 3", "Bob: 4"]);
}
