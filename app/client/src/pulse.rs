//! Whether the other side lives, judged by timestamps: timers may be late, in a background tab by a
//! minute.

use protocol::limits::{HEARTBEAT_SECS, SILENCE_SECS};

use crate::Millis;

const HEARTBEAT_MS: Millis = HEARTBEAT_SECS * 1_000;
const SILENCE_MS: Millis = SILENCE_SECS * 1_000;

/// Ticks further apart than this say that timers are held back, or that the machine slept.
const GAP_MS: Millis = 5_000;

/// How long a node may take to answer when it is asked after such a gap.
const ANSWER_MS: Millis = 5_000;

/// The same when a person looks at the page or asks to try now.
const ANSWER_AWAKE_MS: Millis = 3_000;

/// What the timestamps say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Fine,
    /// Send a heartbeat.
    Beat,
    /// Take the connection for dead.
    Dead,
}

/// The signs of life of one connection.
#[derive(Debug)]
pub(crate) struct Pulse {
    heard: Millis,
    beaten: Millis,
    ticked: Millis,
    /// Asked for a sign of life, to come by then.
    asked: Option<Millis>,
}

impl Pulse {
    pub(crate) fn new(now: Millis) -> Self {
        Self {
            heard: now,
            beaten: now,
            ticked: now,
            asked: None,
        }
    }

    pub(crate) fn heard(&mut self, now: Millis) {
        self.heard = now;
        self.asked = None;
    }

    /// Judges. After a gap between ticks silence proves nothing yet: the answer to a heartbeat will.
    pub(crate) fn tick(&mut self, now: Millis) -> Verdict {
        let gap = now.saturating_sub(self.ticked);
        self.ticked = now;
        let is_silent = now.saturating_sub(self.heard) >= SILENCE_MS;
        match self.asked {
            Some(by) if now >= by => Verdict::Dead,
            Some(_) => Verdict::Fine,
            None if is_silent && gap > GAP_MS => self.ask(now, ANSWER_MS),
            None if is_silent => Verdict::Dead,
            None if now.saturating_sub(self.beaten) >= HEARTBEAT_MS => self.beat(now),
            None => Verdict::Fine,
        }
    }

    /// Somebody looks: ask, unless asked already.
    pub(crate) fn wake(&mut self, now: Millis) -> Verdict {
        self.ticked = now;
        match self.asked {
            Some(by) if now >= by => Verdict::Dead,
            Some(_) => Verdict::Fine,
            None => self.ask(now, ANSWER_AWAKE_MS),
        }
    }

    fn ask(&mut self, now: Millis, answer_ms: Millis) -> Verdict {
        self.asked = Some(now + answer_ms);
        self.beat(now)
    }

    fn beat(&mut self, now: Millis) -> Verdict {
        self.beaten = now;
        Verdict::Beat
    }
}
