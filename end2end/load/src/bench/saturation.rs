//! More and more messages into one room, until they come too late: how much a server can deliver.

use std::time::Duration;

use super::Bench;
use super::fan_out::BYTES;
use super::outcome::{Curve, Point};
use super::people::Places;
use super::subject::{Kind, Scene, Subject};
use super::window::measure;
use crate::light::Pace;

/// Later than this is too late, for one in a hundred.
const LATE_MS: f64 = 250.0;

/// Less of what should be delivered than this part is not kept up with.
const KEPT_UP: f64 = 0.9;

/// Messages a second at first, and at most.
const RATES: (f64, f64) = (50.0, 51_200.0);

/// How often it is looked closer where it broke.
const CLOSER: usize = 2;

const WARM: Duration = Duration::from_secs(1);

const PEOPLE: usize = 500;

/// The figures at each rate tried, in the order of the rates; the highest rate of deliveries that was kept up with.
pub async fn highest(bench: &Bench, kind: Kind) -> anyhow::Result<(Curve, f64)> {
    let scene = Scene {
        threads: 2,
        ..Scene::of(Places::One, PEOPLE)
    };
    let subject = bench.start(kind, &scene).await?;
    let mut points = Vec::new();
    let (mut good, mut bad) = (0.0, RATES.1 * 2.0);
    let mut rate = RATES.0;
    let (mut highest, mut closer) = (0.0_f64, 0);
    while rate <= RATES.1 && closer <= CLOSER {
        let (point, keeps_up) = step(bench, &subject, rate).await?;
        points.push(point);
        if keeps_up {
            highest = highest.max(point.delivered_per_sec);
            good = rate;
        } else {
            bad = rate;
        }
        let is_between = bad < RATES.1 * 2.0;
        closer += usize::from(is_between);
        rate = if is_between {
            f64::sqrt(good.max(1.0) * bad)
        } else {
            rate * 2.0
        };
    }
    points.sort_by(|one, other| one.delivered_per_sec.total_cmp(&other.delivered_per_sec));
    let curve = Curve {
        server: kind.name().to_owned(),
        points,
    };
    println!("  {:<24} {highest:>12.0} deliveries/s", kind.name());
    Ok((curve, highest))
}

/// Whether this rate is kept up with.
async fn step(bench: &Bench, subject: &Subject, rate: f64) -> anyhow::Result<(Point, bool)> {
    let window = measure(subject, Pace::PerSec(rate), BYTES, (WARM, bench.step)).await?;
    let point = Point {
        delivered_per_sec: window.delivered_per_sec(),
        p99_ms: window.delivery_ms(0.99),
        cost_us: window.cost(),
    };
    let part = point.delivered_per_sec / (rate * PEOPLE as f64);
    let keeps_up = part >= KEPT_UP && point.p99_ms < LATE_MS && window.tally.skipped == 0;
    Ok((point, keeps_up))
}
