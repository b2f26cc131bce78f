//! How a stream ends: with the code a socket would be closed with, as its last event.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use protocol::{Event, limits};

use crate::listener::{Listener, Told};
use crate::world::{PATIENCE, Visitor, World};

/// Posts of a flood at a time.
const WAVE: usize = 100;

#[tokio::test]
async fn a_stopping_node_says_so() {
    let world = World::alone();
    let node = world.node().await;
    let ann = Visitor::joins(&node, "Ann").await;
    let mut ann = Listener::enters(&node, &ann).await;
    let (closed, ()) = tokio::join!(ann.is_closed(), node.stop());
    assert_eq!(closed, 1012);
}

#[tokio::test]
async fn a_stopping_node_sends_them_to_another_one() {
    let world = World::with_redis();
    let (one, _two) = (world.node().await, world.node().await);
    let visitor = Visitor::joins(&one, "Ann").await;
    let mut ann = Listener::enters(&one, &visitor).await;
    one.terminate().await;
    ann.hears_until(|event| matches!(event, Event::Goaway { .. }).then_some(()))
        .await;
    assert_eq!(
        ann.posts("").await,
        204,
        "what is on its way is still taken"
    );
    let refused = visitor.request(&one, "GET", "/stream").send().await;
    assert_eq!(refused.expect("an answer").status().as_u16(), 503);
    assert_eq!(ann.is_closed().await, 1012);
}

#[tokio::test]
async fn a_sign_out_ends_it() {
    let world = World::alone();
    let node = world.node().await;
    let visitor = Visitor::joins(&node, "Ann").await;
    let mut ann = Listener::enters(&node, &visitor).await;
    visitor.submits(&node, "/leave", &[]).await;
    assert_eq!(ann.is_closed().await, 4001);
    assert_eq!(ann.posts("").await, 404, "it is no more");
    let mut ghost = Listener::connects(&node, &visitor).await;
    ghost.says_hello(Some(ann.token), BTreeMap::new()).await;
    assert_eq!(ghost.is_closed().await, 4001);
}

#[tokio::test]
async fn who_says_no_hello_is_closed_for_it() {
    let world = World::alone();
    let node = world.node().await;
    let mut silent = Listener::connects(&node, &Visitor::new()).await;
    assert_eq!(silent.is_closed().await, 4000);
    let mut other = Listener::connects(&node, &Visitor::new()).await;
    assert_eq!(other.posts(r#"{"type":"heartbeat"}"#).await, 204);
    assert_eq!(other.is_closed().await, 4000);
}

#[tokio::test]
async fn bad_frames_are_answered_and_too_many_end_it() {
    let world = World::alone();
    let node = world.node().await;
    let ann = Visitor::joins(&node, "Ann").await;
    let mut ann = Listener::enters(&node, &ann).await;
    assert_eq!(ann.posts("no command").await, 204);
    ann.hears_until(|event| matches!(event, Event::Error { .. }).then_some(()))
        .await;
    ann.says("still here").await;
    for _ in 0..limits::BAD_FRAMES_MAX {
        ann.posts("{").await;
    }
    assert_eq!(ann.is_closed().await, 1008);
}

#[tokio::test]
async fn who_floods_is_told_so() {
    let world = World::alone();
    let node = world.node().await;
    let ann = Visitor::joins(&node, "Ann").await;
    let mut ann = Listener::enters(&node, &ann).await;
    let flood = async {
        // So many at once that no machine is too slow for it.
        while !join_all((0..WAVE).map(|_| ann.posts("")))
            .await
            .contains(&404)
        {}
    };
    tokio::time::timeout(3 * PATIENCE, flood)
        .await
        .expect("a flood ends");
    assert_eq!(ann.is_closed().await, 4008);
}

#[tokio::test]
async fn who_falls_silent_is_closed_after_25_seconds_and_who_answers_is_not() {
    let world = World::alone();
    let node = world.node().await;
    let ann = Visitor::joins(&node, "Ann").await;
    let bob = Visitor::joins(&node, "Bob").await;
    let mut live = Listener::enters(&node, &bob).await;
    let mut silent = Listener::enters(&node, &ann).await;
    let since = Instant::now();
    let answering = async {
        loop {
            live.hears().await;
        }
    };
    let silence = async {
        let mut told = Vec::new();
        loop {
            match silent.is_told_next().await {
                Told::Frame(_) => {}
                Told::Close(code) => return (told, code),
                other => told.push(other),
            }
        }
    };
    let (told, code) = tokio::select! {
        () = answering => unreachable!("it never ends"),
        silent = silence => silent,
    };
    let took = since.elapsed();
    assert_eq!(code, 4011);
    assert!(told.contains(&Told::Ping), "asked before: {told:?}");
    assert!(told.contains(&Told::Sign), "no silence of ours: {told:?}");
    let least = Duration::from_secs(limits::SILENCE_SECS) - Duration::from_millis(500);
    assert!(took >= least, "{took:?}");
    assert_eq!(node.counts("confab_streams").await, 1, "who answers stays");
}
