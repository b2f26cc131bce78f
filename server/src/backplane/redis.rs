//! The backplane over Redis pub/sub. A channel a topic, `{prefix}room:<id>` and `{prefix}all`; the claim of the log's epoch is the
//! key `{prefix}epoch`.

mod link;
mod supervisor;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use protocol::limits::FRAME_BYTES_MAX;
use tokio::sync::mpsc::{self, error::TrySendError};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use self::link::{Link, Lost};
use self::supervisor::Supervisor;
use super::followed::Followed;
use super::inbox::Inbox;
use super::{Backplane, Counters, Dropped, Error, Heard, Member, QUEUE_MAX};
use crate::frame::{Frame, Topic};
use crate::redis_address::{RedisAddress, without_password};

/// How long the first connection may take before the start is given up.
const START_MAX: Duration = Duration::from_secs(3);

pub(super) async fn connect(
    address: &str,
    member: Member,
    stop: CancellationToken,
) -> Result<(Box<dyn Backplane>, mpsc::Receiver<Heard>), Error> {
    let address =
        RedisAddress::parse(address).map_err(|_| Error::Address(without_password(address)))?;
    let link = first_link(&address, &member).await?;
    let counters = Arc::new(Counters::default());
    let followed = Arc::new(Followed::new());
    // The link is good: who follows at once waits for the task to do it.
    followed.confirm(0);
    let (queue, queued) = mpsc::channel(QUEUE_MAX);
    let (inbox, heard) = Inbox::new(counters.clone());
    let supervisor = Supervisor {
        address,
        member,
        followed: followed.clone(),
        queue: queued,
        inbox,
        counters: counters.clone(),
        publishing: Vec::new(),
        attempts: 0,
    };
    tokio::spawn(async move { stop.run_until_cancelled(supervisor.run(link)).await });
    Ok((
        Box::new(Redis {
            queue,
            followed,
            counters,
        }),
        heard,
    ))
}

struct Redis {
    queue: mpsc::Sender<Frame>,
    followed: Arc<Followed>,
    counters: Arc<Counters>,
}

#[async_trait]
impl Backplane for Redis {
    fn publish(&self, frame: &Frame) {
        let dropped = if frame.text.len() > FRAME_BYTES_MAX {
            Dropped::TooBig
        } else if !self.followed.is_healthy() {
            Dropped::Away
        } else {
            match self.queue.try_send(frame.clone()) {
                Ok(()) => return,
                Err(TrySendError::Full(_)) => Dropped::QueueFull,
                Err(TrySendError::Closed(_)) => Dropped::Away,
            }
        };
        self.counters.count_dropped(dropped, 1);
    }

    async fn follow(&self, topics: &[Topic]) -> Result<(), Error> {
        self.followed.confirmed(self.followed.want(topics)).await
    }

    async fn unfollow(&self, topics: &[Topic]) {
        self.followed.unwant(topics);
    }

    fn counters(&self) -> &Counters {
        &self.counters
    }
}

async fn first_link(address: &RedisAddress, member: &Member) -> Result<Link, Error> {
    let cause = match timeout(START_MAX, Link::open(address, member)).await {
        Ok(Ok(link)) => return Ok(link),
        Ok(Err(Lost::OtherLog(other))) => {
            let ours = member.epoch.clone();
            return Err(Error::OtherLog { ours, other });
        }
        Ok(Err(lost)) => lost.to_string(),
        Err(_) => format!("no answer within {} s", START_MAX.as_secs()),
    };
    let address = address.shown().to_owned();
    Err(Error::Unreachable { address, cause })
}
