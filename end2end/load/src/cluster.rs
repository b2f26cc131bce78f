//! Several nodes with one log and one broker: all processes of a run, ended with the value.

use std::collections::HashSet;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Context as _, bail};
use tempfile::TempDir;
use tokio::time::sleep;

use crate::broker::{self, Broker};
use crate::database::Database;
use crate::log::Log;
use crate::lossy::{Loss, Lossy};
use crate::node::Node;
use crate::redis::Redis;
use crate::visitor::{Visitor, http};

/// Below the ports a system gives by itself, so that nobody takes one while its node is down.
const PORTS: std::ops::Range<u16> = 20_000..32_000;

const LOOK_EVERY: Duration = Duration::from_millis(50);

pub struct Cluster {
    pub nodes: Vec<Arc<Node>>,
    pub broker: Broker,
    /// None if the log is a file.
    pub database: Option<Database>,
    /// For presence, where neither broker nor log can keep it.
    _redis: Option<Redis>,
    pub lossy: Option<Lossy>,
    /// None when it is to stay.
    folder: Mutex<Option<TempDir>>,
    data: PathBuf,
}

/// How a cluster is to be.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub program: PathBuf,
    pub nodes: usize,
    pub store: Store,
    pub backplane: broker::Kind,
    pub loss: Option<Loss>,
    /// For each node, besides those of the cluster.
    pub flags: Vec<String>,
}

/// What keeps the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Store {
    Sqlite,
    Postgres,
}

/// A run's people are far busier than anybody, and all come from one address.
pub const LIMITS: [&str; 6] = [
    "--sends-per-sec",
    "100000",
    "--sends-burst",
    "100000",
    "--joins-per-address",
    "1000000",
];

impl Wanted {
    /// So many nodes, without limits on what one user sends and who joins.
    pub fn usual(program: PathBuf, nodes: usize) -> Self {
        Self {
            program,
            nodes,
            store: Store::Sqlite,
            backplane: broker::Kind::Redis,
            loss: None,
            flags: LIMITS.map(str::to_owned).to_vec(),
        }
    }
}

impl Cluster {
    /// Starts all of it, in a folder of its own.
    pub async fn start(wanted: &Wanted) -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("confab-load-").tempdir()?;
        let mut ports = free_ports(wanted.nodes + 2)?;
        let (first, second) = ports.pop().zip(ports.pop()).context("two more")?;
        let broker = Broker::start(wanted.backplane, first, folder.path()).await?;
        let database = (wanted.store == Store::Postgres).then(Database::start);
        let mut flags = vec!["--data".to_owned(), folder.path().display().to_string()];
        let (lossy, door) = lossy(&broker, wanted.loss).await?;
        flags.extend(["--backplane".to_owned(), door]);
        if let Some(database) = &database {
            flags.extend(["--store".to_owned(), database.url.clone()]);
        }
        let mut redis = None;
        if database.is_none() && !broker.keeps_presence() {
            let presence = Redis::new(second, folder.path());
            presence.start().await?;
            let url = format!("redis://127.0.0.1:{second}");
            flags.extend(["--presence".to_owned(), url]);
            redis = Some(presence);
        }
        flags.extend(wanted.flags.iter().cloned());
        let node = |port| Node::new(&wanted.program, port, flags.clone(), folder.path());
        let nodes: Vec<_> = ports.into_iter().map(node).map(Arc::new).collect();
        for node in &nodes {
            node.start().await?;
        }
        know_each_other(&nodes).await?;
        Ok(Self {
            nodes,
            broker,
            database,
            _redis: redis,
            lossy,
            data: folder.path().to_owned(),
            folder: Mutex::new(Some(folder)),
        })
    }

    /// The log as it is now.
    pub async fn log(&self) -> anyhow::Result<Log> {
        match &self.database {
            None => Log::open(&self.data.join("confab.db")),
            Some(database) => {
                let copy = self.data.join("copied.db");
                database.copy(&copy).await?;
                Log::open(&copy)
            }
        }
    }

    pub fn urls(&self) -> Vec<String> {
        self.nodes.iter().map(|node| node.url.clone()).collect()
    }

    /// What all nodes counted under this name.
    pub fn counts(&self, name: &str) -> u64 {
        self.nodes.iter().map(|node| node.counts(name)).sum()
    }

    pub async fn count(&self) {
        for node in &self.nodes {
            node.count().await;
        }
    }

    /// Leaves the folder where it is.
    pub fn keep(&self) -> &Path {
        let folder = self
            .folder
            .lock()
            .expect("no holder of the lock panics")
            .take();
        drop(folder.map(TempDir::keep)); // the path is known
        &self.data
    }
}

/// The address of the broker, or of what stands before it.
async fn lossy(broker: &Broker, loss: Option<Loss>) -> anyhow::Result<(Option<Lossy>, String)> {
    let url = broker.url();
    match (loss, broker) {
        (None, _) => Ok((None, url)),
        (Some(loss), Broker::Redis(redis)) => {
            let lossy = Lossy::before(redis.port, loss).await?;
            let url = format!("redis://127.0.0.1:{}", lossy.port);
            Ok((Some(lossy), url))
        }
        (Some(_), other) => bail!(
            "frames are dropped before Redis, not before {}",
            other.name()
        ),
    }
}

/// Returns when each node's page names all of them, within a beat or two: who loads it can go to any other one.
async fn know_each_other(nodes: &[Arc<Node>]) -> anyhow::Result<()> {
    let urls = nodes.iter().map(|node| &node.url);
    let first = urls.clone().next().context("no nodes")?;
    let visitor = Visitor::join(&http(), first, "Operator").await?;
    for url in urls {
        while visitor.load(url, 0).await?.nodes.len() < nodes.len() {
            sleep(LOOK_EVERY).await;
        }
    }
    Ok(())
}

/// Ports on which nobody listens.
pub fn free_ports(count: usize) -> anyhow::Result<Vec<u16>> {
    let mut ports = HashSet::new();
    for _ in 0..1_000 {
        let port = fastrand::u16(PORTS);
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            ports.insert(port);
        }
        if ports.len() == count {
            return Ok(ports.into_iter().collect());
        }
    }
    bail!(
        "there are no free ports from {} to {}",
        PORTS.start,
        PORTS.end
    )
}
