//! Nodes die one after the other; how long until those who were there see everything again?

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::ensure;
use tokio::time::sleep;

use crate::cluster::{Cluster, Wanted};
use crate::crowd::Crowd;
use crate::proof::{CALM_MAX, Proof, row, target};
use crate::tab::Order;
use crate::trouble::kill_one;
use crate::world::{Pace, World};

const TARGET: Duration = Duration::from_secs(3);
const LOOK_EVERY: Duration = Duration::from_millis(50);

#[derive(clap::Args)]
pub struct Arguments {
    /// People, a tab each
    #[arg(long, default_value_t = 60)]
    clients: usize,

    /// Deaths, one after the other
    #[arg(long, default_value_t = 9)]
    kills: usize,

    #[arg(long, default_value_t = 3)]
    nodes: usize,

    /// Messages a second all clients write together
    #[arg(long, default_value_t = 60)]
    rate: u32,
}

/// Whether the target was met.
pub async fn run(program: PathBuf, arguments: Arguments) -> anyhow::Result<bool> {
    let Arguments {
        clients,
        kills,
        nodes,
        rate,
    } = arguments;
    println!(
        "{kills} deaths of one of {nodes} nodes, {clients} clients that write {rate} messages a second; a minute"
    );
    let cluster = Cluster::start(&Wanted::usual(program, nodes)).await?;
    let pace = Pace::of(u64::MAX, clients, rate);
    let world = Arc::new(World::new(cluster.urls(), clients, pace));
    let mut crowd = Crowd::new(world.clone());
    crowd.open(&cluster.urls(), clients, 1).await?;
    crowd.is_calm(CALM_MAX).await?;
    crowd.tell_all(|| Order::Write(true));
    let mut all = 0;
    for nth in 0..kills {
        // As if all had just come: nobody waits longer because of the death before.
        crowd.tell_all(|| Order::Reload);
        crowd.is_connected(CALM_MAX).await?;
        let reports = crowd.reports().await?;
        let victim = &cluster.nodes[nth % nodes].url;
        let there = reports
            .iter()
            .filter(|report| report.node == *victim)
            .count();
        all += there as u64;
        let node = kill_one(&cluster, &world, nth % nodes).await?;
        let died = Instant::now();
        while world.caught_up.len() < all {
            ensure!(
                died.elapsed() < CALM_MAX,
                "{} of {there} clients came back, {} of them see everything",
                world.reconnected.len(),
                world.caught_up.len(),
            );
            sleep(LOOK_EVERY).await;
        }
        println!(
            "{there} clients lost their node, all are back and caught up after {:.2} s",
            died.elapsed().as_secs_f32()
        );
        node.start().await?;
    }
    let proof = Proof::of(crowd, &cluster).await?;
    proof.tell();
    row("back after a node's death", &world.reconnected);
    let is_met = world.caught_up.quantile(0.99) <= TARGET;
    let is_met = target("caught up after it", &world.caught_up, "p99 ≤ 3 s", is_met);
    Ok(is_met && proof.is_good())
}
