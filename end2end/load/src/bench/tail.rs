//! What other nodes' entries cost a node that has nothing to do with their rooms: it reads their places in the log's tail.

use std::time::Duration;

use anyhow::Context as _;

use super::Bench;
use super::idle::rest;
use super::people::Places;
use super::process::{busy, cpu};
use super::subject::{Kind, Scene, start_node};
use super::window::measure;
use crate::light::Pace;

/// Microseconds an entry costs the other node.
pub async fn measure_foreign(bench: &Bench) -> anyhow::Result<f64> {
    let scene = Scene::of(Places::Rooms(200), 1_000);
    let subject = bench.start(Kind::Confab, &scene).await?;
    // Joined by the log alone.
    let other = start_node(&bench.program, None, subject.folder()).await?;
    let pid = [other.pid().await.context("it runs")?];
    rest(&subject).await?;
    let idle = busy(&pid, bench.lasts).await?;
    let before = cpu(&pid)?;
    let times = (Duration::ZERO, bench.lasts);
    let window = measure(&subject, Pace::Answered, 128, times).await?;
    let cost = (cpu(&pid)? - before).as_secs_f64() - idle * window.lasted.as_secs_f64();
    let each = cost * 1e6 / window.answered.max(1) as f64;
    println!(
        "  {each:.2} µs an entry, {:.0} entries/s",
        window.answered as f64 / window.lasted.as_secs_f64()
    );
    Ok(each)
}
