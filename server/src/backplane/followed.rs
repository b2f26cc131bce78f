//! What a node wants to hear, and how much of that is true already.

use std::collections::HashSet;
use std::sync::Mutex;
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::time::timeout;

use super::Error;
use crate::frame::Topic;

/// How long a caller of `follow` waits at most.
const CONFIRMED_WITHIN: Duration = Duration::from_secs(1);

/// The wish is a set of topics; each change of it is a revision. The backplane's task makes it true and confirms revisions.
pub(super) struct Followed {
    wish: Mutex<Wish>,
    changed: Notify,
    confirmed: watch::Sender<Confirmed>,
}

#[derive(Default)]
struct Wish {
    topics: HashSet<Topic>,
    /// Topics wanted or unwanted since the task looked last.
    changed: HashSet<Topic>,
    revision: u64,
}

#[derive(Default)]
struct Confirmed {
    healthy: bool,
    revision: u64,
}

/// What makes the wish true.
pub(super) struct Changes {
    pub(super) follow: Vec<Topic>,
    pub(super) unfollow: Vec<Topic>,
    pub(super) revision: u64,
}

impl Followed {
    pub(super) fn new() -> Self {
        Self {
            wish: Mutex::default(),
            changed: Notify::new(),
            confirmed: watch::Sender::default(),
        }
    }

    /// Wants these topics; the revision to wait for.
    pub(super) fn want(&self, topics: &[Topic]) -> u64 {
        self.change(topics, |wish, topic| wish.insert(topic))
    }

    pub(super) fn unwant(&self, topics: &[Topic]) {
        self.change(topics, |wish, topic| wish.remove(&topic));
    }

    /// Waits until this revision is true. [`Error::Away`] when the backplane is not healthy, or too slow.
    pub(super) async fn confirmed(&self, revision: u64) -> Result<(), Error> {
        let mut confirmed = self.confirmed.subscribe();
        let settled = confirmed.wait_for(|now| !now.healthy || now.revision >= revision);
        match timeout(CONFIRMED_WITHIN, settled).await {
            Ok(Ok(now)) if now.healthy => Ok(()),
            _ => Err(Error::Away),
        }
    }

    pub(super) fn is_healthy(&self) -> bool {
        self.confirmed.borrow().healthy
    }

    /// All that is wanted, for a new connection.
    pub(super) fn all(&self) -> Changes {
        let mut wish = self.wish.lock().expect("no holder of the lock panics");
        wish.changed.clear();
        let follow = wish.topics.iter().cloned().collect();
        Changes {
            follow,
            unfollow: Vec::new(),
            revision: wish.revision,
        }
    }

    /// Waits for changes since the last look.
    pub(super) async fn changes(&self) -> Changes {
        loop {
            if let Some(changes) = self.take() {
                return changes;
            }
            self.changed.notified().await;
        }
    }

    /// Up to this revision the wish is true, on a healthy backplane.
    pub(super) fn confirm(&self, revision: u64) {
        self.confirmed.send_replace(Confirmed {
            healthy: true,
            revision,
        });
    }

    /// Nothing is followed any more.
    pub(super) fn lost(&self) {
        self.confirmed.send_replace(Confirmed::default());
    }

    fn change(&self, topics: &[Topic], apply: impl Fn(&mut HashSet<Topic>, Topic) -> bool) -> u64 {
        let mut wish = self.wish.lock().expect("no holder of the lock panics");
        for topic in topics {
            apply(&mut wish.topics, topic.clone());
            wish.changed.insert(topic.clone());
        }
        wish.revision += 1;
        self.changed.notify_one();
        wish.revision
    }

    fn take(&self) -> Option<Changes> {
        let mut wish = self.wish.lock().expect("no holder of the lock panics");
        if wish.changed.is_empty() && self.confirmed.borrow().revision >= wish.revision {
            return None;
        }
        let changed = std::mem::take(&mut wish.changed);
        let (follow, unfollow) = changed
            .into_iter()
            .partition(|topic| wish.topics.contains(topic));
        Some(Changes {
            follow,
            unfollow,
            revision: wish.revision,
        })
    }
}
