//! The two connections to a RabbitMQ: one publishes, one listens, as a broker short of memory reads nothing from who publishes. They
//! are made together and dropped together.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::future::try_join_all;
use lapin::options::{BasicPublishOptions, ConfirmSelectOptions};
use lapin::types::ShortString;
use lapin::{BasicProperties, Channel, Consumer, ErrorKind};
use tokio::time::{error::Elapsed, timeout};

use super::ANSWER_MAX;
use super::address::RabbitmqAddress;
use super::ears::Ears;
use super::wire::Wire;
use crate::backplane::link::{self, Node, SILENCE_MAX, Unused};
use crate::backplane::{Member, envelope};
use crate::frame::{Frame, Topic};

/// Why a link is of no use any more.
#[derive(Debug, thiserror::Error)]
pub(super) enum Lost {
    #[error("{}", said(.0))]
    Broker(#[from] lapin::Error),
    #[error("{0}")]
    Network(#[source] std::io::Error),
    #[error("no answer within {} s", ANSWER_MAX.as_secs())]
    Slow(#[from] Elapsed),
    #[error("its own messages did not come back for {} s", .0.as_secs())]
    Deaf(Duration),
    #[error("the node's queue was closed")]
    Closed,
    #[error("it serves a cluster with another log ({0})")]
    OtherLog(String),
}

impl Lost {
    /// The broker's own code of why, if it said so.
    pub(super) fn code(&self) -> Option<u16> {
        match self {
            Self::Broker(error) => match error.kind() {
                ErrorKind::ProtocolError(error) => Some(error.get_id()),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether the broker let nobody in with this user and password.
    pub(super) fn is_login(&self) -> bool {
        self.to_string().contains("Login was refused")
    }
}

/// What the broker says, without the library's words around it.
fn said(error: &lapin::Error) -> String {
    match error.kind() {
        ErrorKind::ProtocolError(error) => error.get_message().to_string(),
        ErrorKind::IOError(error) => error.to_string(),
        _ => error.to_string(),
    }
}

impl link::Lost for Lost {
    fn deaf() -> Self {
        Self::Deaf(SILENCE_MAX)
    }

    fn is_other_log(&self) -> bool {
        matches!(self, Self::OtherLog(_))
    }
}

pub(super) struct Link {
    /// The address, as it may be told.
    pub(super) shown: String,
    pub(super) speaker: Speaker,
    pub(super) ears: Ears,
    pub(super) stream: Consumer,
}

impl link::Link for Link {
    type Address = RabbitmqAddress;
    type Lost = Lost;

    const OPEN_MAX: Duration = ANSWER_MAX;

    /// Listens to the probe, too.
    async fn open(address: &RabbitmqAddress, member: &Member) -> Result<Self, Lost> {
        // Each has a queue of its own name: the broker may still keep the last one's.
        static OPENED: AtomicU64 = AtomicU64::new(1);
        let nth = OPENED.fetch_add(1, Ordering::Relaxed);
        let Member { node, prefix, .. } = member;
        let speaking = Wire::open(address, format!("confab {node} publishes"));
        let listening = Wire::open(address, format!("confab {node} listens"));
        let (speaking, listening) = tokio::try_join!(speaking, listening)?;
        let ears = Ears::open(listening, member, format!("{prefix}node:{node}:{nth}")).await?;
        let stream = ears.listen().await?;
        let channel = speaking.channel().await?;
        let confirms = channel.confirm_select(ConfirmSelectOptions::default());
        confirms.await?;
        let speaker = Speaker {
            wire: speaking,
            channel,
            member: member.clone(),
            probe: ears.queue.clone(),
        };
        Ok(Self {
            shown: address.shown().to_owned(),
            speaker,
            ears,
            stream,
        })
    }

    async fn serve(&mut self, node: &mut Node) -> Result<Unused, Lost> {
        self.serve_on(node).await
    }

    /// If the broker listens.
    async fn close(self) {
        tokio::join!(self.ears.wire.close(), self.speaker.wire.close());
    }
}

/// The connection that publishes.
pub(super) struct Speaker {
    pub(super) wire: Wire,
    channel: Channel,
    member: Member,
    /// The routing key of what only this node hears.
    probe: String,
}

impl link::Speaker for &Speaker {
    type Lost = Lost;

    /// Publishes all frames before the broker has answered.
    async fn publish(&mut self, frames: &[Frame]) -> Result<(), Lost> {
        let published = frames.iter().map(|frame| {
            let sealed = envelope::seal(frame, &self.member);
            self.send(frame.topic.to_string(), sealed)
        });
        timeout(ANSWER_MAX, try_join_all(published)).await??;
        Ok(())
    }

    async fn probe(&mut self) -> Result<(), Lost> {
        self.say().await
    }
}

impl Speaker {
    /// Publishes the probe. Returns when the broker has it.
    pub(super) async fn say(&self) -> Result<(), Lost> {
        self.send(self.probe.clone(), "probe".to_owned()).await
    }

    async fn send(&self, key: String, payload: String) -> Result<(), Lost> {
        let exchange = topics(&self.member.prefix);
        let options = BasicPublishOptions::default();
        let properties = BasicProperties::default();
        let sent = self.channel.basic_publish(
            exchange,
            key.into(),
            options,
            payload.as_bytes(),
            properties,
        );
        // What no queue wanted is taken, too.
        sent.await?.await?;
        Ok(())
    }
}

/// What came in.
pub(super) enum Message {
    Probe,
    Frame(Topic, Vec<u8>),
    /// From another exchange, or with another routing key than a topic.
    Stray,
}

pub(super) async fn next(stream: &mut Consumer, member: &Member) -> Result<Message, Lost> {
    let delivery = stream.next().await.ok_or(Lost::Closed)??;
    let key = delivery.routing_key.as_str();
    if delivery.exchange != topics(&member.prefix) {
        return Ok(Message::Stray);
    }
    Ok(match key.parse() {
        Ok(topic) => Message::Frame(topic, delivery.data),
        Err(_) if key == stream.queue().as_str() => Message::Probe,
        Err(_) => Message::Stray,
    })
}

/// The exchange all nodes publish to.
pub(super) fn topics(prefix: &str) -> ShortString {
    format!("{prefix}topics").into()
}
