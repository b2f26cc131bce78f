//! The two connections to one Redis: one publishes, one listens. They are made together and dropped together.

use std::sync::Mutex;
use std::time::Duration;

use futures_util::StreamExt;
use redis::aio::{MultiplexedConnection, PubSubSink, PubSubStream};
use redis::{Msg, Pipeline, RedisResult};
use tokio::time::{Instant, sleep, timeout};

use super::link::{CLAIM_EVERY, Lost, channel, claim, claim_key, probe_channel, topic};
use crate::backplane::followed::Followed;
use crate::backplane::inbox::Inbox;
use crate::backplane::link::{self, Link, Node, PROBE_EVERY, Unused, probe, publish};
use crate::backplane::{Member, envelope};
use crate::frame::{Frame, Topic};
use crate::redis_address::{ANSWER_MAX, RedisAddress, Server};

/// Topics followed with one command: a second of it is not needed to see that it worked.
const TOPICS_PER_COMMAND: usize = 1_000;

pub(super) struct Single {
    address: RedisAddress,
    server: Server,
    speaker: Speaker,
    ears: Ears,
    stream: PubSubStream,
}

impl Link for Single {
    type Address = RedisAddress;
    type Lost = Lost;

    const OPEN_MAX: Duration = ANSWER_MAX;

    async fn open(address: &RedisAddress, member: &Member) -> Result<Self, Lost> {
        let opened = address.open(&claim_key(member)).await?;
        let mut speaker = Speaker {
            connection: opened.commands,
            member: member.clone(),
            is_fenced: address.may_move(),
        };
        claim(&mut speaker.connection, member).await?;
        let (sink, stream) = opened.server.channels().await?.split();
        let mut ears = Ears {
            sink,
            prefix: member.prefix.clone(),
        };
        ears.sink.subscribe(probe_channel(member)).await?;
        // It may have been frozen while it was connected to, and another one have taken its place.
        if !address.is_still_there(&opened.server).await {
            return Err(Lost::Moved);
        }
        Ok(Self {
            address: address.clone(),
            server: opened.server,
            speaker,
            ears,
            stream,
        })
    }

    async fn serve(&mut self, node: &mut Node) -> Result<Unused, Lost> {
        let Self {
            address,
            server,
            speaker,
            ears,
            stream,
        } = self;
        let wanted = node.followed.all();
        ears.follow(&wanted.follow).await?;
        node.followed.confirm(wanted.revision);
        node.inbox.set_healthy(true);
        let heard_at = Mutex::new(Instant::now());
        let last_heard = || *heard_at.lock().expect("no holder of the lock panics");
        tokio::select! {
            served = listen(stream, &node.member, &mut node.inbox, &heard_at) => served,
            served = publish(speaker.clone(), &mut node.queue, &mut node.publishing, &node.counters) => served,
            served = follow(ears, &node.followed) => served,
            served = probe(speaker.clone(), last_heard) => served,
            served = keep_claim(speaker.clone()) => served,
            served = watch(address, server) => served,
        }
    }
}

/// The connection that publishes.
#[derive(Clone)]
struct Speaker {
    connection: MultiplexedConnection,
    member: Member,
    /// Whether the server may lose its place to another one, unknown to itself or to us.
    is_fenced: bool,
}

impl link::Speaker for Speaker {
    type Lost = Lost;

    /// Publishes all frames with one write.
    async fn publish(&mut self, frames: &[Frame]) -> Result<(), Lost> {
        let mut publishes = Pipeline::with_capacity(frames.len());
        if self.is_fenced {
            // A replica takes PUBLISH, but no write: with one in the transaction, a demoted master publishes nothing.
            let nothing = format!("{}fence", self.member.prefix);
            publishes.atomic().del(nothing).ignore();
        }
        for frame in frames {
            let channel = channel(&self.member.prefix, &frame.topic);
            publishes
                .publish(channel, envelope::seal(frame, &self.member))
                .ignore();
        }
        Ok(timeout(ANSWER_MAX, publishes.exec_async(&mut self.connection)).await??)
    }

    async fn probe(&mut self) -> Result<(), Lost> {
        let mut probe = redis::cmd("PUBLISH");
        probe.arg(probe_channel(&self.member)).arg("probe");
        Ok(probe.exec_async(&mut self.connection).await?)
    }
}

/// The connection that listens.
struct Ears {
    sink: PubSubSink,
    prefix: String,
}

impl Ears {
    /// Returns when what is published to the topics from now on will be heard.
    async fn follow(&mut self, topics: &[Topic]) -> Result<(), Lost> {
        for some in topics.chunks(TOPICS_PER_COMMAND) {
            let channels = self.channels(some);
            answered(self.sink.subscribe(channels)).await?;
        }
        Ok(())
    }

    async fn unfollow(&mut self, topics: &[Topic]) -> Result<(), Lost> {
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

async fn answered(command: impl Future<Output = RedisResult<()>>) -> Result<(), Lost> {
    Ok(timeout(ANSWER_MAX, command).await??)
}

async fn listen(
    stream: &mut PubSubStream,
    member: &Member,
    inbox: &mut Inbox,
    heard_at: &Mutex<Instant>,
) -> Result<Unused, Lost> {
    while let Some(message) = stream.next().await {
        let message: Msg = message;
        // Every channel listened to is a topic's or the probe's.
        if let Some(topic) = topic(message.get_channel_name(), &member.prefix) {
            inbox.open(message.get_payload_bytes(), &topic, member);
        } else {
            *heard_at.lock().expect("no holder of the lock panics") = Instant::now();
            inbox.settle();
        }
    }
    Err(Lost::Closed)
}

async fn follow(ears: &mut Ears, followed: &Followed) -> Result<Unused, Lost> {
    loop {
        let changes = followed.changes().await;
        ears.follow(&changes.follow).await?;
        ears.unfollow(&changes.unfollow).await?;
        followed.confirm(changes.revision);
    }
}

async fn keep_claim(mut speaker: Speaker) -> Result<Unused, Lost> {
    loop {
        sleep(CLAIM_EVERY).await;
        claim(&mut speaker.connection, &speaker.member).await?;
    }
}

/// Looks whether the server is still the one to use: a master that was frozen while another took its place does not know it.
async fn watch(address: &RedisAddress, server: &Server) -> Result<Unused, Lost> {
    loop {
        sleep(PROBE_EVERY).await;
        if !address.is_still_there(server).await {
            return Err(Lost::Moved);
        }
    }
}
