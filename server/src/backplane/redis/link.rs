//! What links to one Redis and to a cluster of them have in common.

use std::io;
use std::sync::LazyLock;
use std::time::Duration;

use redis::{RedisError, Script};
use tokio::time::error::Elapsed;

use crate::backplane::Member;
use crate::backplane::link::{self, SILENCE_MAX};
use crate::frame::Topic;
use crate::redis_address::ANSWER_MAX;

/// How long a claim of the epoch lives without its renewal.
const CLAIM_SECS: u64 = 15;

/// A third of the claim's life: two renewals may fail.
pub(super) const CLAIM_EVERY: Duration = Duration::from_secs(5);

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

impl link::Lost for Lost {
    fn deaf() -> Self {
        Self::Deaf(SILENCE_MAX)
    }

    fn is_other_log(&self) -> bool {
        matches!(self, Self::OtherLog(_))
    }
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
