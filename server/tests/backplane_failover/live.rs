//! Two nodes with many rooms, and whether all of them are live.

use std::collections::HashSet;
use std::time::Duration;

use server::backplane::Heard;
use server::frame::{Frame, Topic};
use tokio::time::{Instant, timeout_at};

use crate::listener::{Listener, entry, room};

/// Within what all rooms are live again, whatever happened to a server.
pub const LIVE_WITHIN: Duration = Duration::from_secs(8);

/// Enough to have some on each server.
const ROOMS: usize = 60;

/// How long a round of frames may take where all is well; then another one is tried.
const ROUND_MAX: Duration = Duration::from_millis(400);

pub struct Rooms {
    pub ann: Listener,
    pub bob: Listener,
    rounds: u64,
}

impl Rooms {
    pub async fn on(url: &str) -> Self {
        let topics: Vec<Topic> = (0..ROOMS).map(|number| room(&name(number))).collect();
        let mut nodes = Vec::new();
        for _ in 0..2 {
            let mut node = Listener::join(url, "e1").await.expect("Redis is there");
            node.is_told(Heard::Healthy).await;
            node.follow(&topics).await;
            nodes.push(node);
        }
        let (bob, ann) = (nodes.pop(), nodes.pop());
        let mut rooms = Self {
            ann: ann.expect("two were made"),
            bob: bob.expect("two were made"),
            rounds: 0,
        };
        rooms
            .are_live_again(std::time::Instant::now() + LIVE_WITHIN)
            .await;
        rooms
    }

    /// Waits until both nodes are told this.
    pub async fn are_told(&mut self, health: Heard) {
        self.ann.is_told(health.clone()).await;
        self.bob.is_told(health).await;
    }

    /// What each of the nodes publishes in each room is heard by both, before this time.
    pub async fn are_live_again(&mut self, before: std::time::Instant) {
        let before = Instant::from_std(before);
        while !self.round().await {
            assert!(Instant::now() < before, "not all rooms are live in time");
        }
        assert!(Instant::now() < before, "all rooms are live, but late");
    }

    async fn round(&mut self) -> bool {
        let until = Instant::now() + ROUND_MAX;
        let mut wanted = HashSet::new();
        for number in 0..ROOMS {
            for (node, publisher) in [&self.ann, &self.bob].into_iter().enumerate() {
                let seq = 2 * self.rounds + node as u64 + 1;
                let frame = entry(&name(number), seq);
                publisher.publish(&frame);
                wanted.insert(key(&frame));
            }
        }
        self.rounds += 1;
        hears_all(&mut self.ann, wanted.clone(), until).await
            && hears_all(&mut self.bob, wanted, until).await
    }
}

async fn hears_all(
    node: &mut Listener,
    mut wanted: HashSet<(String, u64)>,
    until: Instant,
) -> bool {
    while !wanted.is_empty() {
        match timeout_at(until, node.next()).await {
            Ok(Heard::Frame(frame)) => drop(wanted.remove(&key(&frame))),
            Ok(Heard::Healthy | Heard::Suspect) => {}
            Err(_) => return false,
        }
    }
    true
}

fn key(frame: &Frame) -> (String, u64) {
    (frame.topic.to_string(), frame.seq)
}

fn name(number: usize) -> String {
    format!("room-{number}")
}
