//! The task that keeps a link to Kafka: serves it until it is lost, then makes another, for ever.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::try_join_all;
use rskafka::record::Record;
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout, timeout_at};
use tracing::{debug, error, info, warn};

use super::address::KafkaAddress;
use super::claim::Holder;
use super::link::{self, Link, Lost};
use super::partition::Partition;
use super::topic;
use crate::backplane::followed::{Changes, Followed};
use crate::backplane::inbox::Inbox;
use crate::backplane::{Counters, Dropped, Member, envelope, retry};
use crate::frame::{Frame, Topic};

/// How often the node listens whether it still hears itself, on each partition.
const PROBE_EVERY: Duration = Duration::from_secs(1);

/// Silence after which a link is lost, whatever the sockets say.
const SILENCE_MAX: Duration = Duration::from_secs(3);

/// A third of the claim's life: two renewals may fail.
const CLAIM_EVERY: Duration = Duration::from_secs(5);

/// How long making a link may take.
const OPEN_MAX: Duration = Duration::from_secs(5);

/// Frames in one write.
const BATCH_MAX: usize = 256;

/// A link that lived so long was a good one: the next attempts start quick again.
const GOOD_AFTER: Duration = Duration::from_secs(10);

pub(super) struct Supervisor {
    pub(super) address: KafkaAddress,
    pub(super) member: Member,
    pub(super) followed: Arc<Followed>,
    pub(super) queue: mpsc::Receiver<Frame>,
    pub(super) inbox: Inbox,
    pub(super) counters: Arc<Counters>,
    /// Taken from the queue and not yet known to be published.
    pub(super) publishing: Vec<Frame>,
    /// To connect, since the last good link.
    pub(super) attempts: u32,
}

/// How serving a link ended.
enum End {
    /// The node dropped its backplane.
    Unused,
    Lost(Lost),
}

impl From<Lost> for End {
    fn from(lost: Lost) -> Self {
        Self::Lost(lost)
    }
}

impl Supervisor {
    pub(super) async fn run(mut self, mut link: Link) {
        loop {
            let since = Instant::now();
            let End::Lost(lost) = self.serve(link).await else {
                return;
            };
            self.followed.lost();
            self.drop_queue();
            self.inbox.set_healthy(false);
            match lost {
                Lost::OtherLog(_) => error!(%lost, "backplane is not ours any more"),
                _ => warn!(address = self.address.shown(), %lost, "backplane lost"),
            }
            if since.elapsed() > GOOD_AFTER {
                self.attempts = 0;
            }
            link = self.reconnect(lost).await;
        }
    }

    /// Makes everything true that the node wants of its backplane, as long as the link lasts.
    async fn serve(&mut self, link: Link) -> End {
        let (partitions, member) = (&link.partitions[..], &self.member);
        let wanted = self.followed.all();
        let revision = wanted.revision;
        let ears = Mutex::new(Ears {
            member,
            probe: link::probe_key(member).into_bytes(),
            claim: link::claim_key(member).into_bytes(),
            topics: HashMap::new(),
            holder: link.holder,
            inbox: &mut self.inbox,
            heard_at: vec![Instant::now(); partitions.len()],
        });
        lock(&ears).follow(wanted);
        self.followed.confirm(revision);
        lock(&ears).inbox.set_healthy(true);
        let (queue, publishing) = (&mut self.queue, &mut self.publishing);
        tokio::select! {
            end = hear(partitions, &ears) => end,
            end = publish(partitions, member, queue, publishing, &self.counters) => end,
            end = follow(&ears, &self.followed) => end,
            end = probe(partitions, member, &ears) => end,
            end = keep_claim(partitions, member, &self.address) => end,
        }
    }

