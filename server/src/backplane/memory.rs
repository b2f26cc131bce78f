//! The backplane of a node that is alone: what it publishes comes back to it.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use tokio::sync::mpsc;

use super::inbox::Inbox;
use super::{Backplane, Counters, Error, Heard};
use crate::frame::{Frame, Topic};

pub(super) fn connect() -> (Box<dyn Backplane>, mpsc::Receiver<Heard>) {
    let counters = Arc::new(Counters::default());
    let (mut inbox, heard) = Inbox::new(counters.clone());
    inbox.set_healthy(true);
    let followed = HashSet::new();
    (
        Box::new(Memory {
            state: Mutex::new(State { followed, inbox }),
            counters,
        }),
        heard,
    )
}

struct Memory {
    state: Mutex<State>,
    counters: Arc<Counters>,
}

struct State {
    followed: HashSet<Topic>,
    inbox: Inbox,
}

#[async_trait]
impl Backplane for Memory {
    fn publish(&self, frame: &Frame) {
        self.counters.count_published(1);
        let mut state = self.state.lock().expect("no holder of the lock panics");
        if state.followed.contains(&frame.topic) {
            state.inbox.hear(frame.clone());
        }
    }

    async fn follow(&self, topics: &[Topic]) -> Result<(), Error> {
        let mut state = self.state.lock().expect("no holder of the lock panics");
        state.followed.extend(topics.iter().cloned());
        Ok(())
    }

    async fn unfollow(&self, topics: &[Topic]) {
        let mut state = self.state.lock().expect("no holder of the lock panics");
        for topic in topics {
            state.followed.remove(topic);
        }
    }

    fn counters(&self) -> &Counters {
        &self.counters
    }
}
