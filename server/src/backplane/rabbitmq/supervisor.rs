//! The task that keeps a link to RabbitMQ: serves it until it is lost, then makes another, for ever.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::StreamExt as _;
use lapin::{Consumer, Event};
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout, timeout_at};
use tokio_util::sync::CancellationToken;
use tracing::{debug, error, info, warn};

use super::ANSWER_MAX;
use super::address::RabbitmqAddress;
use super::ears::Ears;
use super::link::{self, Link, Lost, Message, Speaker};
use crate::backplane::followed::Followed;
use crate::backplane::inbox::Inbox;
use crate::backplane::{Counters, Dropped, Member, envelope, retry};
use crate::frame::Frame;

/// How often the node listens whether it still hears itself.
const PROBE_EVERY: Duration = Duration::from_secs(1);

/// Silence after which a link is lost, whatever the sockets say.
const SILENCE_MAX: Duration = Duration::from_secs(3);

/// How often the claim is looked after.
const CLAIM_EVERY: Duration = Duration::from_secs(5);

/// Frames published before the broker has answered.
const BATCH_MAX: usize = 256;

/// A link that lived so long was a good one: the next attempts start quick again.
const GOOD_AFTER: Duration = Duration::from_secs(10);

pub(super) struct Supervisor {
    pub(super) address: RabbitmqAddress,
    pub(super) member: Member,
    pub(super) followed: Arc<Followed>,
    pub(super) queue: mpsc::Receiver<Frame>,
    pub(super) inbox: Inbox,
    pub(super) counters: Arc<Counters>,
    /// Taken from the queue and not yet known to be published.
    pub(super) publishing: Vec<Frame>,
    /// To connect, since the last good link.
    pub(super) attempts: u32,
    /// Opened or tried so far: each has a queue of its own.
    pub(super) links: u64,
}

/// How serving a link ended.
enum End {
    /// The node dropped its backplane.
    Unused,
    /// The broker takes nothing for a while; the link is good.
    Blocked(String),
    Lost(Lost),
}

impl<E: Into<Lost>> From<E> for End {
    fn from(lost: E) -> Self {
        Self::Lost(lost.into())
    }
}

impl Supervisor {
    /// Returns when the node drops its backplane or `stop` is told, and the broker knows it.
    pub(super) async fn run(mut self, mut link: Link, stop: CancellationToken) {
        loop {
            let since = Instant::now();
            let lost = match stop.run_until_cancelled(self.serve(&mut link)).await {
                Some(End::Lost(lost)) => lost,
                Some(End::Blocked(reason)) => {
                    self.fall_silent();
                    warn!(
                        address = self.address.shown(),
                        reason, "backplane takes no messages"
                    );
                    continue;
                }
                Some(End::Unused) | None => return link.close().await,
            };
            self.fall_silent();
            match lost {
                Lost::OtherLog(_) => error!(%lost, "backplane is not ours any more"),
                _ => warn!(address = self.address.shown(), %lost, "backplane lost"),
            }
            if since.elapsed() > GOOD_AFTER {
                self.attempts = 0;
            }
            drop(link);
            link = match stop.run_until_cancelled(self.reconnect(lost)).await {
                Some(link) => link,
                None => return,
            };
        }
    }

    /// Returns when a message of the node's own came back: the broker takes and gives. While it takes nothing for want of memory
    /// or disk, waits for as long as it answers.
    pub(super) async fn prove(&mut self, link: &mut Link) -> Result<(), Lost> {
        let Link {
            speaker,
            ears,
            stream,
        } = link;
        let mut probed = std::pin::pin!(speaker.probe());
        let (mut is_taken, mut was_blocked) = (false, false);
        let mut tick = interval(PROBE_EVERY);
        let mut until = Instant::now() + SILENCE_MAX;
        loop {
            tokio::select! {
                message = link::next(stream, &self.member) => match message? {
                    Message::Probe => {
                        if was_blocked {
                            info!(address = self.address.shown(), "backplane takes messages again");
                        }
                        return Ok(());
                    }
                    other => hear_other(other, &self.member, &mut self.inbox),
                },
                taken = &mut probed, if !is_taken => {
                    taken?;
                    is_taken = true;
                }
                _ = tick.tick() => {
                    self.inbox.settle();
                    if speaker.wire.is_blocked() {
                        was_blocked = true;
                        ears.check().await?;
                        until = Instant::now() + SILENCE_MAX;
                    } else if Instant::now() >= until {
                        return Err(Lost::Deaf(SILENCE_MAX));
                    }
                }
            }
        }
    }

