//! Nodes on a backplane, as far as the backplane knows them.

#![allow(dead_code, reason = "each test target uses its part")]

use std::any::Any;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use redis::aio::MultiplexedConnection;
use server::backplane::{self, Backplane, Counters, Dropped, Error, Heard, Member};
use server::frame::{Frame, Topic};
use server::seal::Key;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::redis_server::RedisServer;

/// Longer than any promise takes, shorter than a reader's patience.
const DEADLINE: Duration = Duration::from_secs(10);

/// A real server behind a backplane, of a test's own, and what may happen to it.
#[async_trait]
pub trait Server: Any + Send + Sync {
    fn url(&self) -> String;

    /// As kill -9 does. This and what follows is for a server that no other world has.
    fn kill(&mut self) {
        unreachable!("it is shared")
    }

    /// Comes back where it was.
    fn start_again(&mut self) {
        unreachable!("it is shared")
    }

    /// Stops it without ending it: sockets stay open, nothing is answered.
    fn freeze(&self) {
        unreachable!("it is shared")
    }

    fn thaw(&self) {
        unreachable!("it is shared")
    }

    /// A connection of the test's own to the Redis that has this key, of a server that is one.
    async fn redis(&self, _key: &str) -> MultiplexedConnection {
        panic!("this is no Redis")
    }

    /// As somebody publishes who is no node: these bytes, where a node publishes this topic's frames.
    async fn publish(&self, topic: &str, payload: &[u8]);
}

/// One backplane, and the log its nodes share.
pub struct World {
    server: Option<Box<dyn Server>>,
    url: String,
}

impl World {
    pub fn memory() -> Self {
        Self {
            server: None,
            url: "memory:".to_owned(),
        }
    }

    pub fn redis() -> Self {
        Self::on(RedisServer::start())
    }

    pub fn on(server: impl Server) -> Self {
        Self {
            url: server.url(),
            server: Some(Box::new(server)),
        }
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    pub fn server(&mut self) -> &mut dyn Server {
        self.server.as_deref_mut().expect("a world with a server")
    }

    /// The server as what it is, for what only this kind can do.
    pub fn server_as<S: Server>(&mut self) -> &mut S {
        let server: &mut dyn Any = self.server();
        server.downcast_mut().expect("a server of this kind")
    }

    pub fn redis_server(&mut self) -> &mut RedisServer {
        self.server_as()
    }

    /// A node that has joined and was told that all is well.
    pub async fn node(&self) -> Listener {
        let mut node = Listener::join(&self.url, "e1")
            .await
            .expect("the backplane is there");
        assert_eq!(node.next().await, Heard::Healthy);
        node
    }

    /// A node that follows these topics.
    pub async fn follower(&self, topics: &[Topic]) -> Listener {
        let node = self.node().await;
        node.follow(topics).await;
        node
    }
}

pub struct Listener {
    pub backplane: Box<dyn Backplane>,
    heard: mpsc::Receiver<Heard>,
    _leaves: DropGuard,
}

impl Listener {
    pub async fn join(url: &str, epoch: &str) -> Result<Self, Error> {
        Self::join_with(url, epoch, None).await
    }

    /// With a log that had another epoch before a copy of it was put back.
    pub async fn join_after(url: &str, epoch: &str, former: &str) -> Result<Self, Error> {
        Self::join_with(url, epoch, Some(former)).await
    }

    async fn join_with(url: &str, epoch: &str, former: Option<&str>) -> Result<Self, Error> {
        static JOINED: AtomicU64 = AtomicU64::new(1);
        let node = format!("n{}", JOINED.fetch_add(1, Ordering::Relaxed));
        let member = Member {
            node: node.parse().expect("an id"),
            epoch: epoch.parse().expect("an id"),
            former: former.map(|former| former.parse().expect("an id")),
            key: Key::new([7; 32]),
            prefix: "test:".to_owned(),
        };
        let stop = CancellationToken::new();
        let (backplane, heard) = backplane::connect(url, member, stop.clone()).await?;
        Ok(Self {
            backplane,
            heard,
            _leaves: stop.drop_guard(),
        })
    }

    pub async fn follow(&self, topics: &[Topic]) {
        self.backplane
            .follow(topics)
            .await
            .expect("the backplane is healthy");
    }

    pub async fn unfollow(&self, topics: &[Topic]) {
        self.backplane.unfollow(topics).await;
    }

    pub fn publish(&self, frame: &Frame) {
        self.backplane.publish(frame);
    }

    pub async fn next(&mut self) -> Heard {
        let next = timeout(DEADLINE, self.heard.recv())
            .await
            .expect("something is heard in time");
        next.expect("the backplane lives")
    }

    /// The very next thing heard is this frame.
    pub async fn hears(&mut self, frame: &Frame) {
        assert_eq!(self.next().await, Heard::Frame(frame.clone()));
    }

    /// Waits until the backplane tells this of its health; frames before it do not matter.
    pub async fn is_told(&mut self, health: Heard) {
        loop {
            let next = self.next().await;
            if next == health {
                return;
            }
            assert!(
                matches!(next, Heard::Frame(_)),
                "told {next:?} instead of {health:?}"
            );
        }
    }

    pub fn counters(&self) -> &Counters {
        self.backplane.counters()
    }

    /// Waits until this is counted: frames are counted after they went on.
    pub async fn counts_to(&self, count: impl Fn(&Counters) -> u64, expected: u64) {
        let counted = async {
            while count(self.counters()) != expected {
                tokio::task::yield_now().await;
            }
        };
        timeout(DEADLINE, counted)
            .await
            .expect("it is counted in time");
    }

    pub fn dropped(&self) -> u64 {
        Dropped::ALL
            .iter()
            .map(|why| self.counters().dropped(*why))
            .sum()
    }
}

pub fn room(name: &str) -> Topic {
    Topic::Room(name.parse().expect("a room id"))
}

pub fn entry(name: &str, seq: u64) -> Frame {
    Frame {
        topic: room(name),
        seq,
        text: format!("{{\"seq\":{seq}}}").into(),
        act: None,
    }
}

#[async_trait]
impl Server for RedisServer {
    fn url(&self) -> String {
        self.url()
    }

    fn kill(&mut self) {
        self.kill();
    }

    fn start_again(&mut self) {
        self.start_again();
    }

    fn freeze(&self) {
        self.freeze();
    }

    fn thaw(&self) {
        self.thaw();
    }

    async fn redis(&self, _key: &str) -> MultiplexedConnection {
        self.connection().await
    }

    async fn publish(&self, topic: &str, payload: &[u8]) {
        let mut publish = redis::cmd("PUBLISH");
        publish.arg(format!("test:{topic}")).arg(payload);
        let mut redis = self.connection().await;
        publish
            .exec_async(&mut redis)
            .await
            .expect("Redis takes it");
    }
}
