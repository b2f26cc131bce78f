//! Whether a run still moves.

use std::time::{Duration, Instant};

/// Longer than any outage of a run and the waits of the clients after it.
pub const STANDSTILL_MAX: Duration = Duration::from_secs(90);

/// Notices when nothing moves any more.
pub struct Standstill {
    last: u64,
    since: Instant,
}

impl Standstill {
    pub fn new() -> Self {
        Self {
            last: 0,
            since: Instant::now(),
        }
    }

    /// Whether this count has stood still for too long.
    pub fn is_long(&mut self, count: u64) -> bool {
        if count != self.last {
            *self = Self {
                last: count,
                since: Instant::now(),
            };
        }
        self.since.elapsed() > STANDSTILL_MAX
    }
}
