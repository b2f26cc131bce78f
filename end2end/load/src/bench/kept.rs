//! The files of a run: its figures, the pictures, the page. And the figures of the last run that was committed.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;

use super::outcome::Outcome;
use super::picture::{Axis, draw};
use super::report::page;

const FIGURES: &str = "end2end/load/figures/figures.json";

/// Writes all of it into this folder: the checkout, or one that looks like it.
pub fn write(folder: &Path, now: &Outcome, last: Option<&Outcome>) -> anyhow::Result<PathBuf> {
    let figures = folder.join(FIGURES);
    let pictures = figures.parent().context("it is in a folder")?;
    std::fs::create_dir_all(pictures)?;
    std::fs::write(&figures, serde_json::to_string_pretty(now)? + "\n")?;
    let latency = Axis {
        caption: "One room of 500: p99 from send to delivery",
        label: "ms",
        of: |point| point.p99_ms,
    };
    let cost = Axis {
        caption: "One room of 500: processor time of a delivery",
        label: "µs",
        of: |point| point.cost_us,
    };
    draw(&pictures.join("latency.svg"), &latency, &now.curves)?;
    draw(&pictures.join("cost.svg"), &cost, &now.curves)?;
    let path = folder.join("BENCHMARKS.md");
    std::fs::write(&path, page(now, last))?;
    Ok(path)
}

/// The last run that was committed; none if there is none, or it was of a form that is not known any more.
pub fn last() -> Option<Outcome> {
    let shown = Command::new("git")
        .args(["show", &format!("HEAD:{FIGURES}")])
        .output()
        .ok()?;
    serde_json::from_slice(&shown.stdout).ok()
}
