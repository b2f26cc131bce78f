//! Carries frames between nodes: a hint, never the truth. What it loses, the log still has.

mod counters;
#[doc(hidden)]
pub mod envelope;
mod followed;
mod inbox;
mod kafka;
mod link;
mod memory;
mod queued;
mod rabbitmq;
mod redis;
mod retry;
mod supervisor;

use async_trait::async_trait;
use protocol::{Epoch, NodeId};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

pub use self::counters::{Counters, Dropped};
use crate::frame::{Frame, Topic};
use crate::redis_address::without_password;
use crate::seal::Key;

/// Frames a node keeps for publishing while the backplane is slow; more are dropped and counted.
const QUEUE_MAX: usize = 10_000;

/// What is logged of the libraries below, before what an operator wants of the log: they call each loss an error of theirs, and the
/// node tells it once.
pub const LIBRARIES_LOG: &str = rabbitmq::LIBRARY_LOG;

#[async_trait]
pub trait Backplane: Send + Sync {
    /// Every node that follows the frame's topic hears it, the publishing one too. Returns at once: the queue is bounded, and
    /// what overflows or is published while the backplane is away is dropped and counted.
    fn publish(&self, frame: &Frame);

    /// Returns when what is published to these topics from now on will be heard. On an error the topics are followed as soon
    /// as the backplane is back (`Heard::Healthy` tells).
    async fn follow(&self, topics: &[Topic]) -> Result<(), Error>;

    /// Stops hearing these topics; frames on their way may still come.
    async fn unfollow(&self, topics: &[Topic]);

    /// What it did and dropped since the start.
    fn counters(&self) -> &Counters;
}

/// What comes in from the backplane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    Frame(Frame),
    /// All topics are followed (again); what was published before may be lost.
    Healthy,
    /// Frames may be missing from now on.
    Suspect,
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(
        "{0:?} is no backplane address; use memory:, redis://host:port[/db], redis+cluster://host:port,host:port, redis+sentinel://host:port,host:port/name, amqp://host:port[/vhost] or kafka://host:port"
    )]
    Address(String),
    #[error(
        "{0:?} wants TLS, which this build does not speak; use the same address without TLS in a private network"
    )]
    Tls(String),
    #[error(
        "cannot reach the backplane at {address}: {cause}; start it, or give another --backplane"
    )]
    Unreachable { address: String, cause: String },
    #[error("the backplane at {address} does not serve us: {cause}; {remedy}")]
    Refused {
        address: String,
        cause: String,
        remedy: String,
    },
    /// What is there is not what the address says, or cannot serve.
    #[error("{0}")]
    WrongServer(String),
    #[error(
        "this backplane serves a cluster with another log ({other}, ours is {ours}): give all nodes the same --store, or another --prefix (the other cluster's claim ends within 15 s of its last node)"
    )]
    OtherLog { ours: Epoch, other: String },
    #[error("the backplane is away")]
    Away,
}

/// Who joins the backplane.
#[derive(Debug, Clone)]
pub struct Member {
    pub node: NodeId,
    /// The log's identity; frames of another one are dropped.
    pub epoch: Epoch,
    /// The one it had before a copy of it was put back: its claim is taken over.
    pub former: Option<Epoch>,
    /// The log's secret; frames sealed with another one are dropped.
    pub key: Key,
    /// Stands before every channel and key.
    pub prefix: String,
}

/// Connects to the backplane at `address` (its scheme picks the kind), claims the log's epoch there, and starts its tasks, which
/// end with `stop`.
pub async fn connect(
    address: &str,
    member: Member,
    stop: CancellationToken,
) -> Result<(Box<dyn Backplane>, mpsc::Receiver<Heard>), Error> {
    match address.split(':').next() {
        Some("memory") => Ok(memory::connect()),
        Some("redis" | "redis+cluster" | "redis+sentinel") => {
            redis::connect(address, member, stop).await
        }
        Some("amqp") => rabbitmq::connect(address, member, stop).await,
        Some("kafka") => kafka::connect(address, member, stop).await,
        Some("rediss" | "amqps") => Err(Error::Tls(without_password(address))),
        _ => Err(Error::Address(without_password(address))),
    }
}
