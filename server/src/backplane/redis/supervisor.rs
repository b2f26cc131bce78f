//! The task that keeps a link to Redis: serves it until it is lost, then makes another, for ever.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};
use tracing::{debug, error, info, warn};

use super::link::{End, Link, Lost, Node};
use crate::backplane::{Dropped, retry};
use crate::redis_address::{ANSWER_MAX, RedisAddress};

/// A link that lived so long was a good one: the next attempts start quick again.
const GOOD_AFTER: Duration = Duration::from_secs(10);

pub(super) struct Supervisor {
    pub(super) address: RedisAddress,
    pub(super) node: Node,
    /// To connect, since the last good link.
    pub(super) attempts: u32,
}

impl Supervisor {
    pub(super) async fn run<L: Link>(mut self, mut link: L) {
        loop {
            let since = Instant::now();
            let End::Lost(lost) = link.serve(&mut self.node).await else {
                return;
            };
            self.node.followed.lost();
            self.drop_queue();
            self.node.inbox.set_healthy(false);
            match lost {
                Lost::OtherLog(_) => error!(%lost, "backplane is not ours any more"),
                _ => warn!(address = self.address.shown(), %lost, "backplane lost"),
            }
            if since.elapsed() > GOOD_AFTER {
                self.attempts = 0;
            }
            link = self.reconnect(lost).await;
        }
    }

    async fn reconnect<L: Link>(&mut self, lost: Lost) -> L {
        let mut last = lost.to_string();
        loop {
            sleep(retry::wait(self.attempts)).await;
            self.attempts = self.attempts.saturating_add(1);
            self.node.inbox.settle();
            let opened = timeout(ANSWER_MAX, L::open(&self.address, &self.node.member)).await;
            match opened.unwrap_or_else(|elapsed| Err(elapsed.into())) {
                Ok(link) => {
                    self.node.counters.count_reconnect();
                    self.drop_queue();
                    info!(address = self.address.shown(), "backplane found again");
                    return link;
                }
                Err(lost) => {
                    let cause = lost.to_string();
                    match lost {
                        _ if cause == last => debug!(cause, "backplane still away"),
                        Lost::OtherLog(_) => error!(cause, "backplane is not ours any more"),
                        _ => warn!(cause, "backplane still away"),
                    }
                    last = cause;
                }
            }
        }
    }

    /// What nobody published while the backplane was away is late; the log has it.
    fn drop_queue(&mut self) {
        let mut dropped = self.node.publishing.len();
        self.node.publishing.clear();
        while self.node.queue.try_recv().is_ok() {
            dropped += 1;
        }
        self.node.counters.count_dropped(Dropped::Away, dropped);
    }
}
