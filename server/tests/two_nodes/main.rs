//! Two nodes over a real Redis, and what dies.

mod moving;
mod private_room;
mod signing_out;
#[path = "../world/mod.rs"]
mod world;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use protocol::{Cursor, Event, RoomId};
use world::person::cid;
use world::{Client, Visitor, World};

#[tokio::test]
async fn two_nodes_are_one_room() {
    let world = World::with_redis();
    let (one, two) = (world.node().await, world.node().await);
    let mut ann = Visitor::joins(&one, "Ann").await.enters(&one).await;
    let bob = Visitor::joins(&two, "Bob").await;
    let mut bob_here = bob.enters(&two).await;
    ann.is_told("Bob", true).await;
    for nth in 0..10 {
        ann.says(&format!("from ann {nth}")).await;
        bob_here.says(&format!("from bob {nth}")).await;
    }
    ann.sees("from bob 9").await;
    bob_here.sees("from bob 9").await;
    assert_eq!(ann.bodies(), bob_here.bodies());
    assert_eq!(
        ann.entries
            .iter()
            .map(|entry| entry.seq)
            .collect::<Vec<_>>(),
        (1..=20).collect::<Vec<_>>()
    );
    drop(bob_here);
    ann.is_told("Bob", false).await;
}

#[tokio::test]
async fn a_sign_in_is_good_on_every_node() {
    let world = World::with_redis();
    let (one, two) = (world.node().await, world.node().await);
    let visitor = Visitor::joins(&one, "Ann").await;
    let mut here = visitor.enters(&one).await;
    visitor.enters(&two).await;
    // A browser without a cookie for the other host shows the welcome's token.
    let mut there = Client::connect(&two, &[("origin", &one.url)])
        .await
        .expect("the other's page may ask");
    there
        .says_hello(Some(here.token.clone()), BTreeMap::new())
        .await;
    there.is_welcome().await;
    there.says("from there").await;
    here.sees("from there").await;
    assert_eq!(here.entries[0].name.as_str(), "Ann");
    let answer = Visitor::new()
        .request(&two, "GET", "/rooms/lobby/entries")
        .header("origin", &one.url)
        .header("authorization", format!("Bearer {}", here.token));
    let answer = answer.send().await.expect("an answer");
    assert_eq!(
        answer.headers()["access-control-allow-origin"],
        one.url.as_str()
    );
    assert_eq!(
        answer
            .json::<protocol::Page>()
            .await
            .expect("a page")
            .entries
            .len(),
        1
    );
}

#[tokio::test]
async fn a_killed_nodes_people_carry_on_elsewhere_and_its_ghosts_leave() {
    let world = World::with_redis();
    let (one, two) = (world.node().await, world.node().await);
    let mut bob = Visitor::joins(&two, "Bob").await.enters(&two).await;
    let visitor = Visitor::joins(&one, "Ann").await;
    let mut ann = visitor.enters(&one).await;
    let _ghost = Visitor::joins(&one, "Ghost").await.enters(&one).await;
    bob.is_told("Ghost", true).await;
    let lost = cid();
    ann.says("before").await;
    ann.sees("before").await;
    let last = ann.entries.last().expect("it was seen");
    let cursor = Cursor {
        epoch: ann.epoch.clone(),
        seq: last.seq,
        tag: Some(last.tag()),
    };
    ann.posts(&lost, "sent into the dark").await;
    one.kill().await;
    let killed = Instant::now();
    bob.says("meanwhile").await;

    let mut ann = Client::connect(&two, &[])
        .await
        .expect("the other node lives");
    ann.says_hello(
        Some(ann_token(&visitor, &two).await),
        BTreeMap::from([(RoomId::lobby(), cursor)]),
    )
    .await;
    ann.is_welcome().await;
    ann.posts(&lost, "sent into the dark").await;
    ann.is_answered(&lost)
        .await
        .expect("it is stored, now or before");
    ann.sees("sent into the dark").await;
    ann.sees("meanwhile").await;
    bob.sees("sent into the dark").await;
    let times = bob
        .entries
        .iter()
        .filter(|entry| entry.body == "sent into the dark")
        .count();
    assert_eq!(times, 1);

    bob.is_told("Ghost", false).await;
    assert!(
        killed.elapsed() <= Duration::from_secs(8),
        "ghosts go in time: {:?}",
        killed.elapsed()
    );
}

