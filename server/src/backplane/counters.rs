//! What the backplane did and dropped since the start, for `/metrics`.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Why a frame was dropped. None of them loses an entry: the log still has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dropped {
    /// More was published than the backplane took.
    QueueFull,
    /// Published while the backplane was away.
    Away,
    /// The node did not take what it heard.
    InboxFull,
    /// Over the limit of a frame.
    TooBig,
    /// Not UTF-8.
    NotUtf8,
    /// Not what a node publishes.
    Malformed,
    /// Of another log.
    OtherEpoch,
    /// For another topic than the channel it came on.
    OtherTopic,
    /// Not made by a node of our log.
    Forged,
}

impl Dropped {
    pub const ALL: [Self; 9] = [
        Self::QueueFull,
        Self::Away,
        Self::InboxFull,
        Self::TooBig,
        Self::NotUtf8,
        Self::Malformed,
        Self::OtherEpoch,
        Self::OtherTopic,
        Self::Forged,
    ];

    /// The reason as a label.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::QueueFull => "queue_full",
            Self::Away => "away",
            Self::InboxFull => "inbox_full",
            Self::TooBig => "too_big",
            Self::NotUtf8 => "not_utf8",
            Self::Malformed => "malformed",
            Self::OtherEpoch => "other_epoch",
            Self::OtherTopic => "other_topic",
            Self::Forged => "forged",
        }
    }
}

/// Counts that only grow.
#[derive(Debug, Default)]
pub struct Counters {
    published: AtomicU64,
    heard: AtomicU64,
    reconnects: AtomicU64,
    dropped: [AtomicU64; Dropped::ALL.len()],
}

impl Counters {
    /// Frames the backplane took.
    pub fn published(&self) -> u64 {
        self.published.load(Relaxed)
    }

    /// Frames given to the node.
    pub fn heard(&self) -> u64 {
        self.heard.load(Relaxed)
    }

    /// How often the backplane was lost and found again.
    pub fn reconnects(&self) -> u64 {
        self.reconnects.load(Relaxed)
    }

    pub fn dropped(&self, why: Dropped) -> u64 {
        self.dropped[why as usize].load(Relaxed)
    }

    pub(super) fn count_published(&self, frames: usize) {
        self.published.fetch_add(frames as u64, Relaxed);
    }

    pub(super) fn count_heard(&self) {
        self.heard.fetch_add(1, Relaxed);
    }

    pub(super) fn count_reconnect(&self) {
        self.reconnects.fetch_add(1, Relaxed);
    }

    pub(super) fn count_dropped(&self, why: Dropped, frames: usize) {
        self.dropped[why as usize].fetch_add(frames as u64, Relaxed);
    }
}
