//! What operators read at `/metrics`.

mod world;

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
    bob.sends_raw(tokio_tungstenite::tungstenite::Message::binary(vec![0]))
        .await;
    assert_eq!(bob.is_closed().await, 1003);
    assert_eq!(
        two.counts(r#"confab_sockets_closed_total{code="1003"}"#)
            .await,
        1
    );
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
