//! One message to many: the same load on several servers, by turns, so that a noisy machine is noisy for all of them.

use std::time::Duration;

use super::outcome::{Row, Scenario};
use super::subject::{Kind, Scene, Subject};
use super::window::{Window, measure};
use super::{Bench, median};
use crate::light::Pace;

/// Of a message's body.
pub const BYTES: usize = 128;

const WARM: Duration = Duration::from_secs(1);

/// What a scenario has shown.
pub struct Compared {
    pub scenario: Scenario,
    /// By the floor's, in the same rounds: the median.
    pub cost_ratio: f64,
    pub p99_ratio: f64,
}

/// Puts the load on each in turn, the floor before and after all others.
pub async fn compare(
    bench: &Bench,
    name: &str,
    (scene, pace): (&Scene, Pace),
    others: &[Kind],
) -> anyhow::Result<Compared> {
    println!("{name}");
    let floor = bench.start(Kind::Floor, scene).await?;
    let mut subjects = Vec::new();
    for kind in others {
        subjects.push(bench.start(*kind, scene).await?);
    }
    let times = (WARM, bench.lasts);
    let mut of_floor = vec![measure(&floor, pace, BYTES, times).await?];
    let mut of_others: Vec<Vec<Window>> = subjects.iter().map(|_| Vec::new()).collect();
    for _ in 0..bench.rounds {
        for (subject, windows) in subjects.iter().zip(&mut of_others) {
            windows.push(measure(subject, pace, BYTES, times).await?);
        }
        of_floor.push(measure(&floor, pace, BYTES, times).await?);
    }
    let mut rows = vec![row(&floor, &of_floor, 1.0).await?];
    let (mut cost_ratio, mut p99_ratio) = (f64::NAN, f64::NAN);
    for (subject, windows) in subjects.iter().zip(&of_others) {
        let cost = ratio(windows, &of_floor, Window::cost);
        if subject.kind == Kind::Confab {
            cost_ratio = cost;
            p99_ratio = ratio(windows, &of_floor, |window| window.delivery_ms(0.99));
        }
        rows.push(row(subject, windows, cost).await?);
    }
    rows.iter().for_each(super::report::tell_row);
    let scenario = Scenario {
        name: name.to_owned(),
        rows,
    };
    Ok(Compared {
        scenario,
        cost_ratio,
        p99_ratio,
    })
}

async fn row(subject: &Subject, windows: &[Window], ratio: f64) -> anyhow::Result<Row> {
    let lost = subject.light.lost().await?;
    let row = Row::of(subject.kind.name(), windows, lost);
    Ok(Row {
        ratio: Some(ratio),
        ..row
    })
}

/// Each round's figure by the mean of the floor's before and after it; the median of all rounds.
fn ratio(windows: &[Window], floor: &[Window], of: impl Fn(&Window) -> f64) -> f64 {
    let around = floor
        .windows(2)
        .map(|two| (of(&two[0]) + of(&two[1])) / 2.0);
    median(
        windows
            .iter()
            .zip(around)
            .map(|(window, floor)| of(window) / floor),
    )
}
