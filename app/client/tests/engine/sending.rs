//! From the composer to the log.

use client::{Engine, OUTBOX_MAX, Outgoing};
use protocol::{Command, Event, Kind, Reason, RoomId};

use crate::ann::{A, Ann, B, bobs, entry, id, run, start};

#[test]
fn a_message_is_shown_at_once_and_turns_from_pending_to_sent_in_place() {
    let mut ann = Ann::is_in();
    let cid = ann.says("hi");
    ann.shows(&["Bob: 1", "Bob: 2", "Bob: 3", "Ann: hi …"]);
    assert_eq!(ann.sent(), ["a1"]);
    let key = ann.engine.lines()[3].key();
    ann.is_accepted(&cid, 4);
    ann.shows(&["Bob: 1", "Bob: 2", "Bob: 3", "Ann: hi"]);
    assert_eq!(ann.engine.lines()[3].key(), key);
    ann.hears_entry(entry(4, "Ann", "a1", "hi"));
    ann.shows(&["Bob: 1", "Bob: 2", "Bob: 3", "Ann: hi"]);
    assert_eq!(ann.engine.lines()[3].key(), key);
}

#[test]
fn an_entry_before_its_answer_settles_it_too() {
    let mut ann = Ann::is_in();
    let cid = ann.says("hi");
    ann.says("again");
    ann.hears_entry(entry(4, "Ann", "a1", "hi"));
    ann.shows(&["Bob: 1", "Bob: 2", "Bob: 3", "Ann: hi", "Ann: again …"]);
    ann.is_accepted(&cid, 4);
    ann.shows(&["Bob: 1", "Bob: 2", "Bob: 3", "Ann: hi", "Ann: again …"]);
    assert_eq!(ann.sent(), ["a1", "a2"]);
}

#[test]
fn an_accepted_message_goes_to_its_place_among_the_others() {
    let mut ann = Ann::is_in();
    let cid = ann.says("hi");
    ann.is_accepted(&cid, 5);
    ann.hears_entry(bobs(4));
    ann.hears_entry(entry(5, "Ann", "a1", "hi"));
    ann.hears_entry(bobs(6));
    ann.shows(&["Bob: 1", "Bob: 2", "Bob: 3", "Bob: 4", "Ann: hi", "Bob: 6"]);
}

#[test]
fn when_the_answer_is_lost_the_resume_settles_it() {
    let mut ann = Ann::is_in();
    ann.says("hi");
    ann.loses_the_socket(1006);
    ann.shows(&["Bob: 1", "Bob: 2", "Bob: 3", "Ann: hi ?"]);
    ann.waits_to_dial();
    ann.gets_in(4);
    assert_eq!(
        ann.sent(),
        [""; 0],
        "not before it is known whether it was stored"
    );
    ann.hears_entries(false, vec![entry(4, "Ann", "a1", "hi")]);
    ann.shows(&["Bob: 1", "Bob: 2", "Bob: 3", "Ann: hi"]);
    assert_eq!(ann.sent(), [""; 0]);
    assert_eq!(ann.kept, []);
}

#[test]
fn what_the_resume_does_not_bring_is_sent_again_with_the_same_cid() {
    let mut ann = Ann::is_in();
    ann.says("hi");
    ann.loses_the_socket(1006);
    ann.waits_to_dial();
    ann.gets_in(4);
    ann.hears_entries(false, vec![bobs(4)]);
    assert_eq!(ann.sent(), ["a1"]);
    ann.shows(&["Bob: 1", "Bob: 2", "Bob: 3", "Bob: 4", "Ann: hi …"]);
}

#[test]
fn a_resend_that_was_stored_long_ago_leaves_no_line_at_the_end() {
    let mut ann = Ann::arrives_with(start(run(51..=100), &[A, B]));
    let old = Outgoing {
        cid: id("old"),
        sender: id("ann"),
        room: RoomId::lobby(),
        kind: Kind::Posted,
        target: None,
        epoch: None,
        body: "old".to_owned(),
        at: 0,
    };
    ann.engine.restore(vec![old]);
    ann.connects(100);
    assert_eq!(ann.sent(), ["old"]);
    ann.is_accepted(&id("old"), 7);
    assert_eq!(ann.list().last().map(String::as_str), Some("Bob: 100"));
    assert_eq!(ann.kept, []);
}

#[test]
fn what_is_written_offline_goes_out_in_order_one_at_a_time() {
    let mut ann = Ann::arrives();
    let one = ann.says("one");
    let two = ann.says("two");
    ann.says("three");
    assert_eq!(ann.sent(), [""; 0]);
    ann.connects(3);
    assert_eq!(ann.sent(), ["a1"]);
    ann.is_accepted(&one, 4);
    assert_eq!(ann.sent(), ["a2"]);
    ann.is_rejected(&two, Reason::RoomUnknown, None);
    assert_eq!(ann.sent(), ["a3"]);
}

#[test]
fn nothing_goes_out_before_all_is_caught_up() {
    let mut ann = Ann::arrives();
    ann.says("hi");
    ann.connects(5);
    ann.hears_entries(false, vec![bobs(4)]);
    assert_eq!(ann.sent(), [""; 0]);
    ann.hears_entries(false, vec![bobs(5)]);
    assert_eq!(ann.sent(), ["a1"]);
}

#[test]
fn a_refusal_for_now_is_tried_again_when_the_node_says_so_and_keeps_the_order() {
    let mut ann = Ann::is_in();
    let cid = ann.says("one");
    ann.says("two");
    ann.is_rejected(&cid, Reason::RateLimited, Some(3_000));
    ann.sent();
    ann.shows(&["Bob: 1", "Bob: 2", "Bob: 3", "Ann: one …", "Ann: two …"]);
    ann.waits(2_900);
    assert_eq!(ann.sent(), [""; 0]);
    ann.waits(200);
    assert_eq!(ann.sent(), ["a1"]);
    ann.is_rejected(&cid, Reason::StoreBusy, None);
    ann.waits(2_000);
    assert_eq!(
        ann.sent(),
        ["a1"],
        "without a time told, after a short wait"
    );
}

