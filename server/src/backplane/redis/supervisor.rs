//! The task that keeps a link to Redis: serves it until it is lost, then makes another, for ever.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use redis::aio::PubSubStream;
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout, timeout_at};
use tracing::{debug, error, info, warn};

use super::link::{self, Ears, Link, Lost, Message, Speaker};
use crate::backplane::followed::Followed;
use crate::backplane::inbox::Inbox;
use crate::backplane::{Counters, Dropped, Member, envelope};
use crate::frame::Frame;
use crate::redis_address::{ANSWER_MAX, RedisAddress};

/// How often the node listens whether it still hears itself.
const PROBE_EVERY: Duration = Duration::from_secs(1);

/// Silence after which a link is lost, whatever the sockets say.
const SILENCE_MAX: Duration = Duration::from_secs(3);

/// A third of the claim's life: two renewals may fail.
const CLAIM_EVERY: Duration = Duration::from_secs(5);

/// Frames in one pipeline.
const BATCH_MAX: usize = 256;

/// The longest first and last waits between attempts; each is random below that, so that nodes do not come in step.
const RETRY_MIN: Duration = Duration::from_millis(100);
const RETRY_MAX: Duration = Duration::from_secs(2);

/// A link that lived so long was a good one: the next attempts start quick again.
const GOOD_AFTER: Duration = Duration::from_secs(10);

pub(super) struct Supervisor {
    pub(super) address: RedisAddress,
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

impl<E: Into<Lost>> From<E> for End {
    fn from(lost: E) -> Self {
        Self::Lost(lost.into())
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
        let Link {
            speaker,
            mut ears,
            stream,
        } = link;
        let wanted = self.followed.all();
        if let Err(lost) = ears.follow(&wanted.follow).await {
            return lost.into();
        }
        self.followed.confirm(wanted.revision);
        self.inbox.set_healthy(true);
        let heard_at = Mutex::new(Instant::now());
        tokio::select! {
            end = hear(stream, &self.member, &mut self.inbox, &heard_at) => end,
            end = publish(speaker.clone(), &mut self.queue, &mut self.publishing, &self.counters) => end,
            end = follow(ears, &self.followed) => end,
            end = probe(speaker.clone(), &heard_at) => end,
            end = keep_claim(speaker) => end,
        }
    }

    async fn reconnect(&mut self, lost: Lost) -> Link {
        let mut last = lost.to_string();
        loop {
            sleep(wait(self.attempts)).await;
            self.attempts = self.attempts.saturating_add(1);
            self.inbox.settle();
            let opened = timeout(ANSWER_MAX, Link::open(&self.address, &self.member)).await;
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

async fn hear(
    mut stream: PubSubStream,
    member: &Member,
    inbox: &mut Inbox,
    heard_at: &Mutex<Instant>,
) -> End {
    loop {
        match link::next(&mut stream, &member.prefix).await {
            Ok(Message::Frame(topic, message)) => {
                match envelope::open(message.get_payload_bytes(), &topic, member) {
                    Ok(frame) => inbox.hear(frame),
                    Err(why) => inbox.refuse(why),
                }
            }
            Ok(Message::Probe) => {
                *heard_at.lock().expect("no holder of the lock panics") = Instant::now();
                inbox.settle();
            }
            Err(lost) => return lost.into(),
        }
    }
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
        if let Err(lost) = speaker.claim().await {
            return lost.into();
        }
    }
}

/// Full jitter: anything up to a limit that doubles with each attempt.
fn wait(attempts: u32) -> Duration {
    let limit = RETRY_MIN
        .saturating_mul(1 << attempts.min(10))
        .min(RETRY_MAX);
    // Without randomness nodes come in step, which is no reason to stay away.
    let random = getrandom::u32().unwrap_or(u32::MAX);
    limit.mul_f64(f64::from(random) / f64::from(u32::MAX))
}
