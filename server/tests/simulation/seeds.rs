//! Which seeds are run, and how that is told.

use std::cell::RefCell;
use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Instant;

use crate::story;

/// The seeds of the test; `bin/simulate` runs more.
const SEEDS: Range<u64> = 0..1_000;

/// Failed seeds after which no more are run.
const FAILED_MAX: usize = 10;

thread_local! {
    /// What a task of this thread's run panicked with.
    static PANIC: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Runs the seed of `CONFAB_SEED` with its story, or those of `CONFAB_SEEDS` (`0..1000`), or the test's own.
pub fn run_all() {
    let set = |name| std::env::var(name).ok();
    let bad = |text: &str| -> ! {
        panic!("{text:?} is no seed; give CONFAB_SEED=7 or CONFAB_SEEDS=0..1000")
    };
    note_panics();
    if let Some(seed) = set("CONFAB_SEED") {
        let seed = seed.parse().unwrap_or_else(|_| bad(&seed));
        return match run(seed, true) {
            Ok(told) => eprintln!(
                "seed {seed} passed, {} messages, hash {:016x}",
                told.messages, told.hash
            ),
            Err(why) => panic!("seed {seed}: {why}"),
        };
    }
    let seeds = set("CONFAB_SEEDS").map_or(SEEDS, |text| {
        let (from, to) = text.split_once("..").unwrap_or_else(|| bad(&text));
        let seed = |text: &str| text.parse().unwrap_or_else(|_| bad(text));
        seed(from)..seed(to)
    });
    run_range(seeds);
}

/// Each run is one thread; several run side by side.
fn run_range(seeds: Range<u64>) {
    let began = Instant::now();
    let next = AtomicU64::new(seeds.start);
    let sum = Mutex::new(Sum::default());
    let work = || {
        loop {
            let seed = next.fetch_add(1, Relaxed);
            let has_failed = sum.lock().expect("no panic in here").failed.len() >= FAILED_MAX;
            if seed >= seeds.end || has_failed {
                return;
            }
            let outcome = run(seed, false);
            sum.lock().expect("no panic in here").add(seed, outcome);
            let done = seed + 1 - seeds.start;
            if done.is_multiple_of(1_000) {
                eprintln!("{done} seeds after {} s", began.elapsed().as_secs());
            }
        }
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(work);
        }
    });
    let sum = sum.into_inner().expect("no panic in here");
    eprintln!(
        "seeds {}..{}: {} failed; {} messages in {} min of simulated time, settled at most {} s after the storm; took {} s",
        seeds.start,
        seeds.end,
        sum.failed.len(),
        sum.messages,
        sum.virtual_secs / 60,
        sum.settled_secs_max,
        began.elapsed().as_secs(),
    );
    let failed = sum.failed;
    assert!(
        failed.is_empty(),
        "seeds {failed:?} failed: the reasons stand above"
    );
}

#[derive(Default)]
struct Sum {
    failed: Vec<u64>,
    messages: usize,
    virtual_secs: u64,
    settled_secs_max: u64,
}

impl Sum {
    fn add(&mut self, seed: u64, outcome: Result<story::Told, String>) {
        match outcome {
            Ok(told) => {
                self.messages += told.messages;
                self.virtual_secs += told.virtual_secs;
                self.settled_secs_max = self.settled_secs_max.max(told.settled_secs);
            }
            Err(why) => {
                eprintln!(
                    "seed {seed} FAILED: {why}\n  again, with its story: bin/simulate --seed {seed}"
                );
                self.failed.push(seed);
            }
        }
    }
}

/// A task that panics ends alone; its run fails for it all the same.
fn run(seed: u64, tells: bool) -> Result<story::Told, String> {
    PANIC.take();
    let told = story::run(seed, tells);
    PANIC.take().map_or(told, Err)
}

fn note_panics() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        PANIC.set(Some(panic.to_string()));
        usual(panic);
    }));
}
