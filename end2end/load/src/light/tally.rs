//! What the connections of a thread counted, until it was taken.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use hdrhistogram::Histogram;

/// Counts and times between two moments; of several threads they are added up.
pub struct Tally {
    /// Entries told, each as often as it was told.
    pub delivered: u64,
    pub doubled: u64,
    pub misordered: u64,
    /// Passed over by a fresh page: to be loaded by whoever wants to see them.
    pub skipped: u64,
    pub accepted: u64,
    pub rejected: BTreeMap<String, u64>,
    /// By code; 1006 for those that ended without a word.
    pub closed: BTreeMap<u16, u64>,
    /// From the send to each delivery, in microseconds.
    pub delivery: Histogram<u64>,
    /// From the send to its answer, in microseconds.
    pub answer: Histogram<u64>,
}

/// What is counted at once, for who waits for it.
#[derive(Default)]
pub struct Progress {
    pub greeted: AtomicU64,
    pub gone: AtomicU64,
    pub sent: AtomicU64,
    pub delivered: AtomicU64,
    pub answered: AtomicU64,
}

impl Progress {
    pub fn delivered(&self) -> u64 {
        self.delivered.load(Relaxed)
    }

    pub fn answered(&self) -> u64 {
        self.answered.load(Relaxed)
    }

    pub fn sent(&self) -> u64 {
        self.sent.load(Relaxed)
    }

    /// Who was greeted and is still there.
    pub fn there(&self) -> u64 {
        let gone = self.gone.load(Relaxed);
        self.greeted.load(Relaxed).saturating_sub(gone)
    }
}

impl Tally {
    /// Counts a time from `sent` until now, both in nanoseconds.
    pub fn time(times: &mut Histogram<u64>, sent: u64, now: u64) {
        times.saturating_record(now.saturating_sub(sent) / 1_000);
    }

    pub fn add(&mut self, other: &Self) {
        self.delivered += other.delivered;
        self.doubled += other.doubled;
        self.misordered += other.misordered;
        self.skipped += other.skipped;
        self.accepted += other.accepted;
        for (reason, count) in &other.rejected {
            *self.rejected.entry(reason.clone()).or_default() += count;
        }
        for (code, count) in &other.closed {
            *self.closed.entry(*code).or_default() += count;
        }
        self.delivery += &other.delivery;
        self.answer += &other.answer;
    }
}

impl Default for Tally {
    fn default() -> Self {
        // Up to ten minutes, to the third digit.
        let times = || Histogram::new_with_bounds(1, 600_000_000, 3).expect("sound bounds");
        Self {
            delivered: 0,
            doubled: 0,
            misordered: 0,
            skipped: 0,
            accepted: 0,
            rejected: BTreeMap::new(),
            closed: BTreeMap::new(),
            delivery: times(),
            answer: times(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_threads_times_and_counts_are_added_up() {
        let (mut all, mut one) = (Tally::default(), Tally::default());
        for millis in 1..=99 {
            Tally::time(&mut all.delivery, 0, millis * 1_000_000);
        }
        Tally::time(&mut one.delivery, 0, 500_000_000);
        one.delivered = 3;
        one.closed.insert(1006, 2);
        all.add(&one);
        all.add(&one);
        assert_eq!((all.delivered, all.closed[&1006]), (6, 4));
        let times = &all.delivery;
        assert_eq!(times.len(), 101);
        let p50 = times.value_at_quantile(0.5);
        assert!((50_900..=51_100).contains(&p50), "{p50}");
        assert!(times.value_at_quantile(0.99) >= 499_000);
    }
}
