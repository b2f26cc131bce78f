//! First frames that are no hello, or one of a log that never was.

use std::collections::BTreeMap;

use protocol::{Command, Event, RoomId, limits};
use tokio_tungstenite::tungstenite::Message;

use crate::world::raw::{FIN, Heard, Raw, TEXT, frame};
use crate::world::{Client, Node, Visitor, World};

#[tokio::test]
async fn something_else_before_the_hello_ends_the_session() {
    let world = World::alone();
    let node = world.node().await;
    let visitor = Visitor::joins(&node, "Ann").await;
    let mut hasty = visitor.connects(&node).await;
    hasty.sends(&Command::Heartbeat).await;
    assert_eq!(hasty.is_closed().await, 4000);

    let mut newer = visitor.connects(&node).await;
    newer
        .sends_raw(Message::text(
            r#"{"type":"hello","version":99,"open":"lobby"}"#,
        ))
        .await;
    assert_eq!(newer.is_closed().await, 4004);

    let mut stranger = Client::connect(&node, &[]).await.expect("the socket opens");
    stranger
        .says_hello(Some("x".repeat(43)), BTreeMap::new())
        .await;
    assert_eq!(stranger.is_closed().await, 4001);

    let mut greedy = visitor.connects(&node).await;
    let cursor = protocol::Cursor {
        epoch: "e".parse().expect("an id"),
        seq: 1,
        tag: None,
    };
    let rooms =
        (0..=limits::CURSORS_MAX).map(|nth| format!("r{nth}").parse::<RoomId>().expect("an id"));
    greedy
        .says_hello(None, rooms.map(|room| (room, cursor.clone())).collect())
        .await;
    assert_eq!(greedy.is_closed().await, 1008);
}

#[tokio::test]
async fn more_sessions_than_one_may_have_are_refused() {
    let world = World::alone();
    let node = world.node().await;
    let visitor = Visitor::joins(&node, "Ann").await;
    let mut open = Vec::new();
    for _ in 0..limits::SESSIONS_PER_USER_MAX {
        open.push(visitor.enters(&node).await);
    }
    let mut one_more = visitor.connects(&node).await;
    one_more.says_hello(None, BTreeMap::new()).await;
    assert_eq!(one_more.is_closed().await, 1008);
}

/// Somebody who has said three things.
async fn three_messages(node: &Node) -> (Visitor, Client) {
    let visitor = Visitor::joins(node, "Ann").await;
    let mut ann = visitor.enters(node).await;
    for body in ["1", "2", "3"] {
        ann.says(body).await;
        ann.sees(body).await;
    }
    (visitor, ann)
}

