//! Makes everything true that the node wants of its backplane, as long as a link to Kafka lasts.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Mutex;
use std::time::Duration;

use futures_util::future::try_join_all;
use rskafka::record::Record;
use tokio::time::{Instant, sleep};

use super::address::KafkaAddress;
use super::claim::Holder;
use super::link::{self, Link, Lost, Speaker};
use super::partition::Partition;
use super::topic;
use crate::backplane::Member;
use crate::backplane::followed::{Changes, Followed};
use crate::backplane::inbox::Inbox;
use crate::backplane::link::{Node, Unused, probe, publish};
use crate::frame::Topic;

/// A third of the claim's life: two renewals may fail.
const CLAIM_EVERY: Duration = Duration::from_secs(5);

pub(super) async fn serve(link: &mut Link, node: &mut Node) -> Result<Unused, Lost> {
    let (partitions, member) = (&link.partitions[..], &node.member);
    let speaker = Speaker { partitions, member };
    let wanted = node.followed.all();
    let revision = wanted.revision;
    let ears = Mutex::new(Ears {
        member,
        probe: link::probe_key(member).into_bytes(),
        claim: link::claim_key(member).into_bytes(),
        topics: HashMap::new(),
        holder: &mut link.holder,
        inbox: &mut node.inbox,
        heard_at: vec![Instant::now(); partitions.len()],
    });
    lock(&ears).follow(wanted);
    node.followed.confirm(revision);
    lock(&ears).inbox.set_healthy(true);
    let last_heard = || {
        let heard_at = lock(&ears).heard_at.iter().min().copied();
        heard_at.unwrap_or_else(Instant::now)
    };
    tokio::select! {
        served = hear(partitions, &ears) => served,
        served = publish(speaker, &mut node.queue, &mut node.publishing, &node.counters) => served,
        served = follow(&ears, &node.followed) => served,
        served = probe(speaker, last_heard) => served,
        served = keep_claim(partitions, member, &link.address) => served,
    }
}

/// Takes what comes from all partitions.
struct Ears<'a> {
    member: &'a Member,
    probe: Vec<u8>,
    claim: Vec<u8>,
    /// What the node follows, by its key: most of what comes is for other nodes.
    topics: HashMap<Vec<u8>, Topic>,
    holder: &'a mut Holder,
    inbox: &'a mut Inbox,
    /// When the probe came back last, for each partition.
    heard_at: Vec<Instant>,
}

impl Ears<'_> {
    fn follow(&mut self, changes: Changes) {
        let prefix = &self.member.prefix;
        let key = |topic: &Topic| format!("{prefix}{topic}").into_bytes();
        for topic in changes.unfollow {
            self.topics.remove(&key(&topic));
        }
        for topic in changes.follow {
            self.topics.insert(key(&topic), topic);
        }
    }

    fn hear(&mut self, partition: usize, record: &Record) -> Result<(), Lost> {
        let key = record.key.as_deref().unwrap_or_default();
        let value = record.value.as_deref().unwrap_or_default();
        if let Some(topic) = self.topics.get(key) {
            self.inbox.open(value, topic, self.member);
        } else if key == self.probe {
            self.heard_at[partition] = Instant::now();
            self.inbox.settle();
        } else if key == self.claim {
            self.holder.hear(Some(value));
            self.holder.is_ours(self.member).map_err(Lost::OtherLog)?;
        }
        Ok(())
    }
}

async fn hear(partitions: &[Partition], ears: &Mutex<Ears<'_>>) -> Result<Unused, Lost> {
    let all = partitions.iter().enumerate();
    let all = all.map(async |(number, partition)| -> Result<Infallible, Lost> {
        let mut at = partition.end;
        loop {
            for heard in partition.read(at).await? {
                at = heard.offset + 1;
                lock(ears).hear(number, &heard.record)?;
            }
        }
    });
    try_join_all(all).await.map(|_| Unused)
}

async fn follow(ears: &Mutex<Ears<'_>>, followed: &Followed) -> Result<Unused, Lost> {
    loop {
        let changes = followed.changes().await;
        let revision = changes.revision;
        lock(ears).follow(changes);
        followed.confirm(revision);
    }
}

/// Keeps the claim, and looks whether there are partitions nobody here reads.
async fn keep_claim(
    partitions: &[Partition],
    member: &Member,
    address: &KafkaAddress,
) -> Result<Unused, Lost> {
    loop {
        sleep(CLAIM_EVERY).await;
        link::claim(partitions, member).await?;
        let count = topic::partitions(address).await?;
        if count != partitions.len() {
            return Err(Lost::Changed(count));
        }
    }
}

fn lock<'a, 'b>(ears: &'a Mutex<Ears<'b>>) -> std::sync::MutexGuard<'a, Ears<'b>> {
    ears.lock().expect("no holder of the lock panics")
}
