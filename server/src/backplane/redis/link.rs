//! The two connections to a Redis: one publishes, one listens. They are made together and dropped together.

use std::sync::LazyLock;
use std::time::Duration;

use futures_util::StreamExt;
use redis::aio::{MultiplexedConnection, PubSubSink, PubSubStream};
use redis::{Msg, Pipeline, RedisError, RedisResult, Script};
use tokio::time::{error::Elapsed, timeout};

use crate::backplane::{Member, envelope};
use crate::frame::{Frame, Topic};
use crate::redis_address::{ANSWER_MAX, RedisAddress};

/// How long a claim of the epoch lives without its renewal.
const CLAIM_SECS: u64 = 15;

/// Topics followed with one command: a second of it is not needed to see that it worked.
const TOPICS_PER_COMMAND: usize = 1_000;

static CLAIM: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("claim.lua")));

/// Why a link is of no use any more.
#[derive(Debug, thiserror::Error)]
pub(super) enum Lost {
    #[error("{0}")]
    Redis(#[from] RedisError),
    #[error("no answer within {} s", ANSWER_MAX.as_secs())]
    Slow(#[from] Elapsed),
    #[error("its own messages did not come back for {} s", .0.as_secs())]
    Deaf(Duration),
    #[error("the connection was closed")]
    Closed,
    #[error("it serves a cluster with another log ({0})")]
    OtherLog(String),
}

pub(super) struct Link {
    pub(super) speaker: Speaker,
    pub(super) ears: Ears,
    pub(super) stream: PubSubStream,
}

impl Link {
    /// Connects, claims the epoch and listens to the probe. Takes for ever if the network does.
    pub(super) async fn open(address: &RedisAddress, member: &Member) -> Result<Self, Lost> {
        let mut speaker = Speaker {
            connection: address.commands().await?,
            member: member.clone(),
        };
        speaker.claim().await?;
        let (sink, stream) = address.channels().await?.split();
        let mut ears = Ears {
            sink,
            prefix: member.prefix.clone(),
        };
        ears.sink.subscribe(probe_channel(member)).await?;
        Ok(Self {
            speaker,
            ears,
            stream,
        })
    }
}

/// The connection that publishes.
#[derive(Clone)]
pub(super) struct Speaker {
    connection: MultiplexedConnection,
    member: Member,
}

impl Speaker {
    /// Claims the epoch, or keeps it claimed.
    pub(super) async fn claim(&mut self) -> Result<(), Lost> {
        let Member {
            epoch,
            former,
            prefix,
            ..
        } = &self.member;
        let mut claim = CLAIM.key(format!("{prefix}epoch"));
        claim.arg(epoch.as_str()).arg(CLAIM_SECS);
        claim.arg(former.as_ref().map_or("", |former| former.as_str()));
        let held: String = claim.invoke_async(&mut self.connection).await?;
        if held == epoch.as_str() {
            Ok(())
        } else {
            Err(Lost::OtherLog(held))
        }
    }

    /// Publishes all frames with one write.
    pub(super) async fn publish(&mut self, frames: &[Frame]) -> Result<(), Lost> {
        let mut publishes = Pipeline::with_capacity(frames.len());
        for frame in frames {
            let channel = channel(&self.member.prefix, &frame.topic);
            publishes
                .publish(channel, envelope::seal(frame, &self.member))
                .ignore();
        }
        Ok(timeout(ANSWER_MAX, publishes.exec_async(&mut self.connection)).await??)
    }

    /// Publishes what only this node hears.
    pub(super) async fn probe(&mut self) -> Result<(), Lost> {
        let mut probe = redis::cmd("PUBLISH");
        probe.arg(probe_channel(&self.member)).arg("probe");
        Ok(probe.exec_async(&mut self.connection).await?)
    }
}

/// The connection that listens.
pub(super) struct Ears {
    sink: PubSubSink,
    prefix: String,
}

impl Ears {
    /// Returns when what is published to the topics from now on will be heard.
    pub(super) async fn follow(&mut self, topics: &[Topic]) -> Result<(), Lost> {
        for some in topics.chunks(TOPICS_PER_COMMAND) {
            let channels = self.channels(some);
            answered(self.sink.subscribe(channels)).await?;
        }
        Ok(())
    }

    pub(super) async fn unfollow(&mut self, topics: &[Topic]) -> Result<(), Lost> {
        for some in topics.chunks(TOPICS_PER_COMMAND) {
            let channels = self.channels(some);
            answered(self.sink.unsubscribe(channels)).await?;
        }
        Ok(())
    }

    fn channels(&self, topics: &[Topic]) -> Vec<String> {
        topics
            .iter()
            .map(|topic| channel(&self.prefix, topic))
            .collect()
    }
}

/// What came in.
pub(super) enum Message {
    Probe,
    Frame(Topic, Msg),
}

pub(super) async fn next(stream: &mut PubSubStream, prefix: &str) -> Result<Message, Lost> {
    let message: Msg = stream.next().await.ok_or(Lost::Closed)?;
    // Every channel listened to is a topic's or the probe's.
    Ok(match topic(message.get_channel_name(), prefix) {
        Some(topic) => Message::Frame(topic, message),
        None => Message::Probe,
    })
}

async fn answered(command: impl Future<Output = RedisResult<()>>) -> Result<(), Lost> {
    Ok(timeout(ANSWER_MAX, command).await??)
}

fn topic(channel: &str, prefix: &str) -> Option<Topic> {
    channel.strip_prefix(prefix)?.parse().ok()
}

fn channel(prefix: &str, topic: &Topic) -> String {
    format!("{prefix}{topic}")
}

fn probe_channel(member: &Member) -> String {
    format!("{}probe:{}", member.prefix, member.node)
}
