//! What is measured of a backplane, between two nodes and a third one that has nothing to do with it.

use std::time::{Duration, Instant};

use server::backplane::Heard;
use tokio::time::timeout;

use crate::listener::{Listener, World, entry, room};

/// Frames one after the other, each heard before the next one is published.
const SINGLE: u64 = 500;

/// Frames published at once, as often as stands there; fewer than a node keeps for publishing.
const AT_ONCE: u64 = 5_000;
const TIMES: u64 = 4;

/// How long a server may take to be back, its own start included.
const BACK_MAX: Duration = Duration::from_secs(60);

pub const HEAD: &str = "\
| backplane | frames heard in order, each once | heard by who does not follow | live again after its server's death | p50 to another node | × Redis | p99 | frames/s |
|---|---|---|---|---|---|---|---|";

pub struct Measured {
    /// Frames heard by who follows, none missing, doubled or out of its turn.
    in_order: u64,
    /// Frames heard by who does not follow.
    strays: u64,
    /// From a frame's publishing to its being heard by another node, sorted.
    took: Vec<Duration>,
    /// How long after the server was there again frames were heard.
    back: Duration,
    frames_per_sec: f64,
}

impl Measured {
    pub fn times(&self, other: &Self) -> f64 {
        self.at(50).as_secs_f64() / other.at(50).as_secs_f64()
    }

    pub fn row(&self, name: &str, redis: &Self) -> String {
        format!(
            "| {name} | {} | {} | {:.1} s | {:.2} ms | {:.1} | {:.2} ms | {:.0} |",
            self.in_order,
            self.strays,
            self.back.as_secs_f64(),
            self.at(50).as_secs_f64() * 1e3,
            self.times(redis),
            self.at(99).as_secs_f64() * 1e3,
            self.frames_per_sec,
        )
    }

    fn at(&self, percent: usize) -> Duration {
        self.took[(self.took.len() - 1) * percent / 100]
    }
}

pub async fn measure(mut world: World) -> Measured {
    let mut ann = world.node().await;
    let mut bob = world.follower(&[room("lobby")]).await;
    let cyd = world.follower(&[room("kitchen")]).await;
    let mut seq = 0;
    let took = singly(&ann, &mut bob, &mut seq).await;
    let frames_per_sec = at_once(&ann, &mut bob, &mut seq).await;
    let strays = cyd.counters().heard();
    assert_eq!(strays, 0, "who does not follow hears nothing");
    drop(cyd);
    let back = comes_back(&mut world, (&mut ann, &mut bob), &mut seq).await;
    Measured {
        in_order: seq,
        strays,
        took,
        back,
        frames_per_sec,
    }
}

async fn singly(ann: &Listener, bob: &mut Listener, seq: &mut u64) -> Vec<Duration> {
    let mut took = Vec::new();
    for _ in 0..SINGLE {
        *seq += 1;
        let published = Instant::now();
        ann.publish(&entry("lobby", *seq));
        bob.hears(&entry("lobby", *seq)).await;
        took.push(published.elapsed());
    }
    took.sort();
    took
}

async fn at_once(ann: &Listener, bob: &mut Listener, seq: &mut u64) -> f64 {
    let began = Instant::now();
    for _ in 0..TIMES {
        let first = *seq + 1;
        *seq += AT_ONCE;
        (first..=*seq).for_each(|seq| ann.publish(&entry("lobby", seq)));
        for seq in first..=*seq {
            bob.hears(&entry("lobby", seq)).await;
        }
    }
    (AT_ONCE * TIMES) as f64 / began.elapsed().as_secs_f64()
}

/// The server dies and is started again; both nodes are told, and a frame is heard.
async fn comes_back(
    world: &mut World,
    (ann, bob): (&mut Listener, &mut Listener),
    seq: &mut u64,
) -> Duration {
    world.server().kill();
    ann.is_told(Heard::Suspect).await;
    bob.is_told(Heard::Suspect).await;
    world.server().start_again();
    let there = Instant::now();
    let healthy = async {
        is_healthy(ann).await;
        is_healthy(bob).await;
    };
    timeout(BACK_MAX, healthy)
        .await
        .expect("both are back in time");
    *seq += 1;
    ann.publish(&entry("lobby", *seq));
    bob.hears(&entry("lobby", *seq)).await;
    there.elapsed()
}

async fn is_healthy(node: &mut Listener) {
    while node.next().await != Heard::Healthy {}
}
