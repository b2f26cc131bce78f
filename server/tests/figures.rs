//! Figures the README gives, measured: run with `--nocapture` to see them.

mod world;

use std::time::{Duration, Instant};

use protocol::Event;
use world::{Client, Visitor, World};

/// Kilobytes an idle session may cost.
const IDLE_KIB_MAX: u64 = 16;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_idle_connection_costs_little_memory() {
    const PEOPLE: usize = 100;
    const TABS: usize = 10;
    let world = World::alone();
    let node = world.node_with(&["--log", "warn,server::node=info"]).await;
    let mut visitors = Vec::new();
    for nth in 0..PEOPLE {
        visitors.push(Visitor::joins(&node, &format!("person {nth}")).await);
    }
    // The first of each, so that what is there once is not counted.
    let mut open: Vec<Client> = Vec::new();
    for visitor in &visitors {
        open.push(visitor.enters(&node).await);
    }
    let before = node.memory_kib();
    for visitor in &visitors {
        for _ in 1..TABS {
            open.push(visitor.enters(&node).await);
        }
    }
    let each = node.memory_kib().saturating_sub(before) as f64 / (PEOPLE * (TABS - 1)) as f64;
    println!(
        "an idle session costs {each:.1} KiB of server memory ({} sessions)",
        PEOPLE * (TABS - 1)
    );
    assert!(each <= IDLE_KIB_MAX as f64, "{each:.1} KiB");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_is_heard_soon() {
    let world = World::with_redis();
    let (one, two) = (world.node().await, world.node().await);
    let mut ann = Visitor::joins(&one, "Ann").await.enters(&one).await;
    let mut here = Visitor::joins(&one, "Bob").await.enters(&one).await;
    let mut there = Visitor::joins(&two, "Cyd").await.enters(&two).await;
    let (mut same_node, mut other_node) = (Vec::new(), Vec::new());
    for nth in 0..60 {
        let body = format!("message {nth}");
        let sent = Instant::now();
        ann.posts(&world::person::cid(), &body).await;
        let (same, other) = tokio::join!(
            heard(&mut here, &body, sent),
            heard(&mut there, &body, sent)
        );
        same_node.push(same);
        other_node.push(other);
        tokio::time::sleep(Duration::from_millis(210)).await; // as fast as one user may
    }
    let (same, other) = (median(same_node), median(other_node));
    println!("send to heard, p50: {same:?} on the same node, {other:?} on the other one");
    assert!(
        same <= Duration::from_millis(200) && other <= Duration::from_millis(300),
        "{same:?} {other:?}"
    );
}

async fn heard(client: &mut Client, body: &str, sent: Instant) -> Duration {
    let is_it =
        |event: &Event| matches!(event, Event::Entry(entry) if entry.body == body).then_some(());
    client.hears_until(is_it).await;
    sent.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}
