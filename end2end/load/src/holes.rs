//! Two nodes write one room at once, as fast as a thousand messages a second; how often has the log to be read for a hole?

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use crate::cluster::{Cluster, Wanted};
use crate::crowd::Crowd;
use crate::proof::{CALM_MAX, Proof, row, target};
use crate::standstill::Standstill;
use crate::tab::Order;
use crate::world::{Pace, World};

const LOOK_EVERY: std::time::Duration = std::time::Duration::from_millis(50);

/// Of this part of the wanted rate, the run counts.
const RATE_MIN: f64 = 0.9;

#[derive(clap::Args)]
pub struct Arguments {
    #[arg(long, default_value_t = 20_000)]
    messages: u64,

    /// Messages a second of both nodes together
    #[arg(long, default_value_t = 1_000)]
    rate: u32,

    /// People, a tab each, half of them at each node
    #[arg(long, default_value_t = 20)]
    clients: usize,
}

/// Whether the target was met.
pub async fn run(program: PathBuf, arguments: Arguments) -> anyhow::Result<bool> {
    let Arguments {
        messages,
        rate,
        clients,
    } = arguments;
    println!("{messages} messages, {rate} a second, of {clients} clients on two nodes");
    let cluster = Cluster::start(&Wanted::usual(program, 2)).await?;
    let world = World::new(cluster.urls(), clients, Pace::of(messages, clients, rate));
    let world = Arc::new(world);
    let mut crowd = Crowd::new(world.clone());
    crowd.open(&cluster.urls(), clients, 1).await?;
    crowd.is_calm(CALM_MAX).await?;
    crowd.tell_all(|| Order::Write(true));
    let began = Instant::now();
    let mut standstill = Standstill::new();
    while world.wants_more() {
        anyhow::ensure!(
            !standstill.is_long(world.ledger.accepted()),
            "nothing moves"
        );
        tokio::time::sleep(LOOK_EVERY).await;
    }
    let reached = messages as f64 / began.elapsed().as_secs_f64();
    let proof = Proof::of(crowd, &cluster).await?;
    proof.tell();
    row("send to another node's list", &world.other_node);
    let count = |name| cluster.counts(name);
    row(
        "holes closed by a frame",
        count("confab_holes_healed_total"),
    );
    row("found by the log's tail", count("confab_tail_found_total"));
    let is_fast = reached >= f64::from(rate) * RATE_MIN;
    let is_fast = target(
        "messages a second",
        format!("{reached:.0}"),
        &format!("about {rate}"),
        is_fast,
    );
    let reads = count("confab_holes_read_total");
    let part = 100.0 * reads as f64 / proof.verdict.stored as f64;
    let shown = format!("{reads}, {part:.2} % of the messages");
    let is_met = target("holes closed by the log", shown, "≤ 1 %", part <= 1.0);
    Ok(is_met && is_fast && proof.is_good())
}
