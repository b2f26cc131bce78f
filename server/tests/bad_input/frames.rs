//! Frames that are no command, or no frame.

use protocol::{Command, Event, Reason, RoomId, limits};
use tokio_tungstenite::tungstenite::Message;

use crate::ann;
use crate::world::raw::{self, FIN, Heard, Raw, TEXT};
use crate::world::{Visitor, World};

#[tokio::test]
async fn a_bad_frame_is_answered_and_the_session_lives() {
    let world = World::alone();
    let node = world.node().await;
    let mut ann = ann(&node).await;
    for (frame, wanted) in [
        ("hello", Reason::Malformed),
        ("{}", Reason::Malformed),
        ("[]", Reason::Malformed),
        (r#"{"type":"dance"}"#, Reason::UnknownCommand),
        (
            r#"{"type":"send","room":"lobby","body":"no cid"}"#,
            Reason::UnknownCommand,
        ),
        (
            r#"{"type":"send","cid":"c","room":"../etc","body":"x"}"#,
            Reason::UnknownCommand,
        ),
        (
            r#"{"type":"hello","version":1,"open":"lobby"}"#,
            Reason::BadHello,
        ),
    ] {
        ann.sends_raw(Message::text(frame)).await;
        let (reason, message) = ann
            .hears_until(|event| match event {
                Event::Error { reason, message } => Some((*reason, message.clone())),
                _ => None,
            })
            .await;
        assert_eq!(reason, wanted, "{frame}: {message}");
        assert!(!message.is_empty());
    }
    ann.says("still here").await;
}

#[tokio::test]
async fn ten_bad_frames_in_ten_seconds_end_the_session() {
    let world = World::alone();
    let node = world.node().await;
    let mut ann = ann(&node).await;
    for _ in 0..limits::BAD_FRAMES_MAX {
        ann.sends_raw(Message::text("junk")).await;
    }
    assert_eq!(ann.is_closed().await, 1008);
}

#[tokio::test]
async fn broken_frames_are_closed_with_the_true_code() {
    let world = World::alone();
    let node = world.node().await;
    let visitor = Visitor::joins(&node, "Ann").await;
    let big = format!(
        r#"{{"type":"typing","room":"{}"}}"#,
        "x".repeat(limits::FRAME_BYTES_MAX)
    );
    for (message, code) in [
        (Message::binary(vec![1, 2, 3]), 1003),
        (Message::text(big), 1009),
    ] {
        let mut ann = visitor.enters(&node).await;
        ann.sends_raw(message).await;
        assert_eq!(ann.is_closed().await, code);
    }
    // Frames no library would write: FIN and opcode, mask bit and length, mask, payload.
    for (bytes, code, what) in [
        (
            &[0x81, 0x82, 0, 0, 0, 0, 0xC3, 0x28][..],
            1007,
            "text that is not UTF-8",
        ),
        (&[0x81, 0x01, b'x'][..], 1002, "a frame without a mask"),
        (&[0xC1, 0x81, 0, 0, 0, 0, b'x'][..], 1002, "a reserved bit"),
        (&[0x83, 0x80, 0, 0, 0, 0][..], 1002, "an unknown opcode"),
        (
            &[0x80, 0x81, 0, 0, 0, 0, b'x'][..],
            1002,
            "the rest of nothing",
        ),
    ] {
        let mut ann = visitor.enters(&node).await;
        ann.writes(bytes).await;
        assert_eq!(ann.is_closed().await, code, "{what}");
    }
    visitor.enters(&node).await.says("the node goes on").await;
}

#[tokio::test]
async fn a_fragmented_message_is_one_message() {
    let world = World::alone();
    let node = world.node().await;
    let mut ann = ann(&node).await;
    let text = br#"{"type":"heartbeat"}"#;
    for (nth, byte) in text.iter().enumerate() {
        let opcode = u8::from(nth == 0) | if nth + 1 == text.len() { 0x80 } else { 0 };
        ann.writes(&[opcode, 0x81, 0, 0, 0, 0, *byte]).await;
    }
    ann.hears_until(|event| matches!(event, Event::Heartbeat).then_some(()))
        .await;
}

#[tokio::test]
async fn commands_faster_than_any_client_end_the_session() {
    let world = World::alone();
    let node = world.node().await;
    let mut ann = ann(&node).await;
    for _ in 0..300 {
        ann.sends(&Command::Typing {
            room: RoomId::lobby(),
        })
        .await;
    }
    assert_eq!(ann.is_closed().await, 4008);
}

#[tokio::test]
async fn pings_faster_than_any_client_end_the_session() {
    let world = World::alone();
    let node = world.node().await;
    let mut ann = ann(&node).await;
    for _ in 0..300 {
        ann.sends_raw(Message::Ping(Default::default())).await;
    }
    assert_eq!(ann.is_closed().await, 4008);
}

#[tokio::test]
async fn what_json_allows_and_no_command_is_gets_an_answer() {
    let world = World::alone();
    let node = world.node().await;
    let mut ann = ann(&node).await;
    let deep = "[".repeat(60_000);
    let deep_and_whole = format!(
        r#"{{"type":"heartbeat","x":{}{}}}"#,
        "[".repeat(1_000),
        "]".repeat(1_000)
    );
    for (frame, wanted) in [
        (deep.as_str(), Reason::Malformed),
        (&deep_and_whole, Reason::Malformed),
        ("{\"type\":\"typing\",\"room\":\"a\0b\"}", Reason::Malformed),
        (
            r#"{"type":"send","cid":"c","room":"lobby","body":"\ud83d"}"#,
            Reason::Malformed,
        ),
        (
            r#"{"type":"send","cid":"c","room":"lobby","body":"a","body":"b"}"#,
            Reason::UnknownCommand,
        ),
        (
            r#"{"type":"heartbeat","type":"typing","room":"lobby"}"#,
            Reason::UnknownCommand,
        ),
        (
            r#"{"type":"send","cid":"c","room":"lobby","body":7}"#,
            Reason::UnknownCommand,
        ),
        (r#"{"type":{"type":"heartbeat"}}"#, Reason::Malformed),
        ("\u{feff}{\"type\":\"heartbeat\"}", Reason::Malformed),
    ] {
        ann.sends_raw(Message::text(frame)).await;
        let reason = ann.hears_until(|event| match event {
            Event::Error { reason, .. } => Some(*reason),
            _ => None,
        });
        assert_eq!(reason.await, wanted, "{frame:.60}");
    }
    ann.says("still here").await;
    assert_eq!(ann.entries.len(), 0, "nothing of it was stored before");
    ann.sees("still here").await;
}

#[tokio::test]
async fn ten_thousand_bad_frames_cost_ten_answers_and_nobody_else_anything() {
    let world = World::alone();
    let node = world.node().await;
    let mut bob = Visitor::joins(&node, "Bob").await.enters(&node).await;
    let vandal = Visitor::joins(&node, "Vandal").await;
    let mut vandal = Raw::enters(&node, &vandal.cookie).await;
    vandal
        .writes(&raw::frame(FIN | TEXT, b"junk").repeat(10_000))
        .await;
    let mut answers = 0;
    let code = loop {
        match vandal.hears().await {
            Heard::Text(text) => {
                assert!(text.contains("malformed"), "{text}");
                answers += 1;
            }
            Heard::Close(code) => break code,
            other => panic!("neither an answer nor a close: {other:?}"),
        }
    };
    assert_eq!((answers, code), (limits::BAD_FRAMES_MAX, 1008));
    let counted = r#"confab_bad_frames_total{reason="malformed"}"#;
    assert_eq!(node.counts(counted).await, limits::BAD_FRAMES_MAX as u64);
    bob.says("undisturbed").await;
}
