//! What one seed decides, and what came of it.

use std::fmt;
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use fastrand::Rng;
use tokio::time::Instant;

/// The seed's dice, shared by everything that happens in a run: all of it is one thread, so they always fall in the same order.
#[derive(Clone)]
pub struct Chance {
    shared: Arc<Mutex<Shared>>,
    began: Instant,
}

struct Shared {
    rng: Rng,
    /// FNV-1a over everything noted.
    hash: u64,
    /// Whether to print what is noted.
    tells: bool,
    broken: Vec<String>,
}

impl Chance {
    pub fn new(seed: u64, tells: bool) -> Self {
        let shared = Shared {
            rng: Rng::with_seed(seed),
            hash: 0xcbf2_9ce4_8422_2325,
            tells,
            broken: Vec::new(),
        };
        Self {
            shared: Arc::new(Mutex::new(shared)),
            began: Instant::now(),
        }
    }

    /// Whether something that happens so often in a thousand happens now.
    pub fn permille(&self, often: u32) -> bool {
        often > 0 && self.shared().rng.u32(0..1_000) < often
    }

    pub fn number(&self, range: RangeInclusive<u64>) -> u64 {
        self.shared().rng.u64(range)
    }

    pub fn millis(&self, range: RangeInclusive<u64>) -> Duration {
        Duration::from_millis(self.number(range))
    }

    /// One of so many.
    pub fn one_of(&self, count: usize) -> usize {
        self.shared().rng.usize(0..count)
    }

    pub async fn pause(&self, millis: RangeInclusive<u64>) {
        let pause = self.millis(millis);
        if !pause.is_zero() {
            tokio::time::sleep(pause).await;
        }
    }

    /// Milliseconds since the run began.
    pub fn now(&self) -> u64 {
        self.began.elapsed().as_millis() as u64
    }

    /// Adds to the run's story. Nothing in it may differ between two runs of a seed: no token, no time of day.
    pub fn note(&self, what: fmt::Arguments<'_>) {
        let line = format!("{:>6} {what}\n", self.now());
        let mut shared = self.shared();
        if shared.tells {
            eprint!("{line}");
        }
        shared.hash = line.bytes().fold(shared.hash, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
    }

    /// Notes that a promise is broken.
    pub fn broken(&self, what: String) {
        self.note(format_args!("BROKEN {what}"));
        self.shared().broken.push(what);
    }

    pub fn first_broken(&self) -> Option<String> {
        self.shared().broken.first().cloned()
    }

    /// Two runs with the same story have the same hash.
    pub fn hash(&self) -> u64 {
        self.shared().hash
    }

    fn shared(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().expect("no holder of the lock panics")
    }
}