#[test]
fn a_final_refusal_is_shown_with_its_reason_and_can_be_retried_or_taken_back() {
    let mut ann = Ann::is_in();
    let cid = ann.says("hi");
    ann.sent();
    ann.is_rejected(&cid, Reason::RoomUnknown, None);
    ann.shows(&["Bob: 1", "Bob: 2", "Bob: 3", "Ann: hi !RoomUnknown"]);
    assert_eq!(ann.kept.len(), 1, "no text is lost with the page");
    ann.engine.retry(ann.now, &cid);
    ann.acts();
    assert_eq!(ann.sent(), ["a1"]);
    assert_eq!(ann.engine.discard(&cid), None, "it may be stored by now");
    ann.is_rejected(&cid, Reason::RoomUnknown, None);
    assert_eq!(ann.engine.discard(&cid).as_deref(), Some("hi"));
    ann.acts();
    ann.shows(&["Bob: 1", "Bob: 2", "Bob: 3"]);
    assert_eq!(ann.kept, []);
}

#[test]
fn a_cid_of_another_message_is_changed_before_the_retry() {
    let mut ann = Ann::is_in();
    let cid = ann.says("hi");
    ann.sent();
    ann.is_rejected(&cid, Reason::CidConflict, None);
    let fresh = ann.kept[0].cid.clone();
    assert_ne!(fresh, cid);
    ann.engine.retry(ann.now, &fresh);
    ann.acts();
    assert_eq!(ann.sent(), [fresh.to_string()]);
}

#[test]
fn a_frame_the_node_does_not_understand_fails_instead_of_blocking_the_rest() {
    let mut ann = Ann::is_in();
    ann.says("odd");
    ann.says("even");
    ann.hears(Event::Error {
        reason: Reason::Malformed,
        message: String::new(),
    });
    ann.shows(&[
        "Bob: 1",
        "Bob: 2",
        "Bob: 3",
        "Ann: odd !Malformed",
        "Ann: even …",
    ]);
    assert_eq!(ann.sent(), ["a1", "a2"]);
}

#[test]
fn a_body_that_does_not_fit_is_refused_at_once() {
    let mut ann = Ann::is_in();
    let mut send = |cid: &str, body: &str| ann.engine.send(0, id(cid), body, 0);
    assert_eq!(send("x", "  \n"), Err(Reason::BodyEmpty));
    assert_eq!(send("x", &"a".repeat(4_001)), Err(Reason::BodyTooLong));
    assert_eq!(send("x", "hi"), Ok(()));
    assert_eq!(send("x", "ho"), Err(Reason::CidConflict));
    for n in 1..OUTBOX_MAX {
        assert_eq!(send(&format!("y{n}"), "hi"), Ok(()));
    }
    assert_eq!(send("z", "hi"), Err(Reason::RateLimited));
}

#[test]
fn somebody_else_with_the_same_cid_settles_nothing_and_has_a_line_of_their_own() {
    let mut ann = Ann::is_in();
    ann.says("hi");
    ann.hears_entry(entry(4, "Mal", "a1", "mine!"));
    ann.shows(&["Bob: 1", "Bob: 2", "Bob: 3", "Mal: mine!", "Ann: hi …"]);
    let lines = ann.engine.lines();
    assert_ne!(lines[3].key(), lines[4].key());
}

#[test]
fn a_send_without_an_answer_goes_to_another_node() {
    let mut ann = Ann::is_in();
    ann.says("hi");
    ann.sent();
    for _ in 0..15 {
        ann.waits(1_000);
        ann.hears(Event::Heartbeat);
    }
    assert_eq!(ann.hung_up, [4011]);
    ann.waits_to_dial();
    assert_eq!(
        ann.dialled,
        ["ws://a:8080/ws?room=lobby", "ws://b:8081/ws?room=lobby"]
    );
    ann.gets_in(3);
    assert_eq!(ann.sent(), ["a1"]);
}

#[test]
fn the_outbox_outlives_the_page() {
    let mut ann = Ann::arrives();
    ann.says("one");
    ann.says("two");
    let json = serde_json::to_string(&ann.kept).expect("serialises");
    let mut kept: Vec<Outgoing> = serde_json::from_str(&json).expect("parses");
    kept.push(Outgoing {
        cid: id("m1"),
        sender: id("mal"),
        ..kept[0].clone()
    });

    let entries = vec![bobs(3), entry(4, "Ann", "a1", "one")];
    let mut ann = Ann::arrives_with(start(entries, &[A, B]));
    ann.engine.restore(kept);
    ann.acts();
    ann.shows(&["Bob: 3", "Ann: one", "Ann: two …"]);
    assert_eq!(
        ann.kept.len(),
        1,
        "what is stored by now or is somebody else's is dropped"
    );
    ann.connects(4);
    assert_eq!(ann.sent(), ["a2"]);
}

#[test]
fn what_is_kept_is_kept_before_it_is_sent() {
    let mut engine = Ann::is_in().engine;
    engine.send(0, id("a1"), "hi", 0).expect("fits");
    let actions = engine.take_actions();
    assert!(
        matches!(actions[0], client::Action::Persist(_)),
        "{actions:?}"
    );
    assert!(
        matches!(actions[1], client::Action::Transmit(Command::Send { .. })),
        "{actions:?}"
    );
    assert_eq!(actions[2], client::Action::Changed);
    assert_eq!(Engine::take_actions(&mut engine), []);
}
