//! What a node says to the primaries of a cluster: its frames, its claim, and what it wants to hear of itself.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::try_join_all;
use redis::aio::MultiplexedConnection;
use redis::{ErrorKind, Pipeline, RedisError, RedisResult, ServerErrorKind, Value};
use tokio::sync::{Notify, mpsc, watch};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout, timeout_at};

use super::primaries::Primaries;
use crate::backplane::link::{BATCH_MAX, PROBE_EVERY, SILENCE_MAX, Unused};
use crate::backplane::redis::link::{self, CLAIM_EVERY, Lost, channel, claim_key};
use crate::backplane::{Counters, Dropped, Member, envelope};
use crate::frame::Frame;
use crate::redis_address::{ANSWER_MAX, Place};

/// How often a frame is published again whose channel has moved meanwhile.
const TRIES_MAX: usize = 5;

/// How long each of these waits until it is known where the channel went.
const KNOWN_WITHIN: Duration = Duration::from_millis(500);

/// When each primary was last heard to say what this node had published there.
pub(super) type HeardAt = HashMap<Place, Instant>;

pub(super) struct Speaking {
    member: Member,
    primaries: watch::Receiver<Arc<Primaries>>,
    /// Somebody has found that a slot is not where it was.
    pub(super) moved: Notify,
}

impl Speaking {
    pub(super) fn new(
        primaries: Arc<Primaries>,
        member: Member,
    ) -> (Self, watch::Sender<Arc<Primaries>>) {
        let (sender, primaries) = watch::channel(primaries);
        let moved = Notify::new();
        (
            Self {
                member,
                primaries,
                moved,
            },
            sender,
        )
    }

    pub(super) fn member(&self) -> &Member {
        &self.member
    }

    pub(super) async fn claim(&self) -> Result<(), Lost> {
        let key = claim_key(&self.member);
        let primaries = self.primaries.borrow().clone();
        let owner = primaries.slots.owner(&key);
        let speaker = owner.and_then(|place| primaries.speakers.get(place));
        let mut speaker = speaker.cloned().ok_or(Lost::Homeless(key))?;
        link::claim(&mut speaker, &self.member).await
    }

    /// Publishes these, each at its channel's owner; which of them had one that was it.
    async fn publish(&self, frames: &[Frame]) -> Result<Vec<bool>, Lost> {
        let primaries = self.primaries.borrow().clone();
        let mut parts: HashMap<&Place, (Pipeline, Vec<usize>)> = HashMap::new();
        for (number, frame) in frames.iter().enumerate() {
            let channel = channel(&self.member.prefix, &frame.topic);
            let Some(owner) = primaries.slots.owner(&channel) else {
                continue;
            };
            let (pipeline, numbers) = parts.entry(owner).or_default();
            let publish = pipeline.cmd("SPUBLISH").arg(channel);
            publish.arg(envelope::seal(frame, &self.member));
            numbers.push(number);
        }
        let spoken = parts.into_iter().map(async |(place, (pipeline, numbers))| {
            let speaker = primaries.speakers.get(place).cloned();
            Ok::<_, Lost>((speak(speaker, pipeline).await?, numbers))
        });
        let mut published = vec![false; frames.len()];
        for (answers, numbers) in try_join_all(spoken).await? {
            for (is_published, number) in answers.into_iter().zip(numbers) {
                published[number] = is_published;
            }
        }
        Ok(published)
    }
}

/// Publishes one after the other, and tells of which the server has the slot.
async fn speak(
    speaker: Option<MultiplexedConnection>,
    mut pipeline: Pipeline,
) -> Result<Vec<bool>, Lost> {
    let Some(mut speaker) = speaker else {
        return Ok(Vec::new());
    };
    let publishing = pipeline.ignore_errors().query_async(&mut speaker);
    let answers: Vec<RedisResult<Value>> = timeout(ANSWER_MAX, publishing).await??;
    let is_published = |answer: RedisResult<Value>| match answer {
        Ok(_) => Ok(true),
        Err(error) if is_moved(&error) => Ok(false),
        Err(error) => Err(error.into()),
    };
    answers.into_iter().map(is_published).collect()
}

/// Publishes what queued up while the last batch was on its way.
pub(super) async fn publish(
    speaking: &Speaking,
    queue: &mut mpsc::Receiver<Frame>,
    batch: &mut Vec<Frame>,
    counters: &Counters,
) -> Result<Unused, Lost> {
    let mut known = speaking.primaries.clone();
    loop {
        if queue.recv_many(batch, BATCH_MAX).await == 0 {
            return Ok(Unused);
        }
        for _ in 0..TRIES_MAX {
            known.mark_unchanged();
            let published = speaking.publish(batch).await?;
            counters.count_published(published.iter().filter(|is| **is).count());
            let mut published = published.into_iter();
            batch.retain(|_| !published.next().unwrap_or(false));
            if batch.is_empty() {
                break;
            }
            speaking.moved.notify_one();
            // If it is not known then, the old place is tried again.
            drop(timeout(KNOWN_WITHIN, known.changed()).await);
        }
        counters.count_dropped(Dropped::Away, batch.len());
        batch.clear();
    }
}

/// Publishes at each primary what only this node hears, and looks whether it did.
pub(super) async fn probe(speaking: &Speaking, heard_at: &Mutex<HeardAt>) -> Result<Unused, Lost> {
    let mut tick = interval(PROBE_EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        let primaries = speaking.primaries.borrow().clone();
        let probed = primaries.probes.iter().map(async |(place, channel)| {
            let mut speaker = primaries.speakers.get(place).cloned();
            let heard = heard_from(heard_at, place);
            let (Some(speaker), Some(heard)) = (speaker.as_mut(), heard) else {
                return Ok(());
            };
            let mut probe = redis::cmd("SPUBLISH");
            probe.arg(channel).arg("probe");
            match timeout_at(heard + SILENCE_MAX, probe.exec_async(speaker)).await {
                Ok(Err(error)) if is_moved(&error) => speaking.moved.notify_one(),
                Ok(done) => done?,
                Err(_) => return Err(Lost::Deaf(SILENCE_MAX)),
            }
            Ok(())
        });
        try_join_all(probed).await?;
    }
}

fn heard_from(heard_at: &Mutex<HeardAt>, place: &Place) -> Option<Instant> {
    let heard_at = heard_at.lock().expect("no holder of the lock panics");
    heard_at.get(place).copied()
}

pub(super) async fn keep_claim(speaking: &Speaking) -> Result<Unused, Lost> {
    loop {
        sleep(CLAIM_EVERY).await;
        while let Err(lost) = speaking.claim().await {
            match lost {
                Lost::Redis(error) if is_moved(&error) => speaking.moved.notify_one(),
                lost => return Err(lost),
            }
            sleep(KNOWN_WITHIN).await;
        }
    }
}

/// Whether the server does not have the slot, or not all of it.
fn is_moved(error: &RedisError) -> bool {
    use ServerErrorKind::{Ask, Moved, TryAgain};
    matches!(error.kind(), ErrorKind::Server(Moved | Ask | TryAgain))
}