async fn ann_token(visitor: &Visitor, node: &world::Node) -> String {
    visitor.enters(node).await.token.clone()
}

#[tokio::test]
async fn a_rolling_restart_shows_nobody_a_leave() {
    let world = World::with_redis();
    let (one, two) = (world.node().await, world.node().await);
    let mut bob = Visitor::joins(&two, "Bob").await.enters(&two).await;
    let visitor = Visitor::joins(&one, "Ann").await;
    let mut ann = visitor.enters(&one).await;
    bob.is_told("Ann", true).await;
    one.terminate().await;
    ann.hears_until(|event| matches!(event, Event::Goaway { .. }).then_some(()))
        .await;
    let mut ann = visitor.enters(&two).await;
    one.stop().await;
    // A leave would come with the grace's end; somebody else's join after it shows that none did.
    tokio::time::sleep(Duration::from_secs(6)).await;
    let _cyd = Visitor::joins(&two, "Cyd").await.enters(&two).await;
    let next = bob.hears_until(|event| match event {
        Event::OnlineChanged { joined, left, .. } => {
            Some(joined.iter().chain(left).next().cloned())
        }
        _ => None,
    });
    assert_eq!(next.await.expect("somebody").name.as_str(), "Cyd");
    ann.says("all the time").await;
    bob.sees("all the time").await;
}

#[tokio::test]
async fn with_redis_away_chat_goes_on_by_the_log() {
    let mut world = World::with_redis();
    let (one, two) = (world.node().await, world.node().await);
    let mut ann = Visitor::joins(&one, "Ann").await.enters(&one).await;
    let mut bob = Visitor::joins(&two, "Bob").await.enters(&two).await;
    world.redis().kill();
    for nth in 0..10 {
        let body = format!("without redis {nth}");
        ann.says(&body).await;
        bob.sees(&body).await;
    }
    assert_eq!(bob.entries.len(), 10);
    bob.is_told_stale(true).await;
    let ready = Visitor::new()
        .gets(&two, "/readyz")
        .await
        .text()
        .await
        .expect("text");
    assert!(ready.starts_with("degraded"), "{ready}");

    world.redis().start_again();
    bob.is_told_stale(false).await;
    let _cyd = Visitor::joins(&one, "Cyd").await.enters(&one).await;
    bob.is_told("Cyd", true).await;
}

#[tokio::test]
async fn a_node_with_another_log_is_refused() {
    let world = World::with_redis();
    let _one = world.node().await;
    let other = tempfile::TempDir::new().expect("a folder");
    let folder = other.path().display().to_string();
    let said = world.refusal(&["--data", &folder]).await;
    assert!(
        said.contains("give all nodes the same --store, or another --prefix"),
        "{said}"
    );
    world
        .node_with(&["--data", &folder, "--prefix", "other:"])
        .await;
}

#[tokio::test]
async fn one_message_can_be_followed_through_both_logs() {
    let world = World::with_redis();
    let (mut one, mut two) = (world.node().await, world.node().await);
    let mut ann = Visitor::joins(&one, "Ann").await.enters(&one).await;
    let mut bob = Visitor::joins(&two, "Bob").await.enters(&two).await;
    let cid = cid();
    ann.posts(&cid, "follow me").await;
    bob.sees("follow me").await;
    one.logs(&["stored", cid.as_str(), "seq=1"]).await;
    two.logs(&["heard", cid.as_str(), "seq=1"]).await;
}

#[tokio::test]
async fn an_operator_sees_who_is_online_in_redis() {
    let mut world = World::with_redis();
    let node = world.node().await;
    let mut ann = Visitor::joins(&node, "Ann").await.enters(&node).await;
    ann.says("hi").await;
    ann.sees("hi").await;
    let id = ann.entries[0].sender.to_string();
    let mut redis = world.redis().connection().await;
    let online: Vec<String> = redis::cmd("SMEMBERS")
        .arg("confab:online")
        .query_async(&mut redis)
        .await
        .expect("a set");
    let name: String = redis::cmd("HGET")
        .arg("confab:names")
        .arg(&id)
        .query_async(&mut redis)
        .await
        .expect("a name");
    assert_eq!((online, name.as_str()), (vec![id], "Ann"));
}
