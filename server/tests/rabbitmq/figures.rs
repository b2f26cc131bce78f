//! What RabbitMQ costs a frame, beside Redis: `cargo test --test rabbitmq figures -- --nocapture`.

use std::time::{Duration, Instant};

use crate::listener::{Listener, World, entry, room};

/// How many times as long as over Redis a frame may take.
const TIMES_MAX: f64 = 3.0;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_frame_comes_nearly_as_soon_as_over_redis() {
    let (redis, rabbitmq) = (World::redis(), World::rabbitmq());
    let mut redis = Pair::on(&redis).await;
    let mut rabbitmq = Pair::on(&rabbitmq).await;
    let (mut by_redis, mut by_rabbitmq) = (Vec::new(), Vec::new());
    // In turns, so that both have the same machine.
    for seq in 1..=500 {
        by_redis.push(redis.carries(seq).await);
        by_rabbitmq.push(rabbitmq.carries(seq).await);
    }
    let (redis, rabbitmq) = (median(by_redis), median(by_rabbitmq));
    let times = rabbitmq.as_secs_f64() / redis.as_secs_f64();
    println!("a frame to the other node, p50: {rabbitmq:?}, over Redis {redis:?}: {times:.2}×");
    assert!(times <= TIMES_MAX, "{times:.2}×");
}

/// Who publishes on one node, and who follows on another.
struct Pair {
    ann: Listener,
    bob: Listener,
}

impl Pair {
    async fn on(world: &World) -> Self {
        Self {
            ann: world.node().await,
            bob: world.follower(&[room("lobby")]).await,
        }
    }

    async fn carries(&mut self, seq: u64) -> Duration {
        let start = Instant::now();
        self.ann.publish(&entry("lobby", seq));
        self.bob.hears(&entry("lobby", seq)).await;
        start.elapsed()
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}
