//! Loading what is before the first line.

use fastrand::Rng;

use crate::Millis;
use crate::backoff::Backoff;

/// A page that takes longer is asked for again.
const PATIENCE_MS: Millis = 15_000;

/// Whether older entries are wanted, and whether they are on their way.
#[derive(Debug, Default)]
pub(crate) struct Older {
    is_wanted: bool,
    /// Asked for at this time.
    asked: Option<Millis>,
    not_before: Millis,
    backoff: Backoff,
}

impl Older {
    pub(crate) fn want(&mut self) {
        self.is_wanted = true;
    }

    /// Whether to ask for a page now; it then counts as asked for.
    pub(crate) fn ask(&mut self, now: Millis) -> bool {
        let is_due = self.is_wanted && self.asked.is_none() && now >= self.not_before;
        if is_due {
            self.asked = Some(now);
        }
        is_due
    }

    pub(crate) fn is_loading(&self) -> bool {
        self.is_wanted
    }

    pub(crate) fn is_overdue(&self, now: Millis) -> bool {
        self.asked
            .is_some_and(|asked| now.saturating_sub(asked) >= PATIENCE_MS)
    }

    /// It came; or there is nothing more to want.
    pub(crate) fn done(&mut self) {
        *self = Self::default();
    }

    pub(crate) fn failed(&mut self, now: Millis, rng: &mut Rng) {
        self.asked = None;
        self.not_before = now + self.backoff.wait_ms(rng);
    }
}
