//! What a node hears, in a queue that never makes the backplane wait.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::{Counters, Dropped, Heard, Member, envelope};
use crate::frame::{Frame, Topic};

/// What a node may leave unread before frames are dropped: seconds of a busy cluster.
const UNREAD_MAX: usize = 10_000;

/// The writing end. When the queue is full, frames are dropped and counted; as soon as half of it is free, the node is told
/// `Suspect` and `Healthy`, so that it catches up from the log.
pub(super) struct Inbox {
    sender: mpsc::Sender<Heard>,
    counters: Arc<Counters>,
    /// Whether the backplane is healthy.
    healthy: bool,
    /// What the node was told last about that.
    told_healthy: bool,
    /// Whether frames were dropped that the node was not told about.
    overflowed: bool,
}

impl Inbox {
    pub(super) fn new(counters: Arc<Counters>) -> (Self, mpsc::Receiver<Heard>) {
        let (sender, heard) = mpsc::channel(UNREAD_MAX);
        let inbox = Self {
            sender,
            counters,
            healthy: false,
            told_healthy: false,
            overflowed: false,
        };
        (inbox, heard)
    }

    pub(super) fn hear(&mut self, frame: Frame) {
        if self.settle() && self.sender.try_send(Heard::Frame(frame)).is_ok() {
            self.counters.count_heard();
        } else {
            self.overflowed = true;
            self.counters.count_dropped(Dropped::InboxFull, 1);
        }
    }

    /// Opens what came in for a topic, and hears it.
    pub(super) fn open(&mut self, payload: &[u8], topic: &Topic, member: &Member) {
        match envelope::open(payload, topic, member) {
            Ok(frame) => self.hear(frame),
            Err(why) => self.refuse(why),
        }
    }

    /// Counts what came in and is no frame for this node.
    pub(super) fn refuse(&self, why: Dropped) {
        self.counters.count_dropped(why, 1);
    }

    pub(super) fn set_healthy(&mut self, healthy: bool) {
        self.healthy = healthy;
        self.settle();
    }

    /// Tells what the node must know before it hears more. Says whether all of it is told.
    pub(super) fn settle(&mut self) -> bool {
        if self.overflowed && self.sender.capacity() < self.sender.max_capacity() / 2 {
            return false;
        }
        if self.told_healthy && (self.overflowed || !self.healthy) {
            if self.sender.try_send(Heard::Suspect).is_err() {
                return false;
            }
            self.told_healthy = false;
        }
        self.overflowed = false;
        if self.healthy && !self.told_healthy {
            self.told_healthy = self.sender.try_send(Heard::Healthy).is_ok();
        }
        self.healthy == self.told_healthy
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(seq: u64) -> Frame {
        Frame {
            topic: Topic::All,
            seq,
            text: "{}".into(),
            act: None,
        }
    }

    fn all(heard: &mut mpsc::Receiver<Heard>) -> Vec<Heard> {
        std::iter::from_fn(|| heard.try_recv().ok()).collect()
    }

    #[test]
    fn each_change_of_health_is_told_once() {
        let (mut inbox, mut heard) = Inbox::new(Arc::default());
        for healthy in [false, true, true, false, false, true] {
            inbox.set_healthy(healthy);
        }
        assert_eq!(
            all(&mut heard),
            [Heard::Healthy, Heard::Suspect, Heard::Healthy]
        );
    }

    #[test]
    fn a_node_that_did_not_read_is_told_to_catch_up_when_it_reads_again() {
        let counters = Arc::new(Counters::default());
        let (mut inbox, mut heard) = Inbox::new(counters.clone());
        inbox.set_healthy(true);
        (0..UNREAD_MAX as u64 + 5).for_each(|seq| inbox.hear(frame(seq)));
        assert_eq!(counters.dropped(Dropped::InboxFull), 6);
        assert!(!inbox.settle());

        assert_eq!(all(&mut heard).len(), UNREAD_MAX);
        inbox.hear(frame(1));
        assert_eq!(
            all(&mut heard),
            [Heard::Suspect, Heard::Healthy, Heard::Frame(frame(1))]
        );
    }

    #[test]
    fn an_outage_while_the_inbox_is_full_is_told_later() {
        let (mut inbox, mut heard) = Inbox::new(Arc::default());
        inbox.set_healthy(true);
        (0..UNREAD_MAX as u64).for_each(|seq| inbox.hear(frame(seq)));
        inbox.set_healthy(false);
        all(&mut heard);
        inbox.settle();
        assert_eq!(all(&mut heard), [Heard::Suspect]);
        inbox.set_healthy(true);
        assert_eq!(all(&mut heard), [Heard::Healthy]);
    }
}
