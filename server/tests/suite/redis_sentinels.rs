//! A real Redis of a test's own that sentinels watch: a master, replicas, three sentinels, on loopback.

use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::redis_server::{RedisServer, free_port};

/// What the sentinels call the master.
pub const NAME: &str = "main";

/// How long a test waits for them: on a machine that is too busy they do nothing for half a minute, by design (TILT).
const PATIENCE: Duration = Duration::from_secs(90);

pub struct RedisSentinels {
    /// The first master, then its replicas.
    pub servers: Vec<RedisServer>,
    pub sentinels: Vec<RedisServer>,
}

impl RedisSentinels {
    /// A master alone, that may be away for long.
    pub fn start() -> Self {
        Self::start_with(0, Duration::from_secs(60))
    }

    /// A master with a replica that takes over when it was silent for so long.
    pub fn with_replica(down_after: Duration) -> Self {
        Self::start_with(1, down_after)
    }

    fn start_with(replicas: usize, down_after: Duration) -> Self {
        let master = RedisServer::start();
        let port = master.port().to_string();
        let follow = [
            "--replicaof",
            "127.0.0.1",
            &port,
            "--repl-diskless-sync-delay",
            "0",
        ];
        let replicas = (0..replicas).map(|_| RedisServer::start_with(&follow));
        let servers: Vec<RedisServer> = std::iter::once(master).chain(replicas).collect();
        let sentinels = (0..3).map(|_| sentinel(&servers, down_after)).collect();
        let all = Self { servers, sentinels };
        // A master without replicas has nothing that they would have to agree on.
        if !all.servers[1..].is_empty() {
            all.waits_until_they_know_each_other();
        }
        all
    }

    pub fn url(&self) -> String {
        let hosts = self.sentinels.iter();
        let hosts: Vec<String> = hosts
            .map(|one| format!("127.0.0.1:{}", one.port()))
            .collect();
        format!("redis+sentinel://{}/{NAME}", hosts.join(","))
    }

    /// Which of the servers is the master, as all sentinels that answer say; none while they differ.
    pub fn master(&self) -> Option<usize> {
        let question = format!("SENTINEL GET-MASTER-ADDR-BY-NAME {NAME}");
        let answers = self
            .sentinels
            .iter()
            .map(|sentinel| sentinel.info(&question));
        let answers: Vec<String> = answers.filter(|answer| !answer.is_empty()).collect();
        let is_it = |server: &RedisServer| {
            let port = format!("\r\n{}\r\n", server.port());
            !answers.is_empty() && answers.iter().all(|answer| answer.contains(&port))
        };
        self.servers.iter().position(is_it)
    }

    /// The master's place now; waits until there is another one than this.
    pub fn waits_for_another_master(&self, than: usize) -> usize {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match self.master() {
                Some(master) if master != than => return master,
                _ => assert!(Instant::now() < deadline, "no other master is named"),
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn waits_until_they_know_each_other(&self) {
        let replicas = self.servers.len() - 1;
        let deadline = Instant::now() + PATIENCE;
        let knows = |sentinel: &RedisServer| {
            let master = sentinel.info(&format!("SENTINEL MASTER {NAME}"));
            let has = |field: &str, value: usize| {
                let value = value.to_string();
                let field = format!("\r\n{field}\r\n${}\r\n{value}\r\n", value.len());
                master.contains(&field)
            };
            has("num-slaves", replicas) && has("num-other-sentinels", 2)
        };
        let follows =
            |server: &RedisServer| server.info("INFO replication").contains("link_status:up");
        while !self.sentinels.iter().all(knows) || !self.servers[1..].iter().all(follows) {
            assert!(Instant::now() < deadline, "the sentinels do not meet");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

fn sentinel(servers: &[RedisServer], down_after: Duration) -> RedisServer {
    for _ in 0..10 {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let file = configure(&folder, servers, down_after);
        if let Some(sentinel) =
            RedisServer::on(free_port(), folder, vec![file, "--sentinel".to_owned()])
        {
            return sentinel;
        }
    }
    panic!("no sentinel comes up on any port")
}

fn configure(folder: &TempDir, servers: &[RedisServer], down_after: Duration) -> String {
    let (port, down_after) = (servers[0].port(), down_after.as_millis());
    let text = format!(
        "sentinel monitor {NAME} 127.0.0.1 {port} 2\n\
         sentinel down-after-milliseconds {NAME} {down_after}\n\
         sentinel failover-timeout {NAME} 6000\n"
    );
    let file = folder.path().join("sentinel.conf");
    std::fs::write(&file, text).expect("the folder is ours");
    file.to_str().expect("a plain path").to_owned()
}
