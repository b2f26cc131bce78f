//! What joins a node to the server behind its backplane, until it is lost.

use std::fmt::Display;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::error::Elapsed;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout_at};

use super::followed::Followed;
use super::inbox::Inbox;
use super::queued::Queued;
use super::{Counters, Dropped, Heard, Member};
use crate::frame::Frame;

/// How often the node listens whether it still hears itself.
pub(super) const PROBE_EVERY: Duration = Duration::from_secs(1);

/// Silence after which a link is lost, whatever the sockets say.
pub(super) const SILENCE_MAX: Duration = Duration::from_secs(3);

/// Frames published before the server has answered.
pub(super) const BATCH_MAX: usize = 256;

/// The node, as a link serves it.
pub(super) struct Node {
    pub(super) member: Member,
    pub(super) followed: Arc<Followed>,
    pub(super) queue: mpsc::Receiver<Frame>,
    pub(super) inbox: Inbox,
    pub(super) counters: Arc<Counters>,
    /// Taken from the queue and not yet known to be published.
    pub(super) publishing: Vec<Frame>,
}

impl Node {
    /// With its backplane, and what it hears from it.
    pub(super) fn new(member: Member) -> (Self, Queued, mpsc::Receiver<Heard>) {
        let counters = Arc::new(Counters::default());
        let followed = Arc::new(Followed::new());
        let (backplane, queue) = Queued::new(followed.clone(), counters.clone());
        let (inbox, heard) = Inbox::new(counters.clone());
        let node = Self {
            member,
            followed,
            queue,
            inbox,
            counters,
            publishing: Vec::new(),
        };
        (node, backplane, heard)
    }

    /// Nothing is published or heard any more.
    pub(super) fn fall_silent(&mut self) {
        self.followed.lost();
        self.drop_queue();
        self.inbox.set_healthy(false);
    }

    /// What nobody published while the backplane was away is late; the log has it.
    pub(super) fn drop_queue(&mut self) {
        let mut dropped = self.publishing.len();
        self.publishing.clear();
        while self.queue.try_recv().is_ok() {
            dropped += 1;
        }
        self.counters.count_dropped(Dropped::Away, dropped);
    }
}

/// The node dropped its backplane.
pub(super) struct Unused;

/// Why a link is of no use any more.
pub(super) trait Lost: Display + From<Elapsed> + Send + 'static {
    /// Its own messages did not come back for [`SILENCE_MAX`].
    fn deaf() -> Self;

    /// The server serves a cluster with another log.
    fn is_other_log(&self) -> bool;
}

pub(super) trait Link: Sized + Send + 'static {
    type Address: Send + Sync + 'static;
    type Lost: Lost;

    /// How long making one may take.
    const OPEN_MAX: Duration;

    /// Connects, and claims the epoch. Takes for ever if the network does.
    fn open(
        address: &Self::Address,
        member: &Member,
    ) -> impl Future<Output = Result<Self, Self::Lost>> + Send;

    /// Makes everything true that the node wants of its backplane, as long as the link lasts; called once.
    fn serve(&mut self, node: &mut Node)
    -> impl Future<Output = Result<Unused, Self::Lost>> + Send;

    /// Says goodbye, where that makes a difference.
    fn close(self) -> impl Future<Output = ()> + Send {
        async {}
    }
}

/// The end of a link that publishes.
pub(super) trait Speaker: Send {
    type Lost: Lost;

    /// Returns when the server has all of these, or at least took them.
    fn publish(&mut self, frames: &[Frame]) -> impl Future<Output = Result<(), Self::Lost>> + Send;

    /// Publishes what only this node hears.
    fn probe(&mut self) -> impl Future<Output = Result<(), Self::Lost>> + Send;
}

/// Publishes what queued up while the last batch was on its way.
pub(super) async fn publish<S: Speaker>(
    mut speaker: S,
    queue: &mut mpsc::Receiver<Frame>,
    batch: &mut Vec<Frame>,
    counters: &Counters,
) -> Result<Unused, S::Lost> {
    loop {
        if queue.recv_many(batch, BATCH_MAX).await == 0 {
            return Ok(Unused);
        }
        speaker.publish(batch).await?;
        counters.count_published(batch.len());
        batch.clear();
    }
}

/// Probes again and again, until the last probe heard is too long ago.
pub(super) async fn probe<S: Speaker>(
    mut speaker: S,
    heard_at: impl Fn() -> Instant + Send,
) -> Result<Unused, S::Lost> {
    let mut tick = interval(PROBE_EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        match timeout_at(heard_at() + SILENCE_MAX, speaker.probe()).await {
            Ok(probed) => probed?,
            Err(_) => return Err(S::Lost::deaf()),
        }
    }
}
