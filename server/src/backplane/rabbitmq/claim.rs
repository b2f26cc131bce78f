//! The claim of the log's epoch: an exchange `{prefix}epoch` nobody publishes to. Its alternate exchange names the epoch, and a broker
//! refuses to declare an exchange again with another one. Each node's queue is bound to it, and it goes with the last of them.

use lapin::ExchangeKind;
use lapin::options::{ExchangeDeclareOptions, ExchangeDeleteOptions, QueueBindOptions};
use lapin::types::{AMQPValue, FieldTable};

use super::link::Lost;
use super::wire::Wire;
use crate::backplane::Member;

/// The exchange is another one than we declare.
const PRECONDITION_FAILED: u16 = 406;

/// The exchange went with its last node since we declared it.
const NOT_FOUND: u16 = 404;

/// Nodes that come and go at the same time may be between us and the claim, but not always.
const TRIES: u32 = 5;

/// Claims the epoch for as long as the queue is there, or keeps it claimed.
pub(super) async fn claim(wire: &Wire, member: &Member, queue: &str) -> Result<(), Lost> {
    let Member { prefix, epoch, .. } = member;
    let mut last = Lost::Closed;
    for _ in 0..TRIES {
        let lost = match declare(wire, prefix, epoch.as_str()).await {
            Ok(()) => match bind(wire, prefix, queue).await {
                Ok(()) => return Ok(()),
                Err(lost) if lost.code() == Some(NOT_FOUND) => lost,
                Err(lost) => return Err(lost),
            },
            Err(lost) if lost.code() == Some(PRECONDITION_FAILED) => {
                make_way(wire, member, lost).await?
            }
            Err(lost) => return Err(lost),
        };
        last = lost;
    }
    Err(last)
}

/// Removes a claim that is nobody's, or that of the epoch the log had before. [`Lost::OtherLog`] if it is another log's.
async fn make_way(wire: &Wire, member: &Member, refused: Lost) -> Result<Lost, Lost> {
    let prefix = &member.prefix;
    if delete(wire, prefix, true).await.is_ok() {
        return Ok(refused);
    }
    if let Some(former) = &member.former
        && declare(wire, prefix, former.as_str()).await.is_ok()
    {
        delete(wire, prefix, false).await?;
        return Ok(refused);
    }
    Err(Lost::OtherLog(other(&refused.to_string(), prefix)))
}

// What a broker refuses ends the channel it was asked on, so each of these has one of its own.

async fn declare(wire: &Wire, prefix: &str, epoch: &str) -> Result<(), Lost> {
    let mut arguments = FieldTable::default();
    let alternate = AMQPValue::LongString(format!("{prefix}epoch:{epoch}").into());
    arguments.insert("alternate-exchange".into(), alternate);
    let options = ExchangeDeclareOptions {
        auto_delete: true,
        ..ExchangeDeclareOptions::default()
    };
    let (name, kind) = (name(prefix), ExchangeKind::Direct);
    let channel = wire.channel().await?;
    let declared = channel.exchange_declare(name.into(), kind, options, arguments);
    Ok(declared.await?)
}

async fn bind(wire: &Wire, prefix: &str, queue: &str) -> Result<(), Lost> {
    let channel = wire.channel().await?;
    let bound = channel.queue_bind(
        queue.into(),
        name(prefix).into(),
        queue.into(),
        QueueBindOptions::default(),
        FieldTable::default(),
    );
    Ok(bound.await?)
}

async fn delete(wire: &Wire, prefix: &str, if_unused: bool) -> Result<(), Lost> {
    let options = ExchangeDeleteOptions {
        if_unused,
        ..ExchangeDeleteOptions::default()
    };
    let channel = wire.channel().await?;
    Ok(channel
        .exchange_delete(name(prefix).into(), options)
        .await?)
}

fn name(prefix: &str) -> String {
    format!("{prefix}epoch")
}

/// Whose claim it is, out of the broker's refusal ("… but current is the value 'confab:epoch:e1' of type …").
fn other(refusal: &str, prefix: &str) -> String {
    let held = refusal.split_once("current is");
    let held = held.and_then(|(_, held)| held.split('\'').nth(1));
    let epoch = held.and_then(|held| held.strip_prefix(&format!("{prefix}epoch:")));
    epoch.unwrap_or("one it does not name").to_owned()
}
