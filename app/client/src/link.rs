//! How the connection stands, for those who show it.

use crate::Millis;

/// How the connection stands. `since` is when it was lost (or first wanted), however many tries ago.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// `connect` has not been called.
    Idle,
    Connecting {
        since: Millis,
    },
    /// A node has said welcome.
    Live,
    /// The next try is at `until`; `wake` tries at once.
    Waiting {
        since: Millis,
        until: Millis,
    },
    /// Closed with this code, to stay so until the user asks (`connect`).
    Stopped(u16),
}
