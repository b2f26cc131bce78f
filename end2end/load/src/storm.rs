//! The node with thousands of clients dies; how long until all of them see everything again elsewhere?

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::ensure;
use protocol::limits::SESSIONS_PER_USER_MAX;
use tokio::time::sleep;

use crate::cluster::{Cluster, Wanted};
use crate::crowd::Crowd;
use crate::proof::{Proof, row, target};
use crate::tab::Order;
use crate::trouble::kill_one;
use crate::world::{Pace, World};

const TARGET: Duration = Duration::from_secs(10);
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// How long all may take to come, or to come back, before the run is broken off.
const PATIENCE: Duration = Duration::from_secs(180);

/// People on the other nodes, who write meanwhile.
const WRITERS: usize = 10;

#[derive(clap::Args)]
pub struct Arguments {
    /// Clients of the node that dies
    #[arg(long, default_value_t = 10_000)]
    clients: usize,

    /// People they are of, with as many tabs each as that takes. Each client is told who is online
    #[arg(long, default_value_t = 100)]
    people: usize,

    #[arg(long, default_value_t = 3)]
    nodes: usize,

    /// Messages a second the others write meanwhile; each goes to all clients
    #[arg(long, default_value_t = 1)]
    rate: u32,
}

/// Whether the target was met.
pub async fn run(program: PathBuf, arguments: Arguments) -> anyhow::Result<bool> {
    let Arguments {
        clients,
        people,
        nodes,
        rate,
    } = arguments;
    let tabs_each = clients.div_ceil(people);
    let clients = people * tabs_each;
    println!("the node of {clients} clients ({people} people) dies, of {nodes} nodes; two minutes");
    let mut wanted = Wanted::usual(program, nodes);
    let sessions = tabs_each.max(SESSIONS_PER_USER_MAX).to_string();
    wanted
        .flags
        .extend(["--sessions-per-user".to_owned(), sessions]);
    let cluster = Cluster::start(&wanted).await?;
    let urls = cluster.urls();
    let tabs = clients + WRITERS;
    // Everybody hears all that is written: the writers' pace is that of the room.
    let world = Arc::new(World::new(
        urls.clone(),
        tabs,
        Pace::of(u64::MAX, WRITERS, rate),
    ));
    let mut crowd = Crowd::new(world.clone());
    crowd.open(&urls[1..], WRITERS, 1).await?;
    crowd.open(&urls[..1], people, tabs_each).await?;
    let began = Instant::now();
    crowd.is_connected(PATIENCE).await?;
    println!(
        "{clients} clients are there after {:.1} s",
        began.elapsed().as_secs_f32()
    );
    (0..WRITERS).for_each(|nth| crowd.tell(nth, Order::Write(true)));
    sleep(Duration::from_secs(2)).await;

    let reports = crowd.reports().await?;
    let there = reports
        .iter()
        .filter(|report| report.node == urls[0])
        .count() as u64;
    ensure!(
        there >= clients as u64 * 9 / 10,
        "only {there} are at the node that is to die"
    );
    cluster.count().await;
    kill_one(&cluster, &world, 0).await?;
    let died = Instant::now();
    while world.caught_up.len() < there {
        let back = world.caught_up.len();
        ensure!(
            died.elapsed() < PATIENCE,
            "only {back} of {there} came back"
        );
        sleep(LOOK_EVERY).await;
    }
    let proof = Proof::of(crowd, &cluster).await?;
    proof.tell();
    row("back after the node's death", &world.reconnected);
    let is_met = world.caught_up.quantile(0.99) <= TARGET;
    let is_met = target("caught up after it", &world.caught_up, "p99 ≤ 10 s", is_met);
    Ok(is_met && proof.is_good())
}
