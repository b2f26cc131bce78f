//! What the supervisor that started this program is told, in systemd's way (sd_notify); nothing where there is none.

use std::time::Duration;

use sd_notify::NotifyState;
use tokio::time::{MissedTickBehavior, interval, timeout};

/// Looks in the time in which the supervisor wants to hear that the node works: one that comes late is not the end.
const LOOKS: u32 = 3;

/// People are taken in.
pub fn tell_ready(public_url: &str) {
    let status = format!("open {public_url}");
    tell(&[NotifyState::Ready, NotifyState::Status(&status)]);
}

/// The node works, or waits for what it needs as it should.
pub fn tell_alive() {
    tell(&[NotifyState::Watchdog]);
}

/// People are sent elsewhere, and then it ends.
pub fn tell_stopping() {
    tell(&[NotifyState::Stopping, NotifyState::Status("draining")]);
}

/// Tells that the node works as long as `look` returns in time, if the supervisor wants to hear it.
pub async fn watch<F: Future<Output = ()>>(look: impl Fn() -> F) {
    let Some(within) = sd_notify::watchdog_enabled() else {
        return;
    };
    let patience = (within / LOOKS).max(Duration::from_millis(1));
    let mut due = interval(patience);
    due.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        due.tick().await;
        match timeout(patience, look()).await {
            Ok(()) => tell_alive(),
            Err(_) => tracing::error!(
                "the store stands still; the supervisor is not told that this node works"
            ),
        }
    }
}

fn tell(news: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(news) {
        tracing::warn!(%error, "the supervisor cannot be told how this node is");
    }
}
