//! Whether what is held of the open room goes up to its top.

use crate::Millis;

/// How long a known gap may stay before the log is asked again.
const PATIENCE_MS: Millis = 5_000;

/// What one connection told of the room's top, and whether it was reached.
#[derive(Debug, Default)]
pub(crate) struct CatchUp {
    top: u64,
    /// What is held is not to be believed; only a fresh page goes on.
    awaits_fresh: bool,
    /// The top was reached once in this connection: nothing of the time before it is missing.
    is_done: bool,
    /// Since when the top is not reached.
    behind: Option<Millis>,
    /// The log was asked again, and nothing new has come since.
    in_vain: bool,
}

impl CatchUp {
    /// A node said welcome, and what the top is.
    pub(crate) fn begin(&mut self, now: Millis, top: u64, awaits_fresh: bool) {
        let in_vain = self.in_vain;
        *self = Self {
            top,
            awaits_fresh,
            is_done: false,
            behind: Some(now),
            in_vain,
        };
    }

    /// The room has an entry at this place.
    pub(crate) fn told(&mut self, now: Millis, seq: u64) {
        if seq > self.top {
            self.top = seq;
            self.behind.get_or_insert(now);
        }
    }

    /// What is to come first still comes: the wait for the rest begins anew.
    pub(crate) fn put_off(&mut self, now: Millis) {
        self.behind = self.behind.map(|_| now);
    }

    pub(crate) fn went_fresh(&mut self) {
        self.awaits_fresh = false;
    }

    /// All up to `last` is held now; `moved` says that it was less before.
    pub(crate) fn reached(&mut self, now: Millis, last: Option<u64>, moved: bool) {
        if moved {
            self.in_vain = false;
        }
        if !self.awaits_fresh && last.is_some_and(|last| last >= self.top) {
            self.is_done = true;
            self.behind = None;
        } else if moved {
            self.behind = Some(now);
        }
    }

    pub(crate) fn is_done(&self) -> bool {
        self.is_done
    }

    pub(crate) fn awaits_fresh(&self) -> bool {
        self.awaits_fresh
    }

    pub(crate) fn is_overdue(&self, now: Millis) -> bool {
        self.behind
            .is_some_and(|since| now.saturating_sub(since) >= PATIENCE_MS)
    }

    /// The log is asked again. The second time in vain it is asked as by somebody who holds nothing.
    pub(crate) fn ask_again(&mut self) -> Ask {
        let ask = if self.in_vain || self.awaits_fresh {
            Ask::Afresh
        } else {
            Ask::Onward
        };
        self.in_vain = true;
        ask
    }
}

/// How to ask the log again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ask {
    /// For what comes after the cursor.
    Onward,
    /// For the newest page.
    Afresh,
}
