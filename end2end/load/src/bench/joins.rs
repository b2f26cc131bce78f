//! Everybody comes at once: what a connection costs from its dialing until the server is at rest again.

use std::time::{Duration, Instant};

use super::Bench;
use super::idle::rest;
use super::people::Places;
use super::process::{busy, cpu};
use super::subject::{Kind, Scene, Subject};

/// Microseconds of the server for each of so many who connect to one room at the same time.
pub async fn measure(bench: &Bench, kind: Kind, people: usize) -> anyhow::Result<f64> {
    let scene = Scene::of(Places::One, people);
    let mut subject = Subject::prepare(kind, &scene, &bench.program, &bench.folder).await?;
    rest(&subject).await?;
    let idle = busy(&subject.pids, Duration::from_secs(1)).await?;
    let (before, began) = (cpu(&subject.pids)?, Instant::now());
    subject.light.open(subject.tickets.clone(), people)?;
    subject.light.is_greeted(Duration::from_secs(120)).await?;
    let greeted = began.elapsed();
    rest(&subject).await?;
    let cost = (cpu(&subject.pids)? - before).as_secs_f64();
    let cost = (cost - idle * began.elapsed().as_secs_f64()).max(0.0) * 1e6 / people as f64;
    println!(
        "  {:<24} {cost:>8.1} µs a join, of {people} at once; all greeted after {:.2} s",
        kind.name(),
        greeted.as_secs_f64()
    );
    Ok(cost)
}
