//! The backplane over one Kafka topic. A record's key is a topic of ours, `{prefix}room:<id>` or `{prefix}all`; every node reads all
//! partitions from their end and takes what it follows; the claims of the log's epoch have the key `{prefix}epoch`.

mod address;
mod claim;
mod link;
mod partition;
mod serving;
mod topic;
mod wire;

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, timeout, timeout_at};
use tokio_util::sync::CancellationToken;

use self::address::KafkaAddress;
use self::link::{Link, Lost};
use super::link::{Link as _, Node};
use super::supervisor::Supervisor;
use super::{Backplane, Error, Heard, Member};

/// How long the first answer may take before the start is given up.
const START_MAX: Duration = Duration::from_secs(3);

/// How long brokers may take to lead a topic that was just made.
const LED_WITHIN: Duration = Duration::from_secs(15);

const RETRY_EVERY: Duration = Duration::from_millis(100);

pub(super) async fn connect(
    address: &str,
    member: Member,
    stop: CancellationToken,
) -> Result<(Box<dyn Backplane>, mpsc::Receiver<Heard>), Error> {
    let address = KafkaAddress::parse(address)?;
    let link = first_link(&address, &member).await?;
    let (node, backplane, heard) = Node::new(member);
    // The link is good: who follows at once waits for the task to do it.
    node.followed.confirm(0);
    let shown = address.shown();
    tokio::spawn(Supervisor::new(address, shown, node).run(link, stop));
    Ok((Box::new(backplane), heard))
}

async fn first_link(address: &KafkaAddress, member: &Member) -> Result<Link, Error> {
    let reached = timeout(START_MAX, topic::ask(address)).await;
    if let Err(cause) = reached.unwrap_or_else(|elapsed| Err(elapsed.into())) {
        return Err(unreachable(address, &cause));
    }
    let until = Instant::now() + LED_WITHIN;
    let opened = async {
        topic::ready(address).await?;
        topic::check(address).await?;
        loop {
            match Link::open(address, member).await {
                Err(Lost::Kafka(error)) if Instant::now() + RETRY_EVERY < until => {
                    tracing::debug!(%error, "not yet");
                    sleep(RETRY_EVERY).await;
                }
                opened => return opened,
            }
        }
    };
    match timeout_at(until, opened)
        .await
        .unwrap_or_else(|elapsed| Err(elapsed.into()))
    {
        Ok(link) => Ok(link),
        Err(Lost::OtherLog(other)) => Err(Error::OtherLog {
            ours: member.epoch.clone(),
            other,
        }),
        Err(Lost::Unfit { cause, remedy }) => Err(Error::Refused {
            address: address.shown(),
            cause,
            remedy,
        }),
        Err(lost) => Err(unreachable(address, &lost)),
    }
}

fn unreachable(address: &KafkaAddress, cause: &Lost) -> Error {
    Error::Unreachable {
        address: address.shown(),
        cause: cause.to_string(),
    }
}
