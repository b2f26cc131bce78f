//! What operators read at `/metrics`.

mod world;

use protocol::{Event, Reason};
use tokio_tungstenite::tungstenite::Message;
use world::person::cid;
use world::{Visitor, World};

#[tokio::test]
async fn what_happens_is_counted() {
    let world = World::with_redis();
    let (one, two) = (world.node().await, world.node().await);
    let mut ann = Visitor::joins(&one, "Ann").await.enters(&one).await;
    let mut bob = Visitor::joins(&two, "Bob").await.enters(&two).await;
    ann.is_told("Bob", true).await;
    for nth in 0..5 {
        ann.says(&format!("{nth}")).await;
    }
    bob.sees("4").await;
    assert_eq!(one.counts("confab_messages_stored_total").await, 5);
    assert_eq!(two.counts("confab_messages_stored_total").await, 0);
    assert!(one.counts("confab_frames_published_total").await >= 5);
    assert!(two.counts("confab_frames_heard_total").await >= 5);
    assert_eq!(two.counts("confab_sessions").await, 1);
    assert_eq!(one.counts("confab_people_online").await, 2);
    bob.sends_raw(Message::binary(vec![0])).await;
    assert_eq!(bob.is_closed().await, 1003);
    assert_eq!(
        two.counts(r#"confab_sockets_closed_total{code="1003"}"#)
            .await,
        1
    );
}

#[tokio::test]
async fn the_sessions_of_a_dead_node_are_counted_once_by_who_ends_them() {
    let world = World::with_redis();
    let (one, two, three) = (world.node().await, world.node().await, world.node().await);
    let mut bob = Visitor::joins(&two, "Bob").await.enters(&two).await;
    let ann = Visitor::joins(&one, "Ann").await;
    let _tabs = [ann.enters(&one).await, ann.enters(&one).await];
    bob.is_told("Ann", true).await;
    one.kill().await;
    bob.is_told("Ann", false).await;
    let reaped = "confab_sessions_reaped_total";
    assert_eq!(two.counts(reaped).await + three.counts(reaped).await, 2);
    three.stop().await;
    assert!(
        two.counts(reaped).await <= 2,
        "who stops well is not reaped"
    );
}

#[tokio::test]
async fn what_is_refused_is_counted_by_reason() {
    let world = World::alone();
    let node = world.node_with(&["--sends-burst", "2"]).await;
    let mut ann = Visitor::joins(&node, "Ann").await.enters(&node).await;
    let mut refused = Vec::new();
    for body in ["", "a", "b", "c", "d", "e"] {
        let cid = cid();
        ann.posts(&cid, body).await;
        refused.extend(ann.is_answered(&cid).await.err());
    }
    for (reason, label) in [
        (Reason::BodyEmpty, "body_empty"),
        (Reason::RateLimited, "rate_limited"),
    ] {
        let times = refused.iter().filter(|other| **other == reason).count() as u64;
        let line = format!(r#"confab_sends_refused_total{{reason="{label}"}}"#);
        assert!(times > 0, "{label}");
        assert_eq!(node.counts(&line).await, times, "{label}");
    }
    ann.sends_raw(Message::text(r#"{"type":"dance"}"#)).await;
    ann.hears_until(|event| matches!(event, Event::Error { .. }).then_some(()))
        .await;
    let line = r#"confab_bad_frames_total{reason="unknown_command"}"#;
    assert_eq!(node.counts(line).await, 1);
}

#[tokio::test]
async fn what_no_frame_told_is_counted_by_what_filled_it() {
    const ROUNDS: usize = 300;
    let world = World::with_redis();
    let fast = ["--sends-burst", "1000"];
    let mute = [&["--failpoint", "publish:drop"], &fast[..]].concat();
    let (one, two) = (world.node_with(&mute).await, world.node_with(&fast).await);
    let mut ann = Visitor::joins(&one, "Ann").await.enters(&one).await;
    let mut bob = Visitor::joins(&two, "Bob").await.enters(&two).await;
    ann.says("heard of by the log's tail").await;
    bob.sees("heard of by the log's tail").await;
    assert_eq!(two.counts("confab_tail_found_total").await, 1);

    // Bob's frame is there at once, and Ann's before it never is.
    for _ in 0..ROUNDS {
        let (hers, his) = (cid(), cid());
        ann.posts(&hers, "hers").await;
        bob.posts(&his, "his").await;
        ann.is_answered(&hers).await.expect("it is stored");
        bob.is_answered(&his).await.expect("it is stored");
        if two.counts("confab_holes_read_total").await > 0 {
            return;
        }
    }
    panic!("in {ROUNDS} rounds no hole was read");
}

#[tokio::test]
async fn what_is_published_while_redis_is_away_is_counted_as_dropped() {
    let mut world = World::with_redis();
    let (one, mut two) = (world.node().await, world.node().await);
    let mut ann = Visitor::joins(&one, "Ann").await.enters(&one).await;
    let mut bob = Visitor::joins(&two, "Bob").await.enters(&two).await;
    world.redis().kill();
    bob.is_told_stale(true).await;
    ann.says("without Redis").await;
    bob.sees("without Redis").await;
    let away = r#"confab_frames_dropped_total{reason="away"}"#;
    assert!(one.counts(away).await > 0);
    assert_eq!(one.counts("confab_backplane_reconnects_total").await, 0);

    world.redis().start_again();
    two.logs(&["backplane found again"]).await;
    assert_eq!(two.counts("confab_backplane_reconnects_total").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_that_write_one_room_seldom_read_for_holes() {
    const SENDERS: usize = 20;
    const EACH: usize = 20;
    let world = World::with_redis();
    let nodes = [world.node().await, world.node().await];
    let mut ann = Visitor::joins(&nodes[0], "Ann")
        .await
        .enters(&nodes[0])
        .await;
    let mut senders = Vec::new();
    for nth in 0..SENDERS {
        let node = &nodes[nth % 2];
        let mut sender = Visitor::joins(node, &format!("sender {nth}"))
            .await
            .enters(node)
            .await;
        senders.push(tokio::spawn(async move {
            for nth in 0..EACH {
                sender.says(&nth.to_string()).await;
            }
        }));
    }
    for sender in senders {
        sender.await.expect("it sends");
    }
    while ann.entries.len() < SENDERS * EACH {
        ann.hears().await;
    }
    let seqs: Vec<u64> = ann.entries.iter().map(|entry| entry.seq).collect();
    assert_eq!(seqs, (1..=(SENDERS * EACH) as u64).collect::<Vec<_>>());
    for node in &nodes {
        let read = node.counts("confab_holes_read_total").await;
        let healed = node.counts("confab_holes_healed_total").await;
        println!(
            "of {} messages, {read} holes read, {healed} healed by frames",
            SENDERS * EACH
        );
        // 1 % is the aim under a steady load; this is a burst on a busy machine.
        assert!(read <= (SENDERS * EACH / 20) as u64, "{read} reads");
    }
}
