//! Who is there no more, and did not say so.

use std::time::{Duration, Instant};

use protocol::limits;

use crate::assert_about;
use crate::world::raw::{FIN, Heard, PONG, Raw, frame};
use crate::world::{PATIENCE, Visitor, World};

#[tokio::test]
async fn who_falls_silent_is_closed_after_25_seconds_and_who_answers_is_not() {
    let world = World::alone();
    let node = world.node().await;
    let (ann, bob) = (
        Visitor::joins(&node, "Ann").await,
        Visitor::joins(&node, "Bob").await,
    );
    let mut live = Raw::enters(&node, &bob.cookie).await;
    let mut silent = Raw::enters(&node, &ann.cookie).await;
    let since = Instant::now();
    let answering = async {
        loop {
            match live.hears_within(2 * PATIENCE).await {
                Some(Heard::Ping) => live.writes(&frame(FIN | PONG, b"")).await,
                Some(Heard::Text(_)) => {}
                other => panic!("{other:?}"),
            }
        }
    };
    let silence = async {
        silent.hears_until(|heard| *heard == Heard::Ping).await;
        assert_about("asked", since, Duration::from_secs(limits::HEARTBEAT_SECS));
        assert_eq!(silent.hears().await, Heard::Close(4011));
    };
    tokio::select! {
        () = answering => unreachable!("it never ends"),
        () = silence => {}
    }
    let took = since.elapsed();
    println!("closed after {took:?} of silence");
    assert_about("closed", since, Duration::from_secs(limits::SILENCE_SECS));
    assert_eq!(node.counts("confab_sessions").await, 1, "who answers stays");
}
