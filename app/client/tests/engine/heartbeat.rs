//! Whether the node lives, as far as a page can tell.

use client::Link;
use protocol::{Command, Event};

use crate::ann::Ann;

fn heartbeats(ann: &mut Ann) -> usize {
    std::mem::take(&mut ann.said)
        .iter()
        .filter(|said| **said == Command::Heartbeat)
        .count()
}

#[test]
fn a_heartbeat_goes_out_each_fifteen_seconds() {
    let mut ann = Ann::is_in();
    for _ in 0..4 {
        ann.waits(14_750);
        assert_eq!(heartbeats(&mut ann), 0);
        ann.waits(250);
        assert_eq!(heartbeats(&mut ann), 1);
        ann.hears(Event::Heartbeat);
    }
    assert_eq!(ann.engine.link(), Link::Live);
}

#[test]
fn a_node_silent_for_twenty_five_seconds_is_left() {
    let mut ann = Ann::is_in();
    ann.waits(24_750);
    assert_eq!(ann.hung_up, [0; 0]);
    ann.waits(250);
    assert_eq!(ann.hung_up, [4011]);
    ann.waits_to_dial();
    assert_eq!(
        ann.dialled.last().map(String::as_str),
        Some("ws://b:8081/ws?room=lobby")
    );
}

#[test]
fn any_frame_is_a_sign_of_life() {
    let mut ann = Ann::is_in();
    for seq in 4..10 {
        ann.waits(24_000);
        ann.hears_entry(crate::ann::bobs(seq));
    }
    assert_eq!(ann.engine.link(), Link::Live);
}

#[test]
fn a_tab_in_the_background_asks_before_it_judges() {
    let mut ann = Ann::is_in();
    for _ in 0..10 {
        ann.sleeps(60_000);
        assert_eq!(heartbeats(&mut ann), 1);
        assert_eq!(ann.hung_up, [0; 0]);
        ann.now += 100;
        ann.hears(Event::Heartbeat);
    }
    ann.sleeps(60_000);
    ann.sleeps(60_000);
    assert_eq!(
        ann.hung_up,
        [4011],
        "asked, and no answer until the next tick"
    );
}

#[test]
fn after_a_gap_a_node_has_five_seconds_to_answer() {
    let mut ann = Ann::is_in();
    ann.sleeps(600_000);
    ann.waits(4_750);
    assert_eq!(ann.hung_up, [0; 0]);
    ann.waits(250);
    assert_eq!(ann.hung_up, [4011]);
}

#[test]
fn a_page_that_is_looked_at_again_makes_sure_at_once() {
    let mut ann = Ann::is_in();
    ann.now += 600_000;
    ann.wakes();
    assert_eq!(heartbeats(&mut ann), 1);
    ann.waits(2_750);
    assert_eq!(ann.hung_up, [0; 0]);
    ann.waits(250);
    assert_eq!(ann.hung_up, [4011]);

    let mut ann = Ann::is_in();
    ann.wakes();
    ann.wakes();
    assert_eq!(heartbeats(&mut ann), 1);
    ann.hears(Event::Heartbeat);
    ann.waits(10_000);
    assert_eq!(ann.engine.link(), Link::Live);
}

#[test]
fn a_page_that_asked_and_slept_dials_when_it_is_looked_at() {
    let mut ann = Ann::is_in();
    ann.sleeps(60_000);
    ann.now += 60_000;
    ann.wakes();
    assert_eq!(ann.hung_up, [4011]);
    assert_eq!(ann.dialled.len(), 2);
    ann.now += 60_000;
    ann.wakes();
    assert_eq!(ann.dialled.len(), 3, "that try is long over as well");
}
