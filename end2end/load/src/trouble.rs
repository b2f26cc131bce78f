//! What goes wrong in a run, and when: drawn from a seed before it begins.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use fastrand::Rng;
use tokio::sync::Mutex;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::cluster::Cluster;
use crate::node::{Node, STOP_MAX};
use crate::world::World;

/// How many of each.
#[derive(Debug, Clone, Copy)]
pub struct Amount {
    pub kills: usize,
    pub sigterms: usize,
    pub freezes: usize,
    pub broker_kills: usize,
    /// Of the database: every other one is kill -9.
    pub store_restarts: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Kill,
    Sigterm,
    /// SIGSTOP for a while.
    Freeze,
    BrokerKill,
    BrokerFreeze,
    BrokerEmpty,
    StoreKill,
    StoreStop,
}

/// One trouble, begun when so many messages are answered.
#[derive(Debug, Clone)]
pub struct Trouble {
    pub at: u64,
    pub kind: Kind,
    /// Whom it befalls; the next one that runs, if that is down.
    pub node: usize,
    pub lasts: Duration,
}

/// What really happened.
#[derive(Debug, Default)]
pub struct Happened {
    pub kills: usize,
    pub sigterms: usize,
    pub freezes: usize,
    pub broker_kills: usize,
    pub broker_freezes: usize,
    pub broker_empties: usize,
    pub store_kills: usize,
    pub store_stops: usize,
    /// The slowest end after SIGTERM.
    pub longest_stop: Duration,
}

/// Brings the troubles about and repairs what they broke.
pub struct Troubles {
    cluster: Arc<Cluster>,
    world: Arc<World>,
    happened: Arc<Mutex<Happened>>,
    repairs: JoinSet<anyhow::Result<()>>,
}

/// All troubles of a run of so many messages, in order.
pub fn schedule(rng: &mut Rng, amount: Amount, messages: u64) -> Vec<Trouble> {
    let Amount {
        kills,
        sigterms,
        freezes,
        broker_kills,
        store_restarts,
    } = amount;
    let others = broker_kills.div_ceil(2);
    let counts = [
        (Kind::Kill, kills),
        (Kind::Sigterm, sigterms),
        (Kind::Freeze, freezes),
        (Kind::BrokerKill, broker_kills),
        (Kind::BrokerFreeze, others),
        (Kind::BrokerEmpty, others),
        (Kind::StoreKill, store_restarts.div_ceil(2)),
        (Kind::StoreStop, store_restarts / 2),
    ];
    let mut kinds: Vec<Kind> = counts
        .into_iter()
        .flat_map(|(kind, count)| std::iter::repeat_n(kind, count))
        .collect();
    rng.shuffle(&mut kinds);
    // Each in its own part of the run, so that they do not all come at once; some meet nevertheless.
    let part = (messages * 9 / 10 / kinds.len().max(1) as u64).max(1);
    let trouble = |(nth, kind): (usize, Kind)| Trouble {
        at: part * nth as u64 + messages / 20 + rng.u64(0..part),
        kind,
        node: rng.usize(0..64),
        lasts: lasts(rng, kind),
    };
    kinds.into_iter().enumerate().map(trouble).collect()
}

fn lasts(rng: &mut Rng, kind: Kind) -> Duration {
    let millis = match kind {
        Kind::Kill => 0..=3_000,
        Kind::Sigterm | Kind::BrokerEmpty => 0..=0,
        Kind::Freeze => 500..=4_000,
        Kind::BrokerKill => 500..=5_000,
        Kind::BrokerFreeze => 1_000..=6_000,
        Kind::StoreKill | Kind::StoreStop => 200..=4_000,
    };
    Duration::from_millis(rng.u64(millis))
}

impl Troubles {
    pub fn new(cluster: Arc<Cluster>, world: Arc<World>) -> Self {
        Self {
            cluster,
            world,
            happened: Arc::default(),
            repairs: JoinSet::new(),
        }
    }

    /// Lets a trouble begin; it ends by itself.
    pub fn begin(&mut self, trouble: Trouble) {
        let (cluster, world, happened) = (
            self.cluster.clone(),
            self.world.clone(),
            self.happened.clone(),
        );
        self.repairs.spawn(async move {
            let kind = trouble.kind;
            befall(&trouble, &cluster, &world, &happened)
                .await
                .with_context(|| format!("{kind:?}"))
        });
    }

