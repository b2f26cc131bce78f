//! A subject under a load, for a while: what it did, and what that cost.

use std::time::{Duration, Instant};

use tokio::time::sleep;

use super::process::{cpu, own_cpu};
use super::subject::Subject;
use crate::light::{Pace, Plan, Tally};

/// What is told of a while.
pub struct Window {
    pub lasted: Duration,
    pub sent: u64,
    pub answered: u64,
    pub delivered: u64,
    /// Of the server: nodes and what joins them.
    pub cpu: Duration,
    pub own_cpu: Duration,
    pub tally: Tally,
}

/// Puts the load on, lets it run for `warm`, and measures for `secs`; then takes it off again, and returns when nothing is told any
/// more.
pub async fn measure(
    subject: &Subject,
    pace: Pace,
    bytes: usize,
    (warm, lasts): (Duration, Duration),
) -> anyhow::Result<Window> {
    let light = &subject.light;
    light.write(Some(Plan {
        pace,
        bytes,
        began: Instant::now(),
    }))?;
    sleep(warm).await;
    light.take().await?;
    let before = Moment::of(subject)?;
    sleep(lasts).await;
    let after = Moment::of(subject)?;
    light.write(None)?;
    light
        .is_quiet(Duration::from_millis(500), Duration::from_secs(60))
        .await?;
    // What stood still when the time was over came late, and is counted so.
    let tally = light.take().await?;
    Ok(Window {
        lasted: after.at - before.at,
        sent: after.sent - before.sent,
        answered: after.answered - before.answered,
        delivered: after.delivered - before.delivered,
        cpu: after.cpu - before.cpu,
        own_cpu: after.own_cpu - before.own_cpu,
        tally,
    })
}

struct Moment {
    at: Instant,
    cpu: Duration,
    own_cpu: Duration,
    sent: u64,
    answered: u64,
    delivered: u64,
}

impl Moment {
    fn of(subject: &Subject) -> anyhow::Result<Self> {
        let progress = &subject.light.progress;
        Ok(Self {
            cpu: cpu(&subject.pids)?,
            own_cpu: own_cpu()?,
            sent: progress.sent(),
            answered: progress.answered(),
            delivered: progress.delivered(),
            at: Instant::now(),
        })
    }
}

impl Window {
    /// Microseconds of the server for each delivery.
    pub fn cost(&self) -> f64 {
        micros(self.cpu) / self.delivered.max(1) as f64
    }

    /// Microseconds of the light client for each delivery.
    pub fn own_cost(&self) -> f64 {
        micros(self.own_cpu) / self.delivered.max(1) as f64
    }

    pub fn delivered_per_sec(&self) -> f64 {
        self.delivered as f64 / self.lasted.as_secs_f64()
    }

    /// Milliseconds that this part of all deliveries was below.
    pub fn delivery_ms(&self, part: f64) -> f64 {
        self.tally.delivery.value_at_quantile(part) as f64 / 1_000.0
    }
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000_000.0
}
