//! What joins a node to a Redis, or to a cluster of them, until it is lost.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use redis::{RedisError, Script};
use std::sync::LazyLock;
use tokio::sync::mpsc;
use tokio::time::error::Elapsed;

use crate::backplane::followed::Followed;
use crate::backplane::inbox::Inbox;
use crate::backplane::{Counters, Member, envelope};
use crate::frame::{Frame, Topic};
use crate::redis_address::{ANSWER_MAX, RedisAddress};

/// How often the node listens whether it still hears itself.
pub(super) const PROBE_EVERY: Duration = Duration::from_secs(1);

/// Silence after which a link is lost, whatever the sockets say.
pub(super) const SILENCE_MAX: Duration = Duration::from_secs(3);

/// How long a claim of the epoch lives without its renewal.
const CLAIM_SECS: u64 = 15;

/// A third of the claim's life: two renewals may fail.
pub(super) const CLAIM_EVERY: Duration = Duration::from_secs(5);

/// Frames in one pipeline.
pub(super) const BATCH_MAX: usize = 256;

static CLAIM: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("claim.lua")));

/// Why a link is of no use any more.
#[derive(Debug, thiserror::Error)]
pub(super) enum Lost {
    #[error("{0}")]
    Address(#[from] crate::redis_address::Error),
    #[error("{0}")]
    Redis(#[from] RedisError),
    #[error("{0}")]
    Io(#[from] io::Error),
    #[error("no answer within {} s", ANSWER_MAX.as_secs())]
    Slow(#[from] Elapsed),
    #[error("its own messages did not come back for {} s", .0.as_secs())]
    Deaf(Duration),
    #[error("the connection was closed")]
    Closed,
    #[error("another server is the master now")]
    Moved,
    #[error("nobody takes channel {0}")]
    Homeless(String),
    #[error("it serves a cluster with another log ({0})")]
    OtherLog(String),
}

/// How serving a link ended.
pub(super) enum End {
    /// The node dropped its backplane.
    Unused,
    Lost(Lost),
}

impl<E: Into<Lost>> From<E> for End {
    fn from(lost: E) -> Self {
        Self::Lost(lost.into())
    }
}

/// The node, as a link serves it.
pub(super) struct Node {
    pub(super) member: Member,
    pub(super) followed: Arc<Followed>,
    pub(super) queue: mpsc::Receiver<Frame>,
    pub(super) inbox: Inbox,
    pub(super) counters: Arc<Counters>,
    /// Taken from the queue and not yet known to be published.
    pub(super) publishing: Vec<Frame>,
}

pub(super) trait Link: Sized + Send + 'static {
    /// Connects, and claims the epoch. Takes for ever if the network does.
    fn open(
        address: &RedisAddress,
        member: &Member,
    ) -> impl Future<Output = Result<Self, Lost>> + Send;

    /// Makes everything true that the node wants of its backplane, as long as the link lasts.
    fn serve(self, node: &mut Node) -> impl Future<Output = End> + Send;
}

/// Claims the epoch, or keeps it claimed.
pub(super) async fn claim(
    link: &mut redis::aio::MultiplexedConnection,
    member: &Member,
) -> Result<(), Lost> {
    let Member { epoch, former, .. } = member;
    let mut claim = CLAIM.key(claim_key(member));
    claim.arg(epoch.as_str()).arg(CLAIM_SECS);
    claim.arg(former.as_ref().map_or("", |former| former.as_str()));
    let held: String = claim.invoke_async(link).await?;
    if held == epoch.as_str() {
        Ok(())
    } else {
        Err(Lost::OtherLog(held))
    }
}

/// Gives the node what came on a channel of a topic.
pub(super) fn hear(inbox: &mut Inbox, member: &Member, topic: &Topic, payload: &[u8]) {
    match envelope::open(payload, topic, member) {
        Ok(frame) => inbox.hear(frame),
        Err(why) => inbox.refuse(why),
    }
}

pub(super) fn claim_key(member: &Member) -> String {
    format!("{}epoch", member.prefix)
}

/// None for the node's own probe.
pub(super) fn topic(channel: &str, prefix: &str) -> Option<Topic> {
    channel.strip_prefix(prefix)?.parse().ok()
}

pub(super) fn channel(prefix: &str, topic: &Topic) -> String {
    format!("{prefix}{topic}")
}

/// What only this node hears.
pub(super) fn probe_channel(member: &Member) -> String {
    format!("{}probe:{}", member.prefix, member.node)
}
