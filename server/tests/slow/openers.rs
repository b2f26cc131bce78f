//! Who connects and never says what for.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use protocol::{Event, limits};
use tokio::time::{interval, timeout};

use crate::world::raw::{FIN, HELLO, Heard, PONG, Raw, TEXT, frame};
use crate::world::{Visitor, World};
use crate::{MARGIN, assert_about};

/// When a connection that asks for nothing is ended.
const HEAD_MAX: Duration = Duration::from_secs(15);

/// Waits until the node ends the connection.
async fn is_ended(raw: &mut Raw) {
    let ended = async { while raw.reads().await {} };
    timeout(HEAD_MAX + MARGIN, ended)
        .await
        .expect("it is ended in time");
}

/// What became of a hello: when to try again, or nothing if it was welcome.
fn outcome(event: &Event) -> Option<Option<u64>> {
    match event {
        Event::TryAgain { retry_after_ms } => Some(Some(*retry_after_ms)),
        Event::Welcome { .. } => Some(None),
        _ => None,
    }
}

/// Writes these bytes one by one, for ever as it were.
async fn drips(raw: &mut Raw, bytes: &[u8]) {
    let mut each = interval(Duration::from_secs(1));
    for byte in bytes {
        each.tick().await;
        raw.writes(&[*byte]).await;
    }
    std::future::pending().await
}

#[tokio::test]
async fn those_who_say_nothing_keep_nobody_out() {
    let world = World::alone();
    let node = world
        .node_with(&["--openers", "3", "--handshakes", "1"])
        .await;
    let visitor = Visitor::joins(&node, "Ann").await;
    let mut silent = Vec::new();
    for _ in 0..3 {
        silent.push(visitor.connects(&node).await);
    }
    let mut ann = visitor.enters(&node).await;
    assert_eq!(ann.says("I am in").await, 1);
    // The node learns of sockets in an order of its own: any of them may be the one that waited longest.
    let mut waiting = Vec::new();
    for mut one in silent {
        one.says_hello(None, BTreeMap::new()).await;
        match one.hears_until(outcome).await {
            Some(retry_after_ms) => {
                assert_eq!(retry_after_ms, 1_000);
                assert_eq!(one.is_closed().await, 1013);
            }
            None => waiting.push(one),
        }
    }
    assert_eq!(waiting.len(), 2, "one alone was turned away");
    assert_eq!(node.counts("confab_hellos_turned_away_total").await, 1);
}

#[tokio::test]
async fn a_connection_that_asks_for_nothing_is_ended() {
    let world = World::alone();
    let node = world.node().await;
    let since = Instant::now();
    let quiet = async {
        let mut raw = Raw::dials(&node).await;
        is_ended(&mut raw).await;
        assert_about("no request", since, HEAD_MAX);
    };
    let half = async {
        let mut raw = Raw::dials(&node).await;
        raw.writes(b"GET / HTTP/1.1\r\nhost: con").await;
        is_ended(&mut raw).await;
        assert_about("half a request", since, HEAD_MAX);
    };
    let dripping = async {
        let mut raw = Raw::dials(&node).await;
        let writing = timeout(HEAD_MAX, drips(&mut raw, &[b'G'; 60]));
        assert!(writing.await.is_err());
        is_ended(&mut raw).await;
        assert_about("a dripping request", since, HEAD_MAX);
    };
    let idle = async {
        let mut raw = Raw::dials(&node).await;
        raw.writes(b"GET /healthz HTTP/1.1\r\nhost: confab\r\n\r\n")
            .await;
        assert!(raw.reads().await, "it is answered");
        is_ended(&mut raw).await;
        assert_about("no second request", since, HEAD_MAX);
    };
    let body = async {
        let mut raw = Raw::dials(&node).await;
        let head = "POST /join HTTP/1.1\r\nhost: confab\r\ncontent-length: 20\r\n\
                    content-type: application/x-www-form-urlencoded\r\n\r\nname=";
        raw.writes(head.as_bytes()).await;
        is_ended(&mut raw).await;
        assert_about("half a form", since, Duration::from_secs(20));
    };
    tokio::join!(quiet, half, dripping, idle, body);
    Visitor::joins(&node, "Ann").await;
}

#[tokio::test]
async fn a_socket_without_a_hello_is_closed() {
    let world = World::alone();
    let node = world.node().await;
    let visitor = Visitor::joins(&node, "Ann").await;
    let since = Instant::now();
    let wait = Duration::from_secs(limits::HELLO_SECS);
    let quiet = async {
        let mut raw = Raw::connects(&node, &visitor.cookie).await;
        assert_eq!(raw.hears().await, Heard::Close(4000));
        assert_about("no hello", since, wait);
    };
    let pinging = async {
        let mut raw = Raw::connects(&node, &visitor.cookie).await;
        let mut each = interval(Duration::from_secs(1));
        loop {
            raw.writes(&frame(FIN | PONG, b"")).await;
            match raw.hears_within(Duration::from_millis(900)).await {
                None => drop(each.tick().await),
                Some(heard) => break assert_eq!(heard, Heard::Close(4000)),
            }
        }
        assert_about("signs, but no hello", since, wait);
    };
    let dripping = async {
        let mut raw = Raw::connects(&node, &visitor.cookie).await;
        let hello = frame(FIN | TEXT, HELLO);
        let writing = timeout(wait, drips(&mut raw, &hello));
        assert!(writing.await.is_err());
        assert_eq!(raw.hears().await, Heard::Close(4000));
        assert_about("a dripping hello", since, wait);
    };
    tokio::join!(quiet, pinging, dripping);
    visitor.enters(&node).await.says("the node goes on").await;
}
