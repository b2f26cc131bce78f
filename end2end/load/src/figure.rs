//! Times, gathered from everywhere and told as p50, p99 and the longest.

use std::fmt;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use hdrhistogram::Histogram;

use crate::bench::Times;

/// Times of one kind.
pub struct Figure(Mutex<Histogram<u64>>);

impl Figure {
    /// Counts a time, to the microsecond.
    pub fn count(&self, time: Duration) {
        let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        self.times().saturating_record(micros);
    }

    /// The time that this part (0 to 1) of all was below; zero if there is none.
    pub fn quantile(&self, part: f64) -> Duration {
        Duration::from_micros(self.times().value_at_quantile(part))
    }

    pub fn max(&self) -> Duration {
        Duration::from_micros(self.times().max())
    }

    pub fn len(&self) -> u64 {
        self.times().len()
    }

    /// The figures themselves, in milliseconds.
    pub fn of_all(&self) -> Times {
        Times::of(&self.times()).unwrap_or_default()
    }

    fn times(&self) -> MutexGuard<'_, Histogram<u64>> {
        self.0.lock().expect("no holder of the lock panics")
    }
}

impl Default for Figure {
    fn default() -> Self {
        // Up to ten minutes, to the third digit.
        let times = Histogram::new_with_bounds(1, 600_000_000, 3);
        Self(Mutex::new(times.expect("the bounds are sound")))
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = |time: Duration| time.as_secs_f64() * 1_000.0;
        write!(
            f,
            "p50 {:.1} ms, p99 {:.1} ms, longest {:.1} ms of {}",
            millis(self.quantile(0.5)),
            millis(self.quantile(0.99)),
            millis(self.max()),
            self.len()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slowest_is_told_as_it_was() {
        let figure = Figure::default();
        for millis in 1..=100 {
            figure.count(Duration::from_millis(millis));
        }
        let text = figure.to_string();
        assert!(
            text.starts_with("p50 50.0 ms, p99 99.0 ms, longest 100."),
            "{text}"
        );
        assert!(text.ends_with("of 100"), "{text}");
    }
}