    async fn reconnect(&mut self, lost: Lost) -> Link {
        let mut last = lost.to_string();
        loop {
            sleep(retry::wait(self.attempts)).await;
            self.attempts = self.attempts.saturating_add(1);
            self.inbox.settle();
            let opened = timeout(OPEN_MAX, Link::open(&self.address, &self.member)).await;
            match opened.unwrap_or_else(|elapsed| Err(elapsed.into())) {
                Ok(link) => {
                    self.counters.count_reconnect();
                    self.drop_queue();
                    info!(address = self.address.shown(), "backplane found again");
                    return link;
                }
                Err(lost) => {
                    let cause = lost.to_string();
                    match lost {
                        _ if cause == last => debug!(cause, "backplane still away"),
                        Lost::OtherLog(_) => error!(cause, "backplane is not ours any more"),
                        _ => warn!(cause, "backplane still away"),
                    }
                    last = cause;
                }
            }
        }
    }

    /// What nobody published while the backplane was away is late; the log has it.
    fn drop_queue(&mut self) {
        let mut dropped = self.publishing.len();
        self.publishing.clear();
        while self.queue.try_recv().is_ok() {
            dropped += 1;
        }
        self.counters.count_dropped(Dropped::Away, dropped);
    }
}

/// Takes what comes from all partitions.
struct Ears<'a> {
    member: &'a Member,
    probe: Vec<u8>,
    claim: Vec<u8>,
    /// What the node follows, by its key: most of what comes is for other nodes.
    topics: HashMap<Vec<u8>, Topic>,
    holder: Holder,
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
            match envelope::open(value, topic, self.member) {
                Ok(frame) => self.inbox.hear(frame),
                Err(why) => self.inbox.refuse(why),
            }
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

async fn hear(partitions: &[Partition], ears: &Mutex<Ears<'_>>) -> End {
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
    match try_join_all(all).await {
        Ok(_) => End::Unused,
        Err(lost) => lost.into(),
    }
}

/// Publishes what queued up while the last batch was on its way.
async fn publish(
    partitions: &[Partition],
    member: &Member,
    queue: &mut mpsc::Receiver<Frame>,
    batch: &mut Vec<Frame>,
    counters: &Counters,
) -> End {
    loop {
        if queue.recv_many(batch, BATCH_MAX).await == 0 {
            return End::Unused;
        }
        if let Err(lost) = link::publish(partitions, member, batch).await {
            return lost.into();
        }
        counters.count_published(batch.len());
        batch.clear();
    }
}

async fn follow(ears: &Mutex<Ears<'_>>, followed: &Followed) -> End {
    loop {
        let changes = followed.changes().await;
        let revision = changes.revision;
        lock(ears).follow(changes);
        followed.confirm(revision);
    }
}

async fn probe(partitions: &[Partition], member: &Member, ears: &Mutex<Ears<'_>>) -> End {
    let mut tick = interval(PROBE_EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        let heard_at = lock(ears).heard_at.iter().min().copied();
        let until = heard_at.unwrap_or_else(Instant::now) + SILENCE_MAX;
        match timeout_at(until, link::probe(partitions, member)).await {
            Ok(Ok(())) => {}
            Ok(Err(lost)) => return lost.into(),
            Err(_) => return Lost::Deaf(SILENCE_MAX).into(),
        }
    }
}

/// Keeps the claim, and looks whether there are partitions nobody here reads.
async fn keep_claim(partitions: &[Partition], member: &Member, address: &KafkaAddress) -> End {
    loop {
        sleep(CLAIM_EVERY).await;
        if let Err(lost) = link::claim(partitions, member).await {
            return lost.into();
        }
        match topic::partitions(address).await {
            Ok(count) if count == partitions.len() => {}
            Ok(count) => return Lost::Changed(count).into(),
            Err(lost) => return lost.into(),
        }
    }
}

fn lock<'a, 'b>(ears: &'a Mutex<Ears<'b>>) -> std::sync::MutexGuard<'a, Ears<'b>> {
    ears.lock().expect("no holder of the lock panics")
}
