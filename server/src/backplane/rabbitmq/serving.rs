//! Makes everything true that the node wants of its backplane, as long as a link to RabbitMQ lasts.

use std::sync::Mutex;
use std::time::Duration;

use futures_util::StreamExt as _;
use lapin::{Consumer, Event};
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};
use tracing::{info, warn};

use super::ANSWER_MAX;
use super::ears::Ears;
use super::link::{self, Link, Lost, Message, Speaker};
use crate::backplane::followed::Followed;
use crate::backplane::inbox::Inbox;
use crate::backplane::link::{Node, PROBE_EVERY, SILENCE_MAX, Unused, probe, publish};
use crate::backplane::{Dropped, Member};

/// How often the claim is looked after.
const CLAIM_EVERY: Duration = Duration::from_secs(5);

/// Why serving a good link paused.
enum Pause {
    Unused(Unused),
    /// The broker takes nothing for a while.
    Blocked(String),
}

impl Link {
    pub(super) async fn serve_on(&mut self, node: &mut Node) -> Result<Unused, Lost> {
        loop {
            match self.serve_until_blocked(node).await? {
                Pause::Unused(unused) => return Ok(unused),
                Pause::Blocked(reason) => {
                    node.fall_silent();
                    warn!(address = self.shown, reason, "backplane takes no messages");
                }
            }
        }
    }

    async fn serve_until_blocked(&mut self, node: &mut Node) -> Result<Pause, Lost> {
        self.prove(node).await?;
        let Self {
            speaker,
            ears,
            stream,
            ..
        } = self;
        let wanted = node.followed.all();
        ears.follow_only(&wanted.follow).await?;
        node.followed.confirm(wanted.revision);
        node.inbox.set_healthy(true);
        let heard_at = Mutex::new(Instant::now());
        let last_heard = || *heard_at.lock().expect("no holder of the lock panics");
        let served = tokio::select! {
            served = hear(stream, &node.member, &mut node.inbox, &heard_at) => served,
            served = publish(&*speaker, &mut node.queue, &mut node.publishing, &node.counters) => served,
            served = follow(ears, &node.followed) => served,
            served = probe(&*speaker, last_heard) => served,
            reason = blocked(speaker) => return reason.map(Pause::Blocked),
        };
        served.map(Pause::Unused)
    }

    /// Returns when a message of the node's own came back: the broker takes and gives. While it takes nothing for want of memory
    /// or disk, waits for as long as it answers.
    pub(super) async fn prove(&mut self, node: &mut Node) -> Result<(), Lost> {
        let Self {
            shown,
            speaker,
            ears,
            stream,
        } = self;
        let mut probed = std::pin::pin!(speaker.say());
        let (mut is_taken, mut was_blocked) = (false, false);
        let mut tick = interval(PROBE_EVERY);
        let mut until = Instant::now() + SILENCE_MAX;
        loop {
            tokio::select! {
                message = link::next(stream, &node.member) => match message? {
                    Message::Probe => {
                        if was_blocked {
                            info!(address = &*shown, "backplane takes messages again");
                        }
                        return Ok(());
                    }
                    other => hear_other(other, &node.member, &mut node.inbox),
                },
                taken = &mut probed, if !is_taken => {
                    taken?;
                    is_taken = true;
                }
                _ = tick.tick() => {
                    node.inbox.settle();
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
}

async fn hear(
    stream: &mut Consumer,
    member: &Member,
    inbox: &mut Inbox,
    heard_at: &Mutex<Instant>,
) -> Result<Unused, Lost> {
    loop {
        match link::next(stream, member).await? {
            Message::Probe => {
                *heard_at.lock().expect("no holder of the lock panics") = Instant::now();
                inbox.settle();
            }
            other => hear_other(other, member, inbox),
        }
    }
}

fn hear_other(message: Message, member: &Member, inbox: &mut Inbox) {
    match message {
        Message::Frame(topic, payload) => inbox.open(&payload, &topic, member),
        Message::Stray => inbox.refuse(Dropped::Malformed),
        Message::Probe => {}
    }
}

/// Follows what the node wants, and looks after the claim meanwhile.
async fn follow(ears: &mut Ears, followed: &Followed) -> Result<Unused, Lost> {
    let mut look = interval(CLAIM_EVERY);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    look.reset();
    loop {
        let changes = tokio::select! {
            changes = followed.changes() => changes,
            _ = look.tick() => {
                timeout(ANSWER_MAX, ears.claim()).await??;
                continue;
            }
        };
        ears.follow(&changes.follow).await?;
        ears.unfollow(&changes.unfollow).await?;
        followed.confirm(changes.revision);
    }
}

/// Returns when the broker takes nothing any more.
async fn blocked(speaker: &Speaker) -> Result<String, Lost> {
    let mut events = std::pin::pin!(speaker.wire.events());
    if speaker.wire.is_blocked() {
        return Ok(String::new());
    }
    while let Some(event) = events.next().await {
        if let Event::ConnectionBlocked(reason) = event {
            return Ok(reason);
        }
    }
    Err(Lost::Closed)
}
