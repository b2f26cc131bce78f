//! Where each user may have one connection alone.

use std::collections::BTreeMap;

use protocol::{Command, Event, Reason};

use crate::world::{Client, Visitor, World};

const ONE: &[&str] = &["--one-session-per-user"];

/// The code it is closed with, and the reason told before.
async fn is_closed(client: &mut Client) -> (u16, Option<Reason>) {
    let mut told = None;
    loop {
        match client.hears_or_is_closed().await {
            Ok(Event::Error { reason, .. }) => told = Some(reason),
            Ok(_) => {}
            Err(code) => return (code, told),
        }
    }
}

/// Whether an answer comes back.
async fn stays(client: &mut Client) -> bool {
    client.sends(&Command::Heartbeat).await;
    loop {
        match client.hears_or_is_closed().await {
            Ok(Event::Heartbeat) => return true,
            Ok(_) => {}
            Err(_) => return false,
        }
    }
}

#[tokio::test]
async fn a_new_connection_takes_the_place_of_the_old_one_wherever_that_is() {
    let world = World::with_redis();
    let (one, two) = (world.node_with(ONE).await, world.node_with(ONE).await);
    let ann = Visitor::joins(&one, "Ann").await;
    let mut bob = Visitor::joins(&one, "Bob").await.enters(&one).await;
    let mut old = ann.enters(&one).await;
    for node in [&two, &two, &one] {
        let new = ann.enters(node).await;
        assert_eq!(is_closed(&mut old).await, (4001, Some(Reason::Elsewhere)));
        old = new;
    }
    old.says("I am here").await;
    bob.sees("I am here").await;
    bob.says("and so am I").await;
}

#[tokio::test]
async fn of_two_at_the_same_moment_on_two_nodes_one_stays() {
    let world = World::with_redis();
    let (one, two) = (world.node_with(ONE).await, world.node_with(ONE).await);
    let ann = Visitor::joins(&one, "Ann").await;
    for round in 0..20 {
        let (mut here, mut there) = tokio::join!(ann.connects(&one), ann.connects(&two));
        tokio::join!(
            here.says_hello(None, BTreeMap::new()),
            there.says_hello(None, BTreeMap::new())
        );
        let for_another = (4001, Some(Reason::Elsewhere));
        let ended = tokio::select! {
            end = is_closed(&mut here) => (end, stays(&mut there).await),
            end = is_closed(&mut there) => (end, stays(&mut here).await),
        };
        assert_eq!(ended, (for_another, true), "round {round}");
    }
}