/// Says a hello to the letter, and tells what the lobby's entries are told as: fresh, or what follows; or the code of the close.
async fn comes_back(visitor: &Visitor, node: &Node, cursors: &str) -> Result<Option<bool>, u16> {
    let mut client = visitor.connects(node).await;
    let hello = format!(r#"{{"type":"hello","version":1,"open":"lobby","cursors":{cursors}}}"#);
    client.sends_raw(Message::text(hello)).await;
    let mut told = None;
    loop {
        match client.hears_or_is_closed().await? {
            Event::Entries { fresh, entries, .. } => {
                let seqs: Vec<u64> = entries.iter().map(|entry| entry.seq).collect();
                assert!(matches!(seqs.last(), None | Some(3)), "{cursors}");
                assert_eq!(seqs, ((4 - seqs.len() as u64)..=3).collect::<Vec<_>>());
                assert!(!fresh || seqs.len() == 3, "a fresh page is whole");
                told = Some(fresh);
            }
            Event::Online { .. } => {
                client.leaves().await;
                return Ok(told);
            }
            _ => {}
        }
    }
}

#[tokio::test]
async fn a_cursor_the_log_does_not_know_gets_a_fresh_page_and_no_merge() {
    let world = World::alone();
    let node = world.node().await;
    let (visitor, mut ann) = three_messages(&node).await;
    let epoch = ann.epoch.clone();
    let tag = |nth: usize| String::from(ann.entries[nth - 1].tag());
    let cursor = |epoch: &str, seq: &str, tag: &str| {
        format!(r#"{{"lobby":{{"epoch":"{epoch}","seq":{seq},"tag":"{tag}"}}}}"#)
    };
    let (one, three, ours) = (tag(1), tag(3), epoch.as_str());
    let fresh = Ok(Some(true));
    for (cursors, wanted, what) in [
        (cursor(ours, "1", &one), Ok(Some(false)), "a true one"),
        (cursor(ours, "3", &three), Ok(Some(false)), "one at the top"),
        ("{}".to_owned(), fresh, "none"),
        (cursor(ours, "4", &three), fresh, "one above the top"),
        (
            cursor(ours, "9223372036854775807", &three),
            fresh,
            "2^63 - 1",
        ),
        (cursor(ours, "9223372036854775808", &three), fresh, "2^63"),
        (
            cursor(ours, "18446744073709551615", &three),
            fresh,
            "2^64 - 1",
        ),
        (cursor("another", "3", &three), fresh, "another epoch"),
        (cursor(ours, "3", &one), fresh, "another tag"),
        (
            format!(r#"{{"lobby":{{"epoch":"{ours}","seq":3}}}}"#),
            fresh,
            "no tag",
        ),
        (
            format!(r#"{{"cellar":{{"epoch":"{ours}","seq":3}}}}"#),
            fresh,
            "of a room that is not there",
        ),
        (
            cursor(ours, "18446744073709551616", &three),
            Err(4000),
            "2^64",
        ),
        (cursor(ours, "-1", &three), Err(4000), "a negative one"),
        (cursor(ours, "1.5", &three), Err(4000), "half a one"),
        (cursor(ours, "\"3\"", &three), Err(4000), "a text"),
        (cursor(ours, "null", &three), Err(4000), "nothing"),
        (
            cursor(ours, "3", "+123456789abcdef"),
            Err(4000),
            "a tag with a sign",
        ),
        (
            cursor("../etc", "3", &three),
            Err(4000),
            "an epoch that is no id",
        ),
        ("[]".to_owned(), Err(4000), "a list"),
    ] {
        let told = comes_back(&visitor, &node, &cursors).await;
        assert_eq!(told, wanted, "{what}");
    }
    ann.says("and the node goes on").await;
}

#[tokio::test]
async fn a_hello_of_a_hundred_thousand_rooms_is_too_big_and_of_a_thousand_too_much() {
    let world = World::alone();
    let node = world.node().await;
    let (visitor, _ann) = three_messages(&node).await;
    let cursors = |count: usize| {
        let one = |nth| format!(r#""r{nth}":{{"epoch":"e","seq":1}}"#);
        let all: Vec<String> = (0..count).map(one).collect();
        format!("{{{}}}", all.join(","))
    };
    for (count, wanted) in [
        (limits::CURSORS_MAX, Ok(None)),
        (limits::CURSORS_MAX + 1, Err(1008)),
        (1_000, Err(1008)),
    ] {
        let told = comes_back(&visitor, &node, &cursors(count)).await;
        let told = told.map(|_| None::<bool>);
        assert_eq!(told, wanted, "{count} rooms");
    }
    let cursors = cursors(100_000);
    let hello = format!(r#"{{"type":"hello","version":1,"open":"lobby","cursors":{cursors}}}"#);
    let mut greedy = Raw::connects(&node, &visitor.cookie).await;
    greedy.writes(&frame(FIN | TEXT, hello.as_bytes())).await;
    assert_eq!(greedy.hears().await, Heard::Close(1009));
}

#[tokio::test]
async fn a_hello_for_a_room_that_is_not_there_is_told_so_and_the_session_lives() {
    let world = World::alone();
    let node = world.node().await;
    let visitor = Visitor::joins(&node, "Ann").await;
    let mut ann = visitor.connects(&node).await;
    ann.sends_raw(Message::text(
        r#"{"type":"hello","version":1,"open":"cellar"}"#,
    ))
    .await;
    let cellar = "cellar".parse().expect("an id");
    assert_eq!(ann.is_put_out_of(&cellar).await, None);
    ann.says("one may post all the same").await;
}