    /// Whether all that ended so far ended well.
    pub fn look(&mut self) -> anyhow::Result<()> {
        while let Some(ended) = self.repairs.try_join_next() {
            ended.context("a repair broke off")??;
        }
        Ok(())
    }

    /// Waits until all is repaired.
    pub async fn end(mut self) -> anyhow::Result<Happened> {
        while let Some(ended) = self.repairs.join_next().await {
            ended.context("a repair broke off")??;
        }
        for node in &self.cluster.nodes {
            node.start().await?;
        }
        self.cluster.broker.end().await?;
        Ok(std::mem::take(&mut *self.happened.lock().await))
    }
}

async fn befall(
    trouble: &Trouble,
    cluster: &Cluster,
    world: &World,
    happened: &Mutex<Happened>,
) -> anyhow::Result<()> {
    let broker = &cluster.broker;
    let database = || cluster.database.as_ref().context("the log is in a file");
    match trouble.kind {
        Kind::Kill => {
            let node = kill_one(cluster, world, trouble.node).await?;
            happened.lock().await.kills += 1;
            sleep(trouble.lasts).await;
            node.start().await?;
        }
        Kind::Sigterm => stop_one(cluster, world, trouble.node, happened).await?,
        Kind::Freeze => {
            let node = &cluster.nodes[trouble.node % cluster.nodes.len()];
            let was_frozen = node.freeze(trouble.lasts).await?;
            happened.lock().await.freezes += usize::from(was_frozen);
        }
        Kind::BrokerKill => {
            broker.kill(trouble.lasts).await?;
            happened.lock().await.broker_kills += 1;
        }
        Kind::BrokerFreeze => {
            let was_frozen = broker.freeze(trouble.lasts).await?;
            happened.lock().await.broker_freezes += usize::from(was_frozen);
        }
        Kind::BrokerEmpty => {
            let was_emptied = broker.empty().await;
            happened.lock().await.broker_empties += usize::from(was_emptied);
        }
        Kind::StoreKill => {
            database()?.kill(trouble.lasts).await;
            happened.lock().await.store_kills += 1;
        }
        Kind::StoreStop => {
            database()?.stop(trouble.lasts).await;
            happened.lock().await.store_stops += 1;
        }
    }
    Ok(())
}

/// Kills a node that runs; if none does, as soon as one does.
pub async fn kill_one(cluster: &Cluster, world: &World, first: usize) -> anyhow::Result<Arc<Node>> {
    loop {
        for node in cluster
            .nodes
            .iter()
            .cycle()
            .skip(first)
            .take(cluster.nodes.len())
        {
            if node.kill(|| world.died(&node.url)).await? {
                return Ok(node.clone());
            }
        }
        sleep(Duration::from_millis(20)).await;
    }
}

/// Stops a node as in a rolling restart, and starts it again.
async fn stop_one(
    cluster: &Cluster,
    world: &World,
    first: usize,
    happened: &Mutex<Happened>,
) -> anyhow::Result<()> {
    loop {
        for node in cluster
            .nodes
            .iter()
            .cycle()
            .skip(first)
            .take(cluster.nodes.len())
        {
            let Some((status, took)) = node.stop().await? else {
                continue;
            };
            if !status.success() || took > STOP_MAX {
                let (url, took) = (&node.url, took.as_secs_f32());
                let ended = format!("{url} ended with {status} {took:.1} s after SIGTERM");
                world.ledger.broken(ended);
            }
            let mut happened = happened.lock().await;
            happened.sigterms += 1;
            happened.longest_stop = happened.longest_stop.max(took);
            drop(happened);
            return node.start().await;
        }
        sleep(Duration::from_millis(20)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AMOUNT: Amount = Amount {
        kills: 10,
        sigterms: 2,
        freezes: 1,
        broker_kills: 1,
        store_restarts: 2,
    };

    #[test]
    fn a_seed_tells_the_same_troubles_again() {
        let drawn = |seed| format!("{:?}", schedule(&mut Rng::with_seed(seed), AMOUNT, 20_000));
        assert_eq!(drawn(1), drawn(1));
        assert_ne!(drawn(1), drawn(2));
    }

    #[test]
    fn all_troubles_come_in_order_before_the_end() {
        let troubles = schedule(&mut Rng::with_seed(7), AMOUNT, 20_000);
        let kills = troubles.iter().filter(|trouble| trouble.kind == Kind::Kill);
        assert_eq!(kills.count(), 10);
        assert!(troubles.is_sorted_by_key(|trouble| trouble.at));
        assert!(troubles.iter().all(|trouble| trouble.at < 20_000));
    }
}
