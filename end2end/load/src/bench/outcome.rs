//! What a run found, as it is kept: in a file beside the last one's, and in the tables made of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::judged::Judged;
use super::machine::Machine;
use super::window::Window;
use crate::light::Tally;

#[derive(Debug, Default, Clone, Serialize, Deserialize)]
pub struct Outcome {
    /// Seconds since 1970 UTC.
    pub at: u64,
    /// The version of the program.
    pub version: String,
    /// Too short to judge by.
    pub short: bool,
    /// Before and after the run.
    pub load_averages: [[f64; 3]; 2],
    pub machine: Machine,
    pub scenarios: Vec<Scenario>,
    pub curves: Vec<Curve>,
    pub judged: Vec<Judged>,
}

/// One load, put on several servers by turns.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
pub struct Scenario {
    pub name: String,
    pub rows: Vec<Row>,
}

/// A server under a load. Times of the server's processor are for each delivery, in microseconds.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
pub struct Row {
    pub server: String,
    pub cost_us: f64,
    /// By the floor's in the same run: the median of all rounds.
    pub ratio: Option<f64>,
    /// Of the light client itself.
    pub own_cost_us: f64,
    pub sent_per_sec: f64,
    pub delivered_per_sec: f64,
    pub delivered: u64,
    pub lost: u64,
    pub doubled: u64,
    pub misordered: u64,
    /// Sends that were answered as not stored, by reason.
    #[serde(default)]
    pub refused: BTreeMap<String, u64>,
    /// Sends that were answered as stored, a second.
    #[serde(default)]
    pub answered_per_sec: f64,
    pub delivery: Times,
    /// None where nothing is answered.
    pub answer: Option<Times>,
}

/// In milliseconds.
#[derive(Debug, Default, Clone, Copy, Serialize, Deserialize)]
pub struct Times {
    pub p50: f64,
    pub p95: f64,
    pub p99: f64,
    pub max: f64,
}

/// One server under more and more load.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
pub struct Curve {
    pub server: String,
    pub points: Vec<Point>,
}

#[derive(Debug, Default, Clone, Copy, Serialize, Deserialize)]
pub struct Point {
    pub delivered_per_sec: f64,
    pub p99_ms: f64,
    pub cost_us: f64,
}

impl Times {
    pub fn of(times: &hdrhistogram::Histogram<u64>) -> Option<Self> {
        let at = |part| times.value_at_quantile(part) as f64 / 1_000.0;
        (!times.is_empty()).then(|| Self {
            p50: at(0.5),
            p95: at(0.95),
            p99: at(0.99),
            max: times.max() as f64 / 1_000.0,
        })
    }
}

impl Row {
    /// Of all windows of a server together.
    pub fn of(server: &str, windows: &[Window], lost: u64) -> Self {
        let mut all = Tally::default();
        windows.iter().for_each(|window| all.add(&window.tally));
        let count = windows.len().max(1) as f64;
        let mean = |of: &dyn Fn(&Window) -> f64| windows.iter().map(of).sum::<f64>() / count;
        Self {
            server: server.to_owned(),
            cost_us: mean(&Window::cost),
            ratio: None,
            own_cost_us: mean(&Window::own_cost),
            sent_per_sec: mean(&|window| window.sent as f64 / window.lasted.as_secs_f64()),
            delivered_per_sec: mean(&Window::delivered_per_sec),
            delivered: windows.iter().map(|window| window.delivered).sum(),
            lost: lost + all.skipped,
            doubled: all.doubled,
            misordered: all.misordered,
            refused: all.rejected,
            answered_per_sec: mean(&|window| window.answered as f64 / window.lasted.as_secs_f64()),
            delivery: Times::of(&all.delivery).unwrap_or_default(),
            answer: Times::of(&all.answer),
        }
    }
}
