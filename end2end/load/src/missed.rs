//! A laptop's lid is closed while thousands of messages are written; how soon are they there when it opens?

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::ensure;
use tokio::time::sleep;

use crate::cluster::{Cluster, Wanted};
use crate::crowd::Crowd;
use crate::proof::{CALM_MAX, Proof, target};
use crate::tab::Order;
use crate::world::{Pace, World};

const FIRST_TARGET: Duration = Duration::from_millis(300);
const ALL_TARGET: Duration = Duration::from_secs(2);
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// People who write meanwhile.
const WRITERS: usize = 20;

#[derive(clap::Args)]
pub struct Arguments {
    /// Messages missed each time
    #[arg(long, default_value_t = 10_000)]
    messages: u64,

    /// How often
    #[arg(long, default_value_t = 3)]
    times: u64,
}

/// Whether the targets were met.
pub async fn run(program: PathBuf, arguments: Arguments) -> anyhow::Result<bool> {
    let Arguments { messages, times } = arguments;
    println!("{messages} messages missed, {times} times; half a minute");
    let cluster = Cluster::start(&Wanted::usual(program, 2)).await?;
    let world = World::new(cluster.urls(), WRITERS + 1, Pace::of(u64::MAX, 1, 0));
    let world = Arc::new(world);
    let mut crowd = Crowd::new(world.clone());
    crowd.open(&cluster.urls(), WRITERS + 1, 1).await?;
    crowd.is_calm(CALM_MAX).await?;
    for nth in 1..=times {
        crowd.tell(WRITERS, Order::Sleep);
        (0..WRITERS).for_each(|nth| crowd.tell(nth, Order::Write(true)));
        let wanted = world.ledger.accepted() + messages;
        while world.ledger.accepted() < wanted {
            sleep(LOOK_EVERY).await;
        }
        crowd.tell_all(|| Order::Write(false));
        crowd.is_settled(WRITERS, CALM_MAX).await?;
        crowd.tell(WRITERS, Order::Wake);
        let woken = Instant::now();
        while world.caught_up.len() < nth {
            ensure!(woken.elapsed() < CALM_MAX, "not all {messages} came");
            sleep(LOOK_EVERY).await;
        }
    }
    let proof = Proof::of(crowd, &cluster).await?;
    proof.tell();
    let (first, all) = (&world.reconnected, &world.caught_up);
    let first_is_met = target(
        "the newest are shown",
        first,
        "≤ 300 ms",
        first.max() <= FIRST_TARGET,
    );
    let all_is_met = target("all are shown", all, "≤ 2 s", all.max() <= ALL_TARGET);
    Ok(first_is_met && all_is_met && proof.is_good())
}
