//! A real Redis Cluster of a test's own, on loopback.

use std::time::{Duration, Instant};

use redis::Value;
use redis::aio::MultiplexedConnection;
use tempfile::TempDir;

use crate::redis_server::{RedisServer, free_port};

const SLOTS: usize = 16_384;

/// How long a test waits for a cluster.
const PATIENCE: Duration = Duration::from_secs(30);

pub struct RedisCluster {
    /// The primaries first, then a replica of each if there are any.
    pub servers: Vec<RedisServer>,
    primaries: usize,
}

/// A node before it is started.
struct Planned {
    port: u16,
    bus: u16,
    folder: TempDir,
    /// What it is to all, in its and in their configuration.
    row: String,
}

impl RedisCluster {
    /// Three primaries.
    pub fn start() -> Self {
        Self::start_with(3, 0, Duration::from_secs(15))
    }

    /// Three primaries, each with a replica that takes over when it was silent for so long.
    pub fn with_replicas(node_timeout: Duration) -> Self {
        Self::start_with(3, 1, node_timeout)
    }

    fn start_with(primaries: usize, replicas: usize, node_timeout: Duration) -> Self {
        for _ in 0..5 {
            let planned = plan(primaries, replicas);
            let started: Option<Vec<RedisServer>> = (0..planned.len())
                .zip(configurations(&planned))
                .zip(planned)
                .map(|((_, text), node)| start(node, &text, node_timeout))
                .collect();
            if let Some(servers) = started {
                let cluster = Self { servers, primaries };
                cluster.waits_until_it_serves();
                return cluster;
            }
        }
        panic!("no cluster comes up")
    }

    pub fn url(&self) -> String {
        let hosts = self.servers.iter().take(self.primaries);
        let hosts: Vec<String> = hosts.map(host).collect();
        format!("redis+cluster://{}", hosts.join(","))
    }

    /// Which of the servers has the slot of this key, as the first one that answers says.
    pub async fn owner(&self, key: &str) -> usize {
        let slot = self.slot(key).await;
        let views = self.ask(&["CLUSTER", "NODES"]).await;
        let line = views.lines().find(|line| has_slot(line, slot));
        let line = line.expect("the slot is served");
        let place = |server: &RedisServer| line.contains(&format!(":{}@", server.port()));
        let place = self.servers.iter().position(place);
        place.expect("it is one of ours")
    }

    pub async fn slot(&self, key: &str) -> usize {
        let slot = self.ask(&["CLUSTER", "KEYSLOT", key]).await;
        slot.parse().expect("a number")
    }

    /// Moves the slot of this key to another primary with what is in it, as `redis-cli --cluster reshard` does.
    pub async fn moves(&self, key: &str, to: usize) {
        let from = self.owner(key).await;
        let slot = self.slot(key).await.to_string();
        let (source, target) = (self.id(from).await, self.id(to).await);
        let importing = ["CLUSTER", "SETSLOT", &slot, "IMPORTING", &source];
        tell(&self.servers[to], &importing).await;
        let migrating = ["CLUSTER", "SETSLOT", &slot, "MIGRATING", &target];
        tell(&self.servers[from], &migrating).await;
        self.carries(from, to, &slot).await;
        for server in [to, from].into_iter().chain(0..self.primaries) {
            let node = ["CLUSTER", "SETSLOT", &slot, "NODE", &target];
            tell(&self.servers[server], &node).await;
        }
    }

    async fn carries(&self, from: usize, to: usize, slot: &str) {
        let mut source = self.servers[from].connection().await;
        let mut keys = redis::cmd("CLUSTER");
        keys.arg("GETKEYSINSLOT").arg(slot).arg(1_000);
        let keys: Vec<String> = keys
            .query_async(&mut source)
            .await
            .expect("it has the slot");
        if !keys.is_empty() {
            let mut migrate = redis::cmd("MIGRATE");
            migrate.arg("127.0.0.1").arg(self.servers[to].port());
            migrate.arg("").arg(0).arg(5_000).arg("KEYS").arg(&keys);
            self.servers[from].ask(&migrate).await;
        }
    }

    async fn id(&self, server: usize) -> String {
        tell(&self.servers[server], &["CLUSTER", "MYID"]).await
    }

    /// What the first one says that answers.
    async fn ask(&self, command: &[&str]) -> String {
        for server in &self.servers {
            if let Some(answer) = try_tell(server, command).await {
                return answer;
            }
        }
        panic!("nobody answers {command:?}")
    }

    pub async fn connection(&self, key: &str) -> MultiplexedConnection {
        self.servers[self.owner(key).await].connection().await
    }

