//! How long to wait before the next try.

use fastrand::Rng;

use crate::Millis;

const FIRST_MS: Millis = 1_000;
const STEP_MS: Millis = 500;
const MOST_MS: Millis = 30_000;

/// Full jitter: any time from 0 up to a bound that starts at 1 s and doubles to 30 s, so that the
/// clients of a dead node spread out.
#[derive(Debug, Default)]
pub(crate) struct Backoff {
    tries: u32,
}

impl Backoff {
    /// How long to wait now; the next wait may be longer.
    pub(crate) fn wait_ms(&mut self, rng: &mut Rng) -> Millis {
        let bound = (STEP_MS << self.tries.min(6)).clamp(FIRST_MS, MOST_MS);
        self.tries += 1;
        rng.u64(0..=bound)
    }

    pub(crate) fn reset(&mut self) {
        self.tries = 0;
    }
}
