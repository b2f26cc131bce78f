//! Who does not read what they are told.

use std::time::{Duration, Instant};

use protocol::SessionId;
use server::store::random_id;
use tokio::time::timeout;

use crate::line::Way;
use crate::speaker::Speaker;
use crate::world::person::cid;
use crate::world::{Client, Node, PATIENCE, Visitor, World};

/// Messages more than all buffers on the way hold.
const MESSAGES: usize = 600;
const BODY_BYTES: usize = 4_000;

/// Memory one such client may cost, as one with a socket of the page's.
const SLOW_KIB_MAX: u64 = 768;

async fn talks(page: &mut Client) -> Vec<String> {
    let mut said = Vec::new();
    for _ in 0..MESSAGES {
        let word: SessionId = random_id::<8, _>();
        said.push(format!("{word:-<BODY_BYTES$}"));
        page.posts(&cid(), said.last().expect("there is one")).await;
    }
    page.sees(said.last().expect("there is one")).await;
    said
}

async fn loud(world: &World) -> Node {
    let flags = [
        "--log",
        "info",
        "--sends-per-sec",
        "1000",
        "--sends-burst",
        "1000",
    ];
    world.node_with(&flags).await
}

#[tokio::test]
async fn who_reads_late_is_served_from_the_log_and_misses_nothing() {
    let world = World::alone();
    let node = loud(&world).await;
    let mut page = Visitor::joins(&node, "Page").await.enters(&node).await;
    let mut late = [
        Speaker::enters_narrow(&node, "Plain").await,
        Speaker::enters(&node, Way::Streamed, "Streamed").await,
    ];
    let said = talks(&mut page).await;
    for (person, way) in late.iter_mut().zip(["Plain", "Streamed"]) {
        let reading = person.sees_all_until(&said[MESSAGES - 1]);
        let seen = timeout(3 * PATIENCE, reading)
            .await
            .expect("it is read in time");
        assert!(seen == said, "{way}: {} of {MESSAGES}", seen.len());
    }
    assert!(
        node.counts("confab_sessions_behind_total").await > 0,
        "they were behind"
    );
}

#[tokio::test]
async fn who_does_not_read_is_given_up_after_20_seconds_and_costs_little() {
    const SLOW: u64 = 5;
    let world = World::alone();
    let node = loud(&world).await;
    let mut page = Visitor::joins(&node, "Page").await.enters(&node).await;
    talks(&mut page).await;
    let before = node.memory_kib();
    let mut slow = Vec::new();
    for nth in 0..SLOW {
        slow.push(Speaker::enters_narrow(&node, &format!("Slow {nth}")).await);
    }
    let began = Instant::now();
    talks(&mut page).await;
    let each = node.memory_kib().saturating_sub(before) / SLOW;
    println!("each of {SLOW} who do not read costs {each} KiB");
    assert!(each <= SLOW_KIB_MAX, "{each} KiB");
    Speaker::are_gone(&node).await;
    assert!(
        began.elapsed() >= Duration::from_secs(19),
        "{:?}",
        began.elapsed()
    );
    assert!(
        node.counts(r#"confab_sockets_closed_total{code="4010"}"#)
            .await
            >= SLOW
    );
}
