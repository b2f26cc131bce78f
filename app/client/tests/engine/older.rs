//! What is before the first line.

use client::WINDOW_MAX;
use protocol::{Page, RoomId};

use crate::ann::{A, Ann, B, bobs, entry, id, run, start};

fn late_ann() -> Ann {
    let mut ann = Ann::arrives_with(start(run(101..=150), &[A, B]));
    ann.connects(150);
    ann
}

#[test]
fn scrolling_up_fetches_one_page_at_a_time_until_the_first_entry() {
    let mut ann = late_ann();
    ann.scrolls_up();
    ann.scrolls_up();
    assert_eq!(
        ann.fetched,
        ["http://a:8080/rooms/lobby/entries?before=101&limit=50"]
    );
    assert!(ann.engine.older_is_loading());
    ann.gets_page(run(51..=100));
    assert!(!ann.engine.older_is_loading());
    assert_eq!(ann.list().len(), 100);
    assert_eq!(ann.list()[0], "Bob: 51");
    ann.scrolls_up();
    assert_eq!(
        ann.fetched[1],
        "http://a:8080/rooms/lobby/entries?before=51&limit=50"
    );
    ann.gets_page(run(1..=50));
    assert!(!ann.engine.has_older());
    ann.scrolls_up();
    assert_eq!(ann.fetched.len(), 2);
}

#[test]
fn a_page_that_did_not_come_is_asked_for_again_more_and_more_rarely() {
    let mut ann = late_ann();
    ann.scrolls_up();
    for tries in 2..=5 {
        ann.engine.page_failed(ann.now, &RoomId::lobby());
        let failed = ann.now;
        while ann.fetched.len() < tries {
            ann.waits(10);
            ann.hears(protocol::Event::Heartbeat);
            assert!(ann.now - failed <= 8_010);
        }
    }
    ann.gets_page(run(51..=100));
    ann.waits(10_000);
    assert_eq!(ann.fetched.len(), 5);
}

#[test]
fn a_page_that_hangs_is_asked_for_again() {
    let mut ann = late_ann();
    ann.scrolls_up();
    ann.waits(16_250);
    assert_eq!(ann.fetched.len(), 2);
}

#[test]
fn a_page_that_does_not_join_on_is_not_shown() {
    let mut ann = late_ann();
    ann.scrolls_up();
    ann.gets_page(run(40..=90));
    ann.gets_page([run(60..=80), run(90..=100)].concat());
    let page = Page {
        epoch: id("e2"),
        top: 150,
        entries: run(51..=100),
        closed: vec![],
        aside: vec![],
        ended: false,
    };
    ann.gets(page);
    assert_eq!(ann.list()[0], "Bob: 101");
    assert!(ann.engine.older_is_loading());
    ann.gets_page(run(60..=120));
    assert_eq!(
        ann.list()[0],
        "Bob: 60",
        "what is known already does no harm"
    );
    assert_eq!(ann.list().len(), 91);
}

#[test]
fn an_empty_page_says_that_there_is_nothing_more_to_see() {
    let mut ann = late_ann();
    ann.scrolls_up();
    ann.gets_page(vec![]);
    assert!(!ann.engine.has_older());
}

#[test]
fn one_s_own_message_found_far_above_is_not_on_its_way_any_more() {
    let mut ann = late_ann();
    ann.says("hi");
    ann.loses_the_socket(1006);
    ann.scrolls_up();
    ann.gets_page([run(51..=99), vec![entry(100, "Ann", "a1", "hi")]].concat());
    assert_eq!(
        ann.list()
            .iter()
            .filter(|line| line.starts_with("Ann"))
            .count(),
        1
    );
    assert_eq!(ann.kept, []);
}

#[test]
fn what_the_reader_loaded_stays_until_they_are_back_at_the_end() {
    let first = 3_000;
    let mut ann = Ann::arrives_with(start(run(first..=first + 49), &[A, B]));
    ann.connects(first + 49);
    ann.scrolls_up();
    ann.gets_page(run(1..=first - 1));
    ann.hears_entry(bobs(first + 50));
    assert_eq!(ann.list().len(), first as usize + 49);
    ann.engine.trim();
    assert_eq!(ann.list().len(), WINDOW_MAX);
    assert!(ann.engine.has_older());
}
