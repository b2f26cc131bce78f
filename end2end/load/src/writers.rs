//! Three nodes write one database file as fast as they can: does each get its turn in time?

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use anyhow::ensure;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::cluster::{Cluster, Wanted};
use crate::figure::Figure;
use crate::proof::{row, target};
use crate::visitor::{Visitor, http};

const P99_TARGET: Duration = Duration::from_millis(50);
const MAX_TARGET: Duration = Duration::from_millis(250);
const SHARE_TARGET: f64 = 1.5;

/// Connections are opened and caches filled before anything counts.
const WARM_UP: Duration = Duration::from_secs(1);

#[derive(clap::Args)]
pub struct Arguments {
    /// Processes on the one file
    #[arg(long, default_value_t = 3)]
    nodes: usize,

    /// Who posts at each of them, one message after the other
    #[arg(long, default_value_t = 8)]
    writers: usize,

    /// How long, in seconds
    #[arg(long, default_value_t = 20)]
    secs: u64,
}

/// What one node's writers did.
#[derive(Default)]
struct Written {
    stored: AtomicU64,
    refused: AtomicU64,
}

/// Whether the targets were met.
pub async fn run(program: PathBuf, arguments: Arguments) -> anyhow::Result<bool> {
    let Arguments {
        nodes,
        writers,
        secs,
    } = arguments;
    println!(
        "{nodes} nodes, {writers} writers at each by plain form, no pauses, {secs} s; nobody listens"
    );
    let cluster = Cluster::start(&Wanted::usual(program, nodes)).await?;
    let (commits, shares) = (Arc::new(Figure::default()), shares(nodes));
    let began = Instant::now();
    let ends = began + WARM_UP + Duration::from_secs(secs);
    let mut tasks = JoinSet::new();
    for (nth, node) in cluster.nodes.iter().enumerate() {
        let http = http();
        for writer in 0..writers {
            let visitor =
                Visitor::join(&http, &node.url, &format!("Writer {nth} {writer}")).await?;
            let (url, commits, share) = (node.url.clone(), commits.clone(), shares[nth].clone());
            let name = format!("{nth}-{writer}");
            tasks.spawn(write(
                visitor,
                url,
                name,
                began + WARM_UP..ends,
                commits,
                share,
            ));
        }
    }
    let mut posted = 0;
    while let Some(done) = tasks.join_next().await {
        posted += done?;
    }
    let stored = cluster.log().await?.top(&protocol::RoomId::lobby())?;
    ensure!(
        stored == posted,
        "{posted} were answered as stored, {stored} are"
    );
    Ok(tell(&commits, &shares, secs))
}

fn shares(nodes: usize) -> Vec<Arc<Written>> {
    (0..nodes).map(|_| Arc::default()).collect()
}

/// Posts one message after the other; how many were stored, those of the warm-up too.
async fn write(
    visitor: Visitor,
    node: String,
    name: String,
    counts: std::ops::Range<Instant>,
    commits: Arc<Figure>,
    share: Arc<Written>,
) -> u64 {
    let mut stored = 0;
    for nth in 1.. {
        let sent = Instant::now();
        if sent >= counts.end {
            break;
        }
        let is_stored = visitor
            .post(&node, &format!("{name}-{nth}"), &format!("message {nth}"))
            .await;
        stored += u64::from(is_stored);
        if sent < counts.start {
            continue;
        }
        if is_stored {
            commits.count(sent.elapsed());
            share.stored.fetch_add(1, Relaxed);
        } else {
            share.refused.fetch_add(1, Relaxed);
            sleep(Duration::from_millis(1)).await;
        }
    }
    stored
}

fn tell(commits: &Figure, shares: &[Arc<Written>], secs: u64) -> bool {
    let of = |share: &Arc<Written>| share.stored.load(Relaxed);
    let stored: Vec<u64> = shares.iter().map(of).collect();
    let refused: u64 = shares.iter().map(|share| share.refused.load(Relaxed)).sum();
    row(
        "messages a second",
        stored.iter().sum::<u64>() / secs.max(1),
    );
    let all = refused == 0;
    let all = target("refused", refused, "none", all);
    let p99 = commits.quantile(0.99) <= P99_TARGET;
    let p99 = target("post to answer", commits, "p99 ≤ 50 ms", p99);
    let max = target(
        "the longest",
        format!("{:?}", commits.max()),
        "≤ 250 ms",
        commits.max() <= MAX_TARGET,
    );
    let most = stored.iter().max().copied().unwrap_or(0) as f64;
    let least = stored.iter().min().copied().unwrap_or(0).max(1) as f64;
    let even = most / least <= SHARE_TARGET;
    let even = target(
        "shares",
        format!("{stored:?}, {:.2} ×", most / least),
        "within 1.5 ×",
        even,
    );
    all && p99 && max && even
}
