//! The same talk as over a socket.

use std::collections::BTreeMap;

use protocol::{Command, Cursor, Event, RoomId};

use crate::listener::Listener;
use crate::world::{Visitor, World};

#[tokio::test]
async fn one_with_a_stream_and_one_with_a_socket_talk() {
    let world = World::alone();
    let node = world.node().await;
    let mut bob = Visitor::joins(&node, "Bob").await.enters(&node).await;
    let ann = Visitor::joins(&node, "Ann").await;
    let mut ann = Listener::enters(&node, &ann).await;
    bob.is_told("Ann", true).await;
    assert_eq!(node.counts("confab_streams").await, 1);
    assert_eq!(ann.says("hi\nBob").await, 1);
    bob.sees("hi\nBob").await;
    assert_eq!(bob.says("你好, Ann").await, 2);
    ann.sees("你好, Ann").await;
    bob.sees("你好, Ann").await;
    assert_eq!(ann.bodies(), bob.bodies());
    let room = RoomId::lobby();
    assert_eq!(ann.sends(&Command::Typing { room }).await, 204);
    let typing = bob.hears_until(|event| match event {
        Event::Typing { person, .. } => Some(person.name.to_string()),
        _ => None,
    });
    assert_eq!(typing.await, "Ann");
    assert_eq!(ann.sends(&Command::Heartbeat).await, 204);
    ann.hears_until(|event| (*event == Event::Heartbeat).then_some(()))
        .await;
    drop(ann);
    bob.is_told("Ann", false).await;
    assert_eq!(node.counts("confab_streams").await, 0);
}

#[tokio::test]
async fn who_comes_back_gets_what_was_missed_in_order() {
    let world = World::alone();
    let node = world.node().await;
    let visitor = Visitor::joins(&node, "Ann").await;
    let mut bob = Visitor::joins(&node, "Bob").await.enters(&node).await;
    let mut ann = Listener::enters(&node, &visitor).await;
    ann.says("one").await;
    ann.sees("one").await;
    let last = ann.entries.last().expect("it was seen");
    let cursor = Cursor {
        epoch: ann.epoch.clone(),
        seq: last.seq,
        tag: Some(last.tag()),
    };
    drop(ann);
    bob.says("two").await;
    bob.says("three").await;
    let mut ann = Listener::connects(&node, &visitor).await;
    ann.says_hello(None, BTreeMap::from([(RoomId::lobby(), cursor)]))
        .await;
    ann.is_welcome().await;
    assert_eq!(ann.bodies(), ["two", "three"]);
}

#[tokio::test]
async fn on_another_node_the_token_stands_for_the_cookie() {
    let world = World::with_redis();
    let (one, two) = (world.node().await, world.node().await);
    let visitor = Visitor::joins(&one, "Ann").await;
    let ann = Listener::enters(&one, &visitor).await;
    let mut there = Listener::connects(&two, &Visitor::new()).await;
    there
        .says_hello(Some(ann.token.clone()), BTreeMap::new())
        .await;
    there.is_welcome().await;
    there.says("from the other node").await;
}

#[tokio::test]
async fn a_post_to_another_node_is_not_taken_and_told_so() {
    let world = World::with_redis();
    let (one, two) = (world.node().await, world.node().await);
    let visitor = Visitor::joins(&one, "Ann").await;
    let mut ann = Listener::enters(&one, &visitor).await;
    let elsewhere = format!("{}/stream", two.url);
    let heartbeat = r#"{"type":"heartbeat"}"#;
    assert_eq!(ann.posts_to(&elsewhere, heartbeat).await, 421);
    let line = "confab_stream_posts_elsewhere_total";
    assert_eq!(two.counts(line).await, 1);
    assert_eq!(ann.posts(heartbeat).await, 204);
    ann.hears_until(|event| (*event == Event::Heartbeat).then_some(()))
        .await;
}

#[tokio::test]
async fn where_one_may_have_one_connection_a_stream_is_one_like_a_socket() {
    let world = World::alone();
    let node = world.node_with(&["--one-session-per-user"]).await;
    let visitor = Visitor::joins(&node, "Ann").await;
    let mut first = Listener::enters(&node, &visitor).await;
    let mut second = visitor.enters(&node).await;
    assert_eq!(first.is_closed().await, 4001);
    let third = Listener::enters(&node, &visitor).await;
    assert_eq!(second.is_closed().await, 4001);
    assert_eq!(third.posts("").await, 204);
}
