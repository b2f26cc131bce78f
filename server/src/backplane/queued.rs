//! A backplane in another process, as the node has it: a queue before the task that keeps the link, and what is wanted of that.

use std::sync::Arc;

use async_trait::async_trait;
use protocol::limits::FRAME_BYTES_MAX;
use tokio::sync::mpsc::{self, error::TrySendError};

use super::followed::Followed;
use super::{Backplane, Counters, Dropped, Error, QUEUE_MAX};
use crate::frame::{Frame, Topic};

pub(super) struct Queued {
    queue: mpsc::Sender<Frame>,
    followed: Arc<Followed>,
    counters: Arc<Counters>,
}

impl Queued {
    /// With the frames to publish, for the task.
    pub(super) fn new(
        followed: Arc<Followed>,
        counters: Arc<Counters>,
    ) -> (Self, mpsc::Receiver<Frame>) {
        let (queue, queued) = mpsc::channel(QUEUE_MAX);
        let backplane = Self {
            queue,
            followed,
            counters,
        };
        (backplane, queued)
    }
}

#[async_trait]
impl Backplane for Queued {
    fn publish(&self, frame: &Frame) {
        let dropped = if frame.text.len() > FRAME_BYTES_MAX {
            Dropped::TooBig
        } else if !self.followed.is_healthy() {
            Dropped::Away
        } else {
            match self.queue.try_send(frame.clone()) {
                Ok(()) => return,
                Err(TrySendError::Full(_)) => Dropped::QueueFull,
                Err(TrySendError::Closed(_)) => Dropped::Away,
            }
        };
        self.counters.count_dropped(dropped, 1);
    }

    async fn follow(&self, topics: &[Topic]) -> Result<(), Error> {
        self.followed.confirmed(self.followed.want(topics)).await
    }

    async fn unfollow(&self, topics: &[Topic]) {
        self.followed.unwant(topics);
    }

    fn counters(&self) -> &Counters {
        &self.counters
    }
}
