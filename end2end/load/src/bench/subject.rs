//! What is measured: a Confab, or one of the servers it is compared with, with all its clients connected.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use super::people::{People, Places};
use crate::cluster::{LIMITS, free_ports};
use crate::light::{Light, Ticket};
use crate::node::Node;
use crate::redis::Redis;

/// How long all clients may take to be greeted.
const PATIENCE: Duration = Duration::from_secs(120);

/// Fewer than a node greets at once, so that nobody is told to come again.
pub const AT_ONCE: usize = 128;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Floor,
    Coalescing,
    Axum,
    Confab,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Floor => "floor",
            Self::Coalescing => "coalescing floor",
            Self::Axum => "plain axum + broadcast",
            Self::Confab => "Confab",
        }
    }
}

/// Who is where, and how many processes serve them.
#[derive(Debug, Clone)]
pub struct Scene {
    pub places: Places,
    pub people: usize,
    /// Joined by a Redis, if there are several.
    pub nodes: usize,
    /// Threads of the light client.
    pub threads: usize,
}

impl Scene {
    /// At one node, by one thread.
    pub const fn of(places: Places, people: usize) -> Self {
        Self {
            places,
            people,
            nodes: 1,
            threads: 1,
        }
    }
}

pub struct Subject {
    pub kind: Kind,
    pub light: Light,
    /// All whose cost counts: nodes, and the Redis between them.
    pub pids: Vec<u32>,
    /// One for each of the people.
    pub tickets: Vec<Ticket>,
    /// Ended with the value.
    _nodes: Vec<Node>,
    _servers: Vec<Child>,
    _redis: Option<Redis>,
    folder: TempDir,
}

impl Subject {
    /// Starts it in this folder, and connects everybody.
    pub async fn start(
        kind: Kind,
        scene: &Scene,
        program: &Path,
        folder: &Path,
    ) -> anyhow::Result<Self> {
        let mut subject = Self::prepare(kind, scene, program, folder).await?;
        subject.light.open(subject.tickets.clone(), AT_ONCE)?;
        subject.is_settled().await?;
        Ok(subject)
    }

    /// Starts it; nobody is connected yet.
    pub async fn prepare(
        kind: Kind,
        scene: &Scene,
        program: &Path,
        folder: &Path,
    ) -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("bench-")
            .tempdir_in(folder)?;
        let redis = match scene.nodes {
            1 => None,
            _ => Some(start_redis(folder.path()).await?),
        };
        let mut pids = Vec::new();
        if let Some(redis) = &redis {
            pids.push(redis.pid().await.context("Redis runs")?);
        }
        let port = redis.as_ref().map(|redis| redis.port);
        let (mut servers, mut nodes, mut addresses) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..scene.nodes {
            if kind == Kind::Confab {
                let node = start_node(program, port, folder.path()).await?;
                pids.push(node.pid().await.context("the node runs")?);
                addresses.push(address(&node.url)?);
                nodes.push(node);
            } else {
                let (server, url) = start_other(kind, port).await?;
                pids.push(server.id().context("the server runs")?);
                addresses.push(address(&url)?);
                servers.push(server);
            }
        }
        let People { rooms, seats } = match kind {
            Kind::Confab => People::join(&nodes[0].url, scene).await?,
            _ => People::nobody(scene),
        };
        let light = Light::new(scene.threads, &rooms)?;
        let ticket = |(nth, (cookie, room)): (usize, (String, usize))| Ticket {
            to: addresses[nth * addresses.len() / scene.people],
            cookie: Arc::from(cookie),
            room,
        };
        Ok(Self {
            kind,
            light,
            pids,
            tickets: seats.into_iter().enumerate().map(ticket).collect(),
            _nodes: nodes,
            _servers: servers,
            _redis: redis,
            folder,
        })
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Returns when all are greeted and nothing is told any more.
    pub async fn is_settled(&self) -> anyhow::Result<()> {
        let greeted = self.light.is_greeted(PATIENCE).await;
        greeted.with_context(|| format!("of {}", self.kind.name()))?;
        tokio::time::sleep(Duration::from_secs(1)).await;
        Ok(())
    }
}

async fn start_redis(folder: &Path) -> anyhow::Result<Redis> {
    let port = free_ports(1)?[0];
    let redis = Redis::new(port, folder);
    redis.start().await?;
    Ok(redis)
}

pub async fn start_node(program: &Path, redis: Option<u16>, folder: &Path) -> anyhow::Result<Node> {
    let mut flags = LIMITS.map(str::to_owned).to_vec();
    flags.extend(["--data".to_owned(), folder.display().to_string()]);
    if let Some(port) = redis {
        flags.extend([
            "--backplane".to_owned(),
            format!("redis://127.0.0.1:{port}"),
        ]);
    }
    let node = Node::new(program, free_ports(1)?[0], flags, folder);
    node.start().await?;
    Ok(node)
}

/// This program, as another server; its address.
async fn start_other(kind: Kind, redis: Option<u16>) -> anyhow::Result<(Child, String)> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("floor");
    match kind {
        Kind::Coalescing => drop(command.arg("--coalescing")),
        Kind::Axum => drop(command.arg("--axum")),
        Kind::Floor | Kind::Confab => {}
    }
    if let Some(port) = redis {
        command.args(["--redis", &port.to_string()]);
    }
    let mut server = command.stdout(Stdio::piped()).kill_on_drop(true).spawn()?;
    let told = server.stdout.take().context("it is piped")?;
    let line = BufReader::new(told).lines().next_line().await?;
    let url = line.with_context(|| format!("{} does not start", kind.name()))?;
    Ok((server, url))
}

fn address(url: &str) -> anyhow::Result<SocketAddr> {
    let address = url.strip_prefix("http://").context("no http address")?;
    Ok(address.parse()?)
}
