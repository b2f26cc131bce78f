//! Messages that are not to be stored, or not again.

use protocol::{Command, Kind, Reason, limits};
use tokio_tungstenite::tungstenite::Message;

use crate::ann;
use crate::world::person::cid;
use crate::world::{Visitor, World};

#[tokio::test]
async fn an_unfit_body_is_refused_with_its_reason() {
    let world = World::alone();
    let node = world.node().await;
    let mut ann = ann(&node).await;
    for (body, wanted) in [
        ("", Reason::BodyEmpty),
        (" \n\t ", Reason::BodyEmpty),
        ("a\u{7}b", Reason::BodyControl),
        (&"x".repeat(limits::BODY_CHARS_MAX + 1), Reason::BodyTooLong),
    ] {
        let cid = cid();
        ann.posts(&cid, body).await;
        assert_eq!(ann.is_answered(&cid).await, Err(wanted));
    }
    let send = Command::Send {
        kind: Kind::Posted,
        target: None,
        cid: cid(),
        room: "cellar".parse().expect("an id"),
        body: "x".to_owned(),
    };
    let Command::Send { cid, .. } = &send else {
        unreachable!()
    };
    ann.sends(&send).await;
    assert_eq!(ann.is_answered(cid).await, Err(Reason::RoomUnknown));
    assert_eq!(
        ann.says(&"界".repeat(limits::BODY_CHARS_MAX)).await,
        1,
        "the longest fits"
    );
}

#[tokio::test]
async fn a_forged_sender_is_not_seen() {
    let world = World::alone();
    let node = world.node().await;
    let mut bob = Visitor::joins(&node, "Bob").await.enters(&node).await;
    let mut ann = ann(&node).await;
    let forged = r#"{"type":"send","cid":"forged","room":"lobby","body":"I am Bob","sender":"u1","name":"Bob"}"#;
    ann.sends_raw(Message::text(forged)).await;
    bob.sees("I am Bob").await;
    assert_eq!(bob.entries[0].name.as_str(), "Ann");
}

#[tokio::test]
async fn a_replayed_send_gets_its_first_answer_and_another_under_its_cid_gets_none() {
    let world = World::alone();
    let node = world.node().await;
    let mut bob = Visitor::joins(&node, "Bob").await.enters(&node).await;
    let mut ann = ann(&node).await;
    let cid = cid();
    ann.posts(&cid, "once").await;
    let first = ann.is_answered(&cid).await;
    bob.says("between").await;
    for _ in 0..5 {
        ann.posts(&cid, "once").await;
        assert_eq!(ann.is_answered(&cid).await, first);
    }
    ann.posts(&cid, "twice").await;
    assert_eq!(ann.is_answered(&cid).await, Err(Reason::CidConflict));
    let conflicts = r#"confab_sends_refused_total{reason="cid_conflict"}"#;
    assert_eq!(node.counts(conflicts).await, 1);

    // Somebody else's cid is somebody else's.
    bob.posts(&cid, "mine").await;
    bob.is_answered(&cid).await.expect("it is stored");
    ann.sees("mine").await;
    assert_eq!(ann.bodies(), ["once", "between", "mine"]);
}

#[tokio::test]
async fn a_cid_that_was_used_elsewhere_is_not_used_again() {
    let world = World::alone();
    let node = world.node().await;
    let mut ann = ann(&node).await;
    let cid = cid();
    ann.posts(&cid, "here").await;
    ann.is_answered(&cid).await.expect("it is stored");
    let send = Command::Send {
        kind: Kind::Posted,
        target: None,
        cid: cid.clone(),
        room: "cellar".parse().expect("an id"),
        body: "here".to_owned(),
    };
    ann.sends(&send).await;
    let refused = ann.is_answered(&cid).await;
    assert!(
        matches!(refused, Err(Reason::CidConflict | Reason::RoomUnknown)),
        "{refused:?}"
    );
    ann.sees("here").await;
    assert_eq!(ann.bodies(), ["here"]);
}

#[tokio::test]
async fn a_zero_in_a_body_is_refused_and_a_character_in_halves_is_one() {
    let world = World::alone();
    let node = world.node().await;
    let mut ann = ann(&node).await;
    for (cid, body, wanted) in [
        ("c1", r"a\u0000b", Err(Reason::BodyControl)),
        ("c2", r"\ud83d\ude42", Ok(1)),
    ] {
        let send = format!(r#"{{"type":"send","cid":"{cid}","room":"lobby","body":"{body}"}}"#);
        ann.sends_raw(Message::text(send)).await;
        let cid = cid.parse().expect("an id");
        assert_eq!(ann.is_answered(&cid).await, wanted, "{body}");
    }
    ann.sees("🙂").await;
}
