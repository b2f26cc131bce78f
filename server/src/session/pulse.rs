//! Whether the other side lives.

use std::pin::Pin;
use std::time::Duration;

use protocol::limits;
use tokio::time::{Instant, Sleep, sleep_until};

const PING_EVERY: Duration = Duration::from_secs(limits::HEARTBEAT_SECS);
const SILENCE_MAX: Duration = Duration::from_secs(limits::SILENCE_SECS);

/// When the other side was heard, and when it is to be asked.
pub(super) struct Pulse {
    heard_at: Instant,
    ping_at: Instant,
    due: Pin<Box<Sleep>>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Beat {
    /// Time to ask.
    Ping,
    /// Nothing was heard for too long, to the second.
    Silent,
}

impl Pulse {
    pub(super) fn new() -> Self {
        let now = Instant::now();
        let ping_at = now + PING_EVERY;
        Self {
            heard_at: now,
            ping_at,
            due: Box::pin(sleep_until(ping_at)),
        }
    }

    pub(super) fn heard(&mut self) {
        self.heard_at = Instant::now();
    }

    /// Waits until something is to be done. Cancel safe.
    pub(super) async fn beat(&mut self) -> Beat {
        loop {
            self.due.as_mut().await;
            let now = Instant::now();
            let silent_at = self.heard_at + SILENCE_MAX;
            let is_ping = now >= self.ping_at;
            if is_ping {
                self.ping_at = now + PING_EVERY;
            }
            self.due.as_mut().reset(self.ping_at.min(silent_at));
            if now >= silent_at {
                return Beat::Silent;
            }
            if is_ping {
                return Beat::Ping;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn silence_is_found_at_its_limit_and_not_later() {
        let start = Instant::now();
        let mut pulse = Pulse::new();
        assert_eq!(pulse.beat().await, Beat::Ping);
        assert_eq!(start.elapsed(), PING_EVERY);
        assert_eq!(pulse.beat().await, Beat::Silent);
        assert_eq!(start.elapsed(), SILENCE_MAX);
    }

    #[tokio::test(start_paused = true)]
    async fn who_answers_is_asked_again_and_never_silent() {
        let mut pulse = Pulse::new();
        for _ in 0..10 {
            let asked = Instant::now();
            assert_eq!(pulse.beat().await, Beat::Ping);
            assert_eq!(asked.elapsed(), PING_EVERY);
            pulse.heard();
        }
    }
}