    /// Makes everything true that the node wants of its backplane, as long as the link lasts.
    async fn serve(&mut self, link: &mut Link) -> End {
        if let Err(lost) = self.prove(link).await {
            return lost.into();
        }
        let Link {
            speaker,
            ears,
            stream,
        } = link;
        let wanted = self.followed.all();
        if let Err(lost) = ears.follow_only(&wanted.follow).await {
            return lost.into();
        }
        self.followed.confirm(wanted.revision);
        self.inbox.set_healthy(true);
        let heard_at = Mutex::new(Instant::now());
        tokio::select! {
            end = hear(stream, &self.member, &mut self.inbox, &heard_at) => end,
            end = publish(speaker, &mut self.queue, &mut self.publishing, &self.counters) => end,
            end = follow(ears, &self.followed) => end,
            end = probe(speaker, &heard_at) => end,
            end = blocked(speaker) => end,
        }
    }

    fn fall_silent(&mut self) {
        self.followed.lost();
        self.drop_queue();
        self.inbox.set_healthy(false);
    }

    async fn reconnect(&mut self, lost: Lost) -> Link {
        let mut last = lost.to_string();
        loop {
            sleep(retry::wait(self.attempts)).await;
            self.attempts = self.attempts.saturating_add(1);
            self.inbox.settle();
            self.links += 1;
            let opening = Link::open(&self.address, &self.member, self.links);
            let opened = timeout(ANSWER_MAX, opening).await;
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
    stream: &mut Consumer,
    member: &Member,
    inbox: &mut Inbox,
    heard_at: &Mutex<Instant>,
) -> End {
    loop {
        match link::next(stream, member).await {
            Ok(Message::Probe) => {
                *heard_at.lock().expect("no holder of the lock panics") = Instant::now();
                inbox.settle();
            }
            Ok(other) => hear_other(other, member, inbox),
            Err(lost) => return lost.into(),
        }
    }
}

fn hear_other(message: Message, member: &Member, inbox: &mut Inbox) {
    match message {
        Message::Frame(topic, payload) => match envelope::open(&payload, &topic, member) {
            Ok(frame) => inbox.hear(frame),
            Err(why) => inbox.refuse(why),
        },
        Message::Stray => inbox.refuse(Dropped::Malformed),
        Message::Probe => {}
    }
}

/// Publishes what queued up while the last batch was on its way.
async fn publish(
    speaker: &Speaker,
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

/// Follows what the node wants, and looks after the claim meanwhile.
async fn follow(ears: &mut Ears, followed: &Followed) -> End {
    let mut look = interval(CLAIM_EVERY);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    look.reset();
    loop {
        let changes = tokio::select! {
            changes = followed.changes() => changes,
            _ = look.tick() => match timeout(ANSWER_MAX, ears.claim()).await {
                Ok(Ok(())) => continue,
                Ok(Err(lost)) => return lost.into(),
                Err(slow) => return slow.into(),
            },
        };
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

async fn probe(speaker: &Speaker, heard_at: &Mutex<Instant>) -> End {
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

/// Returns when the broker takes nothing any more.
async fn blocked(speaker: &Speaker) -> End {
    let mut events = std::pin::pin!(speaker.wire.events());
    if speaker.wire.is_blocked() {
        return End::Blocked(String::new());
    }
    while let Some(event) = events.next().await {
        if let Event::ConnectionBlocked(reason) = event {
            return End::Blocked(reason);
        }
    }
    Lost::Closed.into()
}
