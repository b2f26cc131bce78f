//! A world of its own for a test: real nodes as processes, people with real sockets.

#![allow(dead_code, unused_imports, reason = "each test file uses its part")]

mod client;
mod node;
pub mod person;
pub mod raw;
#[path = "../suite/redis_server.rs"]
pub mod redis_server;

use std::path::Path;
use std::time::Duration;

pub use client::Client;
pub use node::Node;
pub use person::Visitor;
use redis_server::RedisServer;
use tempfile::TempDir;

/// Longer than anything here may take on a busy machine; a test that waits for it has failed.
pub const PATIENCE: Duration = Duration::from_secs(20);

pub struct World {
    data: TempDir,
    redis: Option<RedisServer>,
}

impl World {
    /// Nodes of this world stand alone.
    pub fn alone() -> Self {
        Self {
            data: TempDir::new().expect("a folder"),
            redis: None,
        }
    }

    /// Nodes of this world share a data folder and a Redis of their own.
    pub fn with_redis() -> Self {
        Self {
            redis: Some(RedisServer::start()),
            ..Self::alone()
        }
    }

    pub fn redis(&mut self) -> &mut RedisServer {
        self.redis.as_mut().expect("a world with Redis")
    }

    pub async fn node(&self) -> Node {
        self.node_with(&[]).await
    }

    pub async fn node_with(&self, flags: &[&str]) -> Node {
        let listening = Node::start(&self.flags(flags), self.data.path()).await;
        listening.unwrap_or_else(|log| panic!("the node did not open:\n{log}"))
    }

    /// A node that finds these variables in its environment.
    pub async fn node_in(&self, environment: &[(&str, &str)], flags: &[&str]) -> Node {
        let flags = self.flags(flags);
        let listening = Node::start_in(&flags, self.data.path(), environment).await;
        listening.unwrap_or_else(|log| panic!("the node did not open:\n{log}"))
    }

    /// What a node that refuses to start says.
    pub async fn refusal(&self, flags: &[&str]) -> String {
        match Node::start(&self.flags(flags), self.data.path()).await {
            Ok(_) => panic!("the node started"),
            Err(log) => log,
        }
    }

    /// Where the nodes of this world keep what stays.
    pub fn folder(&self) -> &Path {
        self.data.path()
    }

    /// Runs an operator's command on the store of this world; whether it ended well, and what it said.
    pub async fn confab(&self, arguments: &[&str]) -> (bool, String) {
        let ran = tokio::process::Command::new(env!("CARGO_BIN_EXE_confab"))
            .args(arguments)
            .arg("--data")
            .arg(self.folder())
            .output();
        let ran = ran.await.expect("the binary is built");
        let said = [ran.stdout, ran.stderr].map(|said| String::from_utf8(said).expect("text"));
        (ran.status.success(), said.concat())
    }

    fn flags(&self, more: &[&str]) -> Vec<String> {
        let mut flags = vec!["--data".to_owned(), self.data.path().display().to_string()];
        if let Some(redis) = &self.redis {
            flags.extend(["--backplane".to_owned(), redis.url()]);
        }
        flags.extend(more.iter().map(|&flag| flag.to_owned()));
        flags
    }
}
