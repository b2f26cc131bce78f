//! A session's two ends at the hub.

use std::sync::{Arc, Mutex};

use protocol::{Close, UserId};
use tokio::sync::mpsc;

use super::Set;
use crate::frame::{Frame, Topic};

/// Frames a session's queue holds: more than a burst, less than a minute of a busy room.
pub(super) const QUEUE_MAX: usize = 256;

/// What a session hears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    Frame(Arc<Frame>),
    Close(Close),
}

/// The hub's end: what it tells goes in.
pub(super) struct Seat {
    pub(super) user: UserId,
    queue: mpsc::Sender<Told>,
    behind: Arc<Mutex<Set<Topic>>>,
}

/// The session's end: what it is told comes out.
pub struct Ears {
    queue: mpsc::Receiver<Told>,
    behind: Arc<Mutex<Set<Topic>>>,
}

impl Ears {
    /// Waits for what is told and takes all there is, at most `limit`. 0: the hub let this session go.
    pub async fn hear(&mut self, told: &mut Vec<Told>, limit: usize) -> usize {
        self.queue.recv_many(told, limit).await
    }

    /// What this session has missed since the last call because its queue was full: rooms to be served from the log, and
    /// `Topic::All` when the online list is to be told anew. Only complete when the queue has been heard to its end.
    pub fn take_behind(&mut self) -> Vec<Topic> {
        if !self.queue.is_empty() {
            return Vec::new();
        }
        self.behind
            .lock()
            .expect("no holder panics")
            .drain()
            .collect()
    }
}

impl Seat {
    pub(super) fn new(user: UserId) -> (Self, Ears) {
        let (sender, queue) = mpsc::channel(QUEUE_MAX);
        let behind = Arc::default();
        (
            Self {
                user,
                queue: sender,
                behind: Arc::clone(&behind),
            },
            Ears { queue, behind },
        )
    }

    /// Tells an entry. Whether the session keeps its place in the room: with a full queue it loses it, and takes it again when
    /// it has heard the queue to its end.
    pub(super) fn deliver(&self, frame: &Arc<Frame>) -> bool {
        match self.queue.try_send(Told::Frame(Arc::clone(frame))) {
            Ok(()) => true,
            Err(mpsc::error::TrySendError::Full(_)) => {
                self.mark_behind(frame.topic.clone());
                false
            }
            Err(mpsc::error::TrySendError::Closed(_)) => false,
        }
    }

    /// Whether there was room for it.
    pub(super) fn tell(&self, told: Told) -> bool {
        self.queue.try_send(told).is_ok()
    }

    pub(super) fn mark_behind(&self, topic: Topic) {
        self.behind.lock().expect("no holder panics").insert(topic);
    }
}
