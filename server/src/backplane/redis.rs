//! The backplane over Redis pub/sub. A channel a topic, `{prefix}room:<id>` and `{prefix}all`; the claim of the log's epoch is the
//! key `{prefix}epoch`. In a cluster each channel is a sharded one and belongs to the slot of its name.

mod cluster;
mod link;
mod single;

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use self::cluster::Cluster;
use self::link::Lost;
use self::single::Single;
use super::link::{Link, Node};
use super::supervisor::Supervisor;
use super::{Backplane, Error, Heard, Member};
use crate::redis_address::{self, RedisAddress, without_password};

/// How long the first connection may take before the start is given up.
const START_MAX: Duration = Duration::from_secs(3);

pub(super) async fn connect(
    address: &str,
    member: Member,
    stop: CancellationToken,
) -> Result<(Box<dyn Backplane>, mpsc::Receiver<Heard>), Error> {
    let address =
        RedisAddress::parse(address).ok_or_else(|| Error::Address(without_password(address)))?;
    if address.cluster().is_some() {
        start::<Cluster>(address, member, stop).await
    } else {
        start::<Single>(address, member, stop).await
    }
}

async fn start<L: Link<Address = RedisAddress, Lost = Lost>>(
    address: RedisAddress,
    member: Member,
    stop: CancellationToken,
) -> Result<(Box<dyn Backplane>, mpsc::Receiver<Heard>), Error> {
    let link: L = first_link(&address, &member).await?;
    let (node, backplane, heard) = Node::new(member);
    // The link is good: who follows at once waits for the task to do it.
    node.followed.confirm(0);
    let shown = address.shown().to_owned();
    tokio::spawn(Supervisor::new(address, shown, node).run(link, stop));
    Ok((Box::new(backplane), heard))
}

async fn first_link<L: Link<Address = RedisAddress, Lost = Lost>>(
    address: &RedisAddress,
    member: &Member,
) -> Result<L, Error> {
    let cause = match timeout(START_MAX, L::open(address, member)).await {
        Ok(Ok(link)) => return Ok(link),
        Ok(Err(Lost::OtherLog(other))) => {
            let ours = member.epoch.clone();
            return Err(Error::OtherLog { ours, other });
        }
        Ok(Err(Lost::Address(redis_address::Error::Unfit(unfit)))) => {
            return Err(Error::WrongServer(unfit.to_string()));
        }
        Ok(Err(lost)) => lost.to_string(),
        Err(_) => format!("no answer within {} s", START_MAX.as_secs()),
    };
    let address = address.shown().to_owned();
    Err(Error::Unreachable { address, cause })
}
