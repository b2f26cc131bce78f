//! The two connections to one Redis: one publishes, one listens. They are made together and dropped together.

use std::sync::Mutex;

use futures_util::StreamExt;
use redis::aio::{MultiplexedConnection, PubSubSink, PubSubStream};
use redis::{Msg, Pipeline, RedisResult};
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout, timeout_at};

use super::link::{
    BATCH_MAX, CLAIM_EVERY, End, Link, Lost, Node, PROBE_EVERY, SILENCE_MAX, channel, claim,
    claim_key, hear, probe_channel, topic,
};
use crate::backplane::followed::Followed;
use crate::backplane::inbox::Inbox;
use crate::backplane::{Counters, Member, envelope};
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

    async fn serve(self, node: &mut Node) -> End {
        let Self {
            address,
            server,
            speaker,
            mut ears,
            stream,
        } = self;
        let wanted = node.followed.all();
        if let Err(lost) = ears.follow(&wanted.follow).await {
            return lost.into();
        }
        node.followed.confirm(wanted.revision);
        node.inbox.set_healthy(true);
        let heard_at = Mutex::new(Instant::now());
        tokio::select! {
            end = listen(stream, &node.member, &mut node.inbox, &heard_at) => end,
            end = publish(speaker.clone(), &mut node.queue, &mut node.publishing, &node.counters) => end,
            end = follow(ears, &node.followed) => end,
            end = probe(speaker.clone(), &heard_at) => end,
            end = keep_claim(speaker) => end,
            end = watch(&address, &server) => end,
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

impl Speaker {
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

    /// Publishes what only this node hears.
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
    mut stream: PubSubStream,
    member: &Member,
    inbox: &mut Inbox,
    heard_at: &Mutex<Instant>,
) -> End {
    while let Some(message) = stream.next().await {
        let message: Msg = message;
        // Every channel listened to is a topic's or the probe's.
        if let Some(topic) = topic(message.get_channel_name(), &member.prefix) {
            hear(inbox, member, &topic, message.get_payload_bytes());
        } else {
            *heard_at.lock().expect("no holder of the lock panics") = Instant::now();
            inbox.settle();
        }
    }
    Lost::Closed.into()
}

/// Publishes what queued up while the last batch was on its way.
async fn publish(
    mut speaker: Speaker,
    queue: &mut mpsc::Receiver<Frame>,
    batch: &mut Vec<Frame>,
    counters: &Counters,
) -> End {
    loop {
        if queue.recv_many(batch, BATCH_MAX).await == 0 {
            return End::Unused;
        }
        if let Err(lost) = speaker.publish(batch).await {
            return lost.into();
        }
        counters.count_published(batch.len());
        batch.clear();
    }
}

async fn follow(mut ears: Ears, followed: &Followed) -> End {
    loop {
        let changes = followed.changes().await;
        let mut done = ears.follow(&changes.follow).await;
        if done.is_ok() {
            done = ears.unfollow(&changes.unfollow).await;
        }
        if let Err(lost) = done {
            return lost.into();
        }
        followed.confirm(changes.revision);
    }
}

async fn probe(mut speaker: Speaker, heard_at: &Mutex<Instant>) -> End {
    let mut tick = interval(PROBE_EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        let until = *heard_at.lock().expect("no holder of the lock panics") + SILENCE_MAX;
        match timeout_at(until, speaker.probe()).await {
            Ok(Ok(())) => {}
            Ok(Err(lost)) => return lost.into(),
            Err(_) => return Lost::Deaf(SILENCE_MAX).into(),
        }
    }
}

async fn keep_claim(mut speaker: Speaker) -> End {
    loop {
        sleep(CLAIM_EVERY).await;
        if let Err(lost) = claim(&mut speaker.connection, &speaker.member).await {
            return lost.into();
        }
    }
}

/// Looks whether the server is still the one to use: a master that was frozen while another took its place does not know it.
async fn watch(address: &RedisAddress, server: &Server) -> End {
    loop {
        sleep(PROBE_EVERY).await;
        if !address.is_still_there(server).await {
            return Lost::Moved.into();
        }
    }
}
