//! The backplane over RabbitMQ. A topic exchange `{prefix}topics`, whose routing keys are the topics; a queue a node, bound to the
//! topics the node follows; the claim of the log's epoch is the exchange `{prefix}epoch`.

mod address;
mod claim;
mod ears;
mod greeting;
mod link;
mod serving;
mod wire;

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use self::address::RabbitmqAddress;
use self::link::{Link, Lost};
use super::link::{Link as _, Node};
use super::supervisor::Supervisor;
use super::{Backplane, Error, Heard, Member};
use crate::redis_address::without_password;

/// How long the first connection may take before the start is given up.
const START_MAX: Duration = Duration::from_secs(3);

/// Links tried at the start, when other nodes leave at the same time.
const FIRST_TRIES: usize = 3;

/// How long one answer of the broker may take. A slower one counts as away.
const ANSWER_MAX: Duration = Duration::from_secs(2);

/// The library says of each loss several times that it is an error.
pub(super) const LIBRARY_LOG: &str = "lapin=off";

pub(super) async fn connect(
    address: &str,
    member: Member,
    stop: CancellationToken,
) -> Result<(Box<dyn Backplane>, mpsc::Receiver<Heard>), Error> {
    let address =
        RabbitmqAddress::parse(address).ok_or_else(|| Error::Address(without_password(address)))?;
    let mut link = first_link(&address, &member).await?;
    let (mut node, backplane, heard) = Node::new(member);
    match timeout(START_MAX, link.prove(&mut node)).await {
        // Who follows at once waits for the task to do it.
        Ok(Ok(())) => node.followed.confirm(0),
        // Chat goes on by the log until the broker takes messages again.
        _ => warn!(
            address = address.shown(),
            "the backplane takes no messages yet"
        ),
    }
    let shown = address.shown().to_owned();
    tokio::spawn(Supervisor::new(address, shown, node).run(link, stop));
    Ok((Box::new(backplane), heard))
}

async fn first_link(address: &RabbitmqAddress, member: &Member) -> Result<Link, Error> {
    let opened = async {
        greeting::check(address).await?;
        for _ in 1..FIRST_TRIES {
            match Link::open(address, member).await {
                // The exchanges went with the last node there was, in between.
                Err(lost) if lost.code() == Some(404) => {}
                opened => return Ok(opened?),
            }
        }
        Ok(Link::open(address, member).await?)
    };
    let shown = || address.shown().to_owned();
    match timeout(START_MAX, opened).await {
        Ok(Ok(link)) => Ok(link),
        Ok(Err(Refusal::Lost(Lost::OtherLog(other)))) => Err(Error::OtherLog {
            ours: member.epoch.clone(),
            other,
        }),
        Ok(Err(Refusal::Lost(lost))) => Err(match remedy(&lost, address) {
            Some(remedy) => Error::Refused {
                address: shown(),
                cause: lost.to_string(),
                remedy,
            },
            None => Error::Unreachable {
                address: shown(),
                cause: lost.to_string(),
            },
        }),
        Ok(Err(Refusal::Greeting(cause))) => Err(Error::Refused {
            address: shown(),
            cause,
            remedy: format!(
                "give the address of a RabbitMQ of {} or newer",
                greeting::OLDEST
            ),
        }),
        Err(_) => Err(Error::Unreachable {
            address: shown(),
            cause: format!("no answer within {} s", START_MAX.as_secs()),
        }),
    }
}

/// Why there is no first link.
enum Refusal {
    /// What answers is no RabbitMQ we can use.
    Greeting(String),
    Lost(Lost),
}

impl From<Lost> for Refusal {
    fn from(lost: Lost) -> Self {
        Self::Lost(lost)
    }
}

/// What to do about it, where the broker itself says no (https://www.rabbitmq.com/amqp-0-9-1-reference.html#constants).
fn remedy(lost: &Lost, address: &RabbitmqAddress) -> Option<String> {
    let vhost = address.vhost();
    Some(match lost.code()? {
        403 if lost.is_login() => {
            "give the right user and password in --backplane amqp://user:password@host".to_owned()
        }
        403 => format!(
            "let the user configure, write and read what begins with the prefix: rabbitmqctl set_permissions -p {vhost} USER '.*' '.*' '.*'"
        ),
        406 => "delete that exchange, or give another --prefix".to_owned(),
        530 => format!(
            "make it (rabbitmqctl add_vhost {vhost}) and let the user in (rabbitmqctl set_permissions -p {vhost} USER '.*' '.*' '.*'), or give another one behind the host"
        ),
        _ => "look into the broker's own log".to_owned(),
    })
}
