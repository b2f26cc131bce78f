//! Where sockets are refused: streams, and when.

use client::Link;
use protocol::Event;

use crate::ann::{A, Ann, B, bobs, run, start};

const SOCKET_A: &str = "ws://a:8080/ws?room=lobby";
const STREAM_A: &str = "http://a:8080/stream?room=lobby";
const SOCKET_B: &str = "ws://b:8081/ws?room=lobby";
const STREAM_B: &str = "http://b:8081/stream?room=lobby";

impl Ann {
    fn knows_streams(mut self) -> Self {
        self.engine.know_streams();
        self.engine.connect(self.now);
        self.acts();
        self
    }

    /// What she dialled since last asked.
    #[track_caller]
    fn dials(&mut self, urls: &[&str]) {
        assert_eq!(std::mem::take(&mut self.dialled), urls);
    }

    /// Waits until she dials again, and it is there.
    #[track_caller]
    fn goes_to(&mut self, url: &str) -> u64 {
        self.dialled.clear();
        let waited = self.waits_to_dial();
        self.dials(&[url]);
        waited
    }
}

#[test]
fn a_page_that_is_refused_a_socket_takes_a_stream_of_the_same_node_at_once() {
    let mut ann = Ann::arrives().knows_streams();
    ann.dials(&[SOCKET_A]);
    ann.loses_the_socket(1006);
    assert!(ann.goes_to(STREAM_A) <= 250);
    ann.gets_in(4);
    assert_eq!(ann.engine.link(), Link::Live);
    ann.hears_entries(false, vec![bobs(4)]);
    ann.shows(&["Bob: 1", "Bob: 2", "Bob: 3", "Bob: 4"]);
}

#[test]
fn so_does_one_whose_socket_never_opens_or_opens_and_brings_nothing() {
    let mut ann = Ann::arrives().knows_streams();
    ann.goes_to(STREAM_A);
    assert_eq!(ann.hung_up, [1000], "after five seconds");
    let mut ann = Ann::arrives().knows_streams();
    ann.opens();
    assert!(ann.goes_to(STREAM_A) <= 5_250);
}

#[test]
fn a_node_that_is_away_leads_to_the_next_one_by_a_socket() {
    let mut ann = Ann::arrives().knows_streams();
    for (socket, stream) in [
        (SOCKET_A, STREAM_A),
        (SOCKET_B, STREAM_B),
        (SOCKET_A, STREAM_A),
    ] {
        ann.dials(&[socket]);
        ann.loses_the_socket(1006);
        assert!(ann.goes_to(stream) <= 250);
        ann.loses_the_socket(1006);
        ann.waits_to_dial();
    }
    ann.dials(&[SOCKET_B]);
    ann.gets_in(3);
    assert_eq!(ann.engine.node(), B);
}

#[test]
fn who_had_a_socket_is_refused_three_times_before_a_stream_is_tried() {
    let mut ann = Ann::arrives().knows_streams();
    ann.gets_in(3);
    for url in [
        SOCKET_B, SOCKET_A, SOCKET_B, STREAM_B, SOCKET_A, SOCKET_B, SOCKET_A, STREAM_A,
    ] {
        ann.loses_the_socket(1006);
        ann.goes_to(url);
    }
}

#[test]
fn a_node_that_says_why_it_closes_has_not_refused_the_socket() {
    for code in [1000, 1012, 1013, 4000, 4008] {
        let mut ann = Ann::arrives().knows_streams();
        ann.loses_the_socket(code);
        ann.goes_to(SOCKET_B);
    }
    let mut ann = Ann::arrives().knows_streams();
    ann.opens();
    ann.hears(Event::TryAgain {
        retry_after_ms: 1_000,
    });
    ann.loses_the_socket(1006);
    ann.goes_to(SOCKET_A);
}

#[test]
fn a_stream_that_is_cut_again_and_again_is_opened_again_within_a_second() {
    let mut ann = Ann::arrives().knows_streams();
    ann.loses_the_socket(1006);
    ann.goes_to(STREAM_A);
    for _ in 0..20 {
        ann.gets_in(3);
        ann.waits(3_000);
        ann.loses_the_socket(1006);
        assert!(ann.goes_to(STREAM_A) <= 1_010);
    }
    assert_eq!(ann.engine.node(), A);
}

#[test]
fn a_stream_that_hardly_lives_is_opened_ever_more_rarely() {
    let mut ann = Ann::arrives_with(start(run(1..=3), &[A])).knows_streams();
    ann.loses_the_socket(1006);
    ann.goes_to(STREAM_A);
    let mut longest = 0;
    for _ in 0..10 {
        ann.gets_in(3);
        ann.loses_the_socket(1006);
        longest = longest.max(ann.goes_to(STREAM_A));
    }
    assert!(longest > 5_000, "{longest}");
}

#[test]
fn a_stream_that_ends_with_a_reason_is_left_for_another_node() {
    let mut ann = Ann::arrives().knows_streams();
    ann.loses_the_socket(1006);
    ann.goes_to(STREAM_A);
    ann.gets_in(3);
    ann.waits(3_000);
    ann.loses_the_socket(1012);
    ann.goes_to(STREAM_B);
}

#[test]
fn after_ten_minutes_a_socket_is_tried_again() {
    let mut ann = Ann::arrives().knows_streams();
    ann.loses_the_socket(1006);
    ann.goes_to(STREAM_A);
    ann.gets_in(3);
    for _ in 0..60 {
        ann.waits(10_000);
        ann.hears(Event::Heartbeat);
    }
    assert_eq!(
        ann.engine.link(),
        Link::Live,
        "what works is not left for it"
    );
    ann.loses_the_socket(1006);
    ann.goes_to(SOCKET_A);
    ann.loses_the_socket(1006);
    ann.goes_to(STREAM_A);
}

#[test]
fn a_page_that_was_refused_before_it_was_loaded_again_begins_with_a_stream() {
    let mut ann = Ann::arrives();
    ann.engine.refuse_sockets(ann.now);
    let mut ann = ann.knows_streams();
    ann.dials(&[STREAM_A]);
    ann.loses_the_socket(1006);
    ann.goes_to(SOCKET_B);
}

#[test]
fn who_cannot_open_streams_is_never_asked_to() {
    let mut ann = Ann::arrives();
    ann.engine.connect(ann.now);
    ann.acts();
    for _ in 0..10 {
        ann.loses_the_socket(1006);
        ann.waits_to_dial();
    }
    assert!(ann.dialled.iter().all(|url| url.starts_with("ws:")));
}
