//! How long to wait before the next attempt to connect.

use std::time::Duration;

/// The longest first and last waits; each is random below that, so that nodes do not come in step.
const RETRY_MIN: Duration = Duration::from_millis(100);
const RETRY_MAX: Duration = Duration::from_secs(2);

/// Full jitter: anything up to a limit that doubles with each attempt.
pub(super) fn wait(attempts: u32) -> Duration {
    let limit = RETRY_MIN
        .saturating_mul(1 << attempts.min(10))
        .min(RETRY_MAX);
    // Without randomness nodes come in step, which is no reason to stay away.
    let random = getrandom::u32().unwrap_or(u32::MAX);
    limit.mul_f64(f64::from(random) / f64::from(u32::MAX))
}