    /// Waits until the replica of this one is the primary, and all others say that the cluster serves; when that was.
    pub async fn takes_over(&self, primary: usize) -> Instant {
        let deadline = Instant::now() + PATIENCE;
        let others = self.servers.iter().enumerate();
        let others: Vec<&RedisServer> = others
            .filter(|(number, _)| *number != primary)
            .map(|(_, server)| server)
            .collect();
        let serves =
            |server: &&RedisServer| server.info("CLUSTER INFO").contains("cluster_state:ok");
        let replica = &self.servers[primary + self.primaries];
        while !replica.info("INFO replication").contains("role:master")
            || !others.iter().all(serves)
        {
            assert!(Instant::now() < deadline, "nobody takes over");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Instant::now()
    }

    pub fn kill(&mut self) {
        self.servers.iter_mut().for_each(RedisServer::kill);
    }

    pub fn start_again(&mut self) {
        // All at once: half of a cluster would be found again, and lost again.
        self.kill();
        self.servers.iter_mut().for_each(RedisServer::start_again);
        self.waits_until_it_serves();
    }

    pub fn freeze(&self) {
        self.servers.iter().for_each(RedisServer::freeze);
    }

    pub fn thaw(&self) {
        self.servers.iter().for_each(RedisServer::thaw);
    }

    /// Until each of them says that all slots are served, and each replica follows its primary.
    pub fn waits_until_it_serves(&self) {
        let deadline = Instant::now() + PATIENCE;
        let serves = |server: &RedisServer| {
            let cluster = server.info("CLUSTER INFO");
            let replication = server.info("INFO replication");
            cluster.contains("cluster_state:ok")
                && (replication.contains("role:master") || replication.contains("link_status:up"))
        };
        while !self.servers.iter().all(serves) {
            assert!(Instant::now() < deadline, "the cluster does not serve");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

fn plan(primaries: usize, replicas: usize) -> Vec<Planned> {
    let id = |number: usize| format!("{:040x}", number + 1);
    let plan = |number: usize| {
        let (port, bus) = (free_port(), free_port());
        let place = format!("{} 127.0.0.1:{port}@{bus}", id(number));
        let primary = number % primaries;
        let row = if number < primaries {
            let slots = (
                SLOTS * number / primaries,
                SLOTS * (number + 1) / primaries - 1,
            );
            let epoch = number + 1;
            format!(
                "{place} master - 0 0 {epoch} connected {}-{}",
                slots.0, slots.1
            )
        } else {
            format!(
                "{place} slave {} 0 0 {} connected",
                id(primary),
                primary + 1
            )
        };
        Planned {
            port,
            bus,
            folder: tempfile::tempdir().expect("a folder can be made"),
            row,
        }
    };
    (0..primaries * (1 + replicas)).map(plan).collect()
}

/// For each node what it knows of all, as if they had met before.
fn configurations(planned: &[Planned]) -> Vec<String> {
    let one = |own: &Planned| {
        let row = |node: &Planned| match node.port == own.port {
            true => node.row.replacen(" master", " myself,master", 1).replacen(
                " slave",
                " myself,slave",
                1,
            ),
            false => node.row.clone(),
        };
        let rows: Vec<String> = planned.iter().map(row).collect();
        let vars = format!("vars currentEpoch {} lastVoteEpoch 0", planned.len());
        format!("{}\n{vars}\n", rows.join("\n"))
    };
    planned.iter().map(one).collect()
}

fn start(node: Planned, nodes: &str, node_timeout: Duration) -> Option<RedisServer> {
    std::fs::write(node.folder.path().join("nodes.conf"), nodes).expect("the folder is ours");
    let settings = [
        "--cluster-enabled",
        "yes",
        "--cluster-config-file",
        "nodes.conf",
        "--cluster-port",
        &node.bus.to_string(),
        "--cluster-node-timeout",
        &node_timeout.as_millis().to_string(),
        "--repl-diskless-sync-delay",
        "0",
    ];
    let settings = settings.map(str::to_owned).to_vec();
    RedisServer::on(node.port, node.folder, settings)
}

fn host(server: &RedisServer) -> String {
    format!("127.0.0.1:{}", server.port())
}

/// Whether this row of CLUSTER NODES is of the one that has the slot.
fn has_slot(line: &str, slot: usize) -> bool {
    let words = line
        .split(' ')
        .skip(8)
        .filter(|word| !word.starts_with('['));
    let mut ranges = words.filter_map(|range| {
        let (from, to) = range.split_once('-').unwrap_or((range, range));
        Some(from.parse::<usize>().ok()?..=to.parse::<usize>().ok()?)
    });
    ranges.any(|range| range.contains(&slot))
}

/// The answer as a text.
pub async fn tell(server: &RedisServer, command: &[&str]) -> String {
    let answer = try_tell(server, command).await;
    answer.unwrap_or_else(|| panic!("{command:?} is not answered"))
}

async fn try_tell(server: &RedisServer, command: &[&str]) -> Option<String> {
    let client = redis::Client::open(server.url()).expect("an address");
    let mut link = client.get_multiplexed_async_connection().await.ok()?;
    let mut told = redis::cmd(command[0]);
    command[1..].iter().for_each(|word| {
        told.arg(word);
    });
    match told.query_async(&mut link).await.ok()? {
        Value::Array(texts) if texts.is_empty() => Some(String::new()),
        value => Some(redis::from_redis_value(value).unwrap_or_else(|error| error.to_string())),
    }
}
