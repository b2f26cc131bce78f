//! The figures of BENCHMARKS.md: this machine, the floor and a Confab under the same loads, judged by their targets.

mod fan_out;
mod idle;
mod joins;
mod judged;
mod kept;
mod machine;
mod outcome;
mod parts;
mod people;
mod picture;
mod process;
mod report;
mod saturation;
mod stored;
mod subject;
mod tail;
mod window;

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clap::ValueEnum as _;

use self::judged::Verdict;
use self::outcome::Outcome;
pub use self::outcome::Times;
use self::process::load_averages;
use self::subject::{Kind, Scene, Subject};

#[derive(clap::Args)]
pub struct Arguments {
    /// A few minutes instead of half an hour: shows that all works; what it measures is worth little, and is written to
    /// target/bench
    #[arg(long)]
    short: bool,

    /// Only these parts; written to target/bench
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Part>,

    /// Where the servers have their data meanwhile: on the disk that is measured
    #[arg(long, default_value = "target")]
    folder: PathBuf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    Machine,
    Room,
    Rooms,
    Nodes,
    Direct,
    Saturation,
    Idle,
    Joins,
    Stored,
    Tail,
}

/// How a run measures.
pub struct Bench {
    program: PathBuf,
    folder: PathBuf,
    is_short: bool,
    /// Windows of each server in a scenario.
    rounds: usize,
    /// A window.
    lasts: Duration,
    /// A window at one rate of many.
    step: Duration,
}

/// Whether all targets were met.
pub async fn run(program: PathBuf, arguments: Arguments) -> anyhow::Result<bool> {
    let (rounds, secs, step) = if arguments.short {
        (1, 2, 2)
    } else {
        (5, 6, 5)
    };
    let bench = Bench {
        program,
        folder: arguments.folder.canonicalize()?,
        is_short: arguments.short,
        rounds,
        lasts: Duration::from_secs(secs),
        step: Duration::from_secs(step),
    };
    let mut outcome = Outcome {
        at: SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        short: arguments.short,
        ..Outcome::default()
    };
    outcome.load_averages[0] = load_averages()?;
    let is_whole = arguments.only.is_empty();
    for part in Part::value_variants() {
        if is_whole || arguments.only.contains(part) {
            parts::measure(&bench, *part, &mut outcome).await?;
        }
    }
    outcome.load_averages[1] = load_averages()?;
    // What is not whole takes the place of nothing.
    let is_kept = is_whole && !arguments.short;
    let folder = if is_kept {
        Path::new(".")
    } else {
        Path::new("target/bench")
    };
    let page = kept::write(folder, &outcome, kept::last().as_ref())?;
    Ok(tell(&outcome, &page))
}

/// Whether all targets were met.
fn tell(outcome: &Outcome, page: &Path) -> bool {
    println!();
    for judged in &outcome.judged {
        println!(
            "{}: {:.2} {} ({})",
            judged.what,
            judged.value,
            judged.unit,
            judged.verdict()
        );
    }
    println!("{} has all of it", page.display());
    outcome
        .judged
        .iter()
        .all(|judged| judged.verdict() != Verdict::Missed)
}

impl Bench {
    async fn start(&self, kind: Kind, scene: &Scene) -> anyhow::Result<Subject> {
        Subject::start(kind, scene, &self.program, &self.folder).await
    }
}

/// Of an odd number of figures the one in the middle, of an even one the mean of the two there; not a number, if there is none.
fn median(figures: impl Iterator<Item = f64>) -> f64 {
    let mut figures: Vec<f64> = figures.collect();
    figures.sort_by(f64::total_cmp);
    let (low, high) = ((figures.len().max(1) - 1) / 2, figures.len() / 2);
    match (figures.get(low), figures.get(high)) {
        (Some(low), Some(high)) => (low + high) / 2.0,
        _ => f64::NAN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_one_in_the_middle() {
        assert_eq!(median([3.0, 1.0, 100.0].into_iter()), 3.0);
        assert_eq!(median([3.0, 1.0, 100.0, 5.0].into_iter()), 4.0);
        assert_eq!(median([7.0].into_iter()), 7.0);
        assert!(median([].into_iter()).is_nan());
    }
}
