//! The connection that listens, and the node's queue there.

use std::collections::HashSet;

use futures_util::future::try_join_all;
use lapin::options::{
    BasicConsumeOptions, ExchangeDeclareOptions, QueueBindOptions, QueueDeclareOptions,
};
use lapin::types::{AMQPValue, FieldTable, ShortString};
use lapin::{Channel, Consumer, ExchangeKind};
use tokio::time::timeout;

use super::ANSWER_MAX;
use super::claim::claim;
use super::link::{Lost, topics};
use super::wire::Wire;
use crate::backplane::{Member, QUEUE_MAX};
use crate::frame::Topic;

/// Bytes a node's queue holds for it while it does not listen; the oldest frames give way.
const QUEUE_BYTES_MAX: u32 = 64 * 1_024 * 1_024;

/// Topics followed or unfollowed before the broker has answered.
const TOPICS_AT_ONCE: usize = 1_000;

pub(super) struct Ears {
    pub(super) wire: Wire,
    channel: Channel,
    member: Member,
    /// Its name, which is also the routing key of what only this node hears.
    pub(super) queue: String,
    bound: HashSet<Topic>,
}

impl Ears {
    pub(super) async fn open(wire: Wire, member: &Member, queue: String) -> Result<Self, Lost> {
        let channel = wire.channel().await?;
        let ears = Self {
            wire,
            channel,
            member: member.clone(),
            queue,
            bound: HashSet::new(),
        };
        ears.declare_queue().await?;
        ears.claim().await?;
        ears.declare_topics().await?;
        ears.bind(ears.queue.clone().into()).await?;
        Ok(ears)
    }

    /// Claims the epoch, or keeps it claimed.
    pub(super) async fn claim(&self) -> Result<(), Lost> {
        claim(&self.wire, &self.member, &self.queue).await
    }

    /// Returns when the queue is known to be there.
    pub(super) async fn check(&self) -> Result<(), Lost> {
        let options = QueueDeclareOptions {
            passive: true,
            ..QueueDeclareOptions::default()
        };
        let asked =
            self.channel
                .queue_declare(self.queue.clone().into(), options, FieldTable::default());
        timeout(ANSWER_MAX, asked).await??;
        Ok(())
    }

    /// Returns when exactly these topics are listened to.
    pub(super) async fn follow_only(&mut self, topics: &[Topic]) -> Result<(), Lost> {
        let wanted: HashSet<&Topic> = topics.iter().collect();
        let stale = self.bound.iter().filter(|topic| !wanted.contains(topic));
        let stale: Vec<Topic> = stale.cloned().collect();
        self.follow(topics).await?;
        self.unfollow(&stale).await
    }

    /// Returns when what is published to the topics from now on will be heard.
    pub(super) async fn follow(&mut self, topics: &[Topic]) -> Result<(), Lost> {
        for some in topics.chunks(TOPICS_AT_ONCE) {
            let bound = some.iter().map(|topic| self.bind(topic.to_string().into()));
            timeout(ANSWER_MAX, try_join_all(bound)).await??;
            self.bound.extend(some.iter().cloned());
        }
        Ok(())
    }

    pub(super) async fn unfollow(&mut self, topics: &[Topic]) -> Result<(), Lost> {
        for some in topics.chunks(TOPICS_AT_ONCE) {
            let unbound = some.iter().map(|topic| self.unbind(topic));
            timeout(ANSWER_MAX, try_join_all(unbound)).await??;
            some.iter().for_each(|topic| {
                self.bound.remove(topic);
            });
        }
        Ok(())
    }

    pub(super) async fn listen(&self) -> Result<Consumer, Lost> {
        let options = BasicConsumeOptions {
            no_ack: true,
            exclusive: true,
            ..BasicConsumeOptions::default()
        };
        let (queue, tag) = (self.queue.clone().into(), ShortString::from(""));
        let consuming = self
            .channel
            .basic_consume(queue, tag, options, FieldTable::default());
        Ok(consuming.await?)
    }

    /// Bounded, for a node that does not listen: what is oldest gives way, and the log has it.
    async fn declare_queue(&self) -> Result<(), Lost> {
        let options = QueueDeclareOptions {
            exclusive: true,
            auto_delete: true,
            ..QueueDeclareOptions::default()
        };
        let mut arguments = FieldTable::default();
        let frames_max = i32::try_from(QUEUE_MAX).expect("the limit is small");
        let bytes_max = i32::try_from(QUEUE_BYTES_MAX).expect("the limit is small");
        arguments.insert("x-max-length".into(), AMQPValue::LongInt(frames_max));
        arguments.insert("x-max-length-bytes".into(), AMQPValue::LongInt(bytes_max));
        arguments.insert(
            "x-overflow".into(),
            AMQPValue::LongString("drop-head".into()),
        );
        let declared = self
            .channel
            .queue_declare(self.queue.clone().into(), options, arguments);
        declared.await?;
        Ok(())
    }

    /// On a channel of its own, which a refusal ends.
    async fn declare_topics(&self) -> Result<(), Lost> {
        let options = ExchangeDeclareOptions {
            auto_delete: true,
            ..ExchangeDeclareOptions::default()
        };
        let (name, kind) = (topics(&self.member.prefix), ExchangeKind::Topic);
        let channel = self.wire.channel().await?;
        let declared = channel.exchange_declare(name, kind, options, FieldTable::default());
        Ok(declared.await?)
    }

    async fn bind(&self, key: ShortString) -> lapin::Result<()> {
        let (queue, exchange) = (self.queue.clone().into(), topics(&self.member.prefix));
        let options = QueueBindOptions::default();
        self.channel
            .queue_bind(queue, exchange, key, options, FieldTable::default())
            .await
    }

    async fn unbind(&self, topic: &Topic) -> lapin::Result<()> {
        let (queue, exchange) = (self.queue.clone().into(), topics(&self.member.prefix));
        self.channel
            .queue_unbind(
                queue,
                exchange,
                topic.to_string().into(),
                FieldTable::default(),
            )
            .await
    }
}
