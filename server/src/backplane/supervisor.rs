//! The task that keeps a link: serves it until it is lost, then makes another, for ever.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;
use tracing::{debug, error, info, warn};

use super::link::{Link, Lost as _, Node};
use super::retry;

/// A link that lived so long was a good one: the next attempts start quick again.
const GOOD_AFTER: Duration = Duration::from_secs(10);

pub(super) struct Supervisor<L: Link> {
    address: L::Address,
    /// The address, as it may be told.
    shown: String,
    node: Node,
    /// To connect, since the last good link.
    attempts: u32,
}

impl<L: Link> Supervisor<L> {
    pub(super) fn new(address: L::Address, shown: String, node: Node) -> Self {
        Self {
            address,
            shown,
            node,
            attempts: 0,
        }
    }

    /// Returns when the node drops its backplane or `stop` is told, and the server was told goodbye.
    pub(super) async fn run(mut self, mut link: L, stop: CancellationToken) {
        loop {
            let since = Instant::now();
            let served = stop.run_until_cancelled(link.serve(&mut self.node)).await;
            let Some(Err(lost)) = served else {
                return link.close().await;
            };
            self.node.fall_silent();
            if lost.is_other_log() {
                error!(%lost, "backplane is not ours any more");
            } else {
                warn!(address = self.shown, %lost, "backplane lost");
            }
            if since.elapsed() > GOOD_AFTER {
                self.attempts = 0;
            }
            drop(link);
            let Some(another) = stop.run_until_cancelled(self.reconnect(lost)).await else {
                return;
            };
            link = another;
        }
    }

    async fn reconnect(&mut self, lost: L::Lost) -> L {
        let mut last = lost.to_string();
        loop {
            sleep(retry::wait(self.attempts)).await;
            self.attempts = self.attempts.saturating_add(1);
            self.node.inbox.settle();
            let opened = timeout(L::OPEN_MAX, L::open(&self.address, &self.node.member)).await;
            match opened.unwrap_or_else(|elapsed| Err(elapsed.into())) {
                Ok(link) => {
                    self.node.counters.count_reconnect();
                    self.node.drop_queue();
                    info!(address = self.shown, "backplane found again");
                    return link;
                }
                Err(lost) => {
                    let cause = lost.to_string();
                    if cause == last {
                        debug!(cause, "backplane still away");
                    } else if lost.is_other_log() {
                        error!(cause, "backplane is not ours any more");
                    } else {
                        warn!(cause, "backplane still away");
                    }
                    last = cause;
                }
            }
        }
    }
}
