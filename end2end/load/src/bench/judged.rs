//! Whether a figure is as it is to be.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A figure with its target.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Judged {
    pub what: String,
    pub value: f64,
    /// What stands behind the value: `× floor`, `µs`.
    pub unit: String,
    pub target: f64,
    pub stretch: f64,
    pub is_more_better: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    Missed,
    Met,
    Stretched,
}

impl Judged {
    /// To be at most the target.
    pub fn at_most(what: &str, value: f64, unit: &str, (target, stretch): (f64, f64)) -> Self {
        Self {
            what: what.to_owned(),
            value,
            unit: unit.to_owned(),
            target,
            stretch,
            is_more_better: false,
        }
    }

    /// To be at least the target.
    pub fn at_least(what: &str, value: f64, unit: &str, limits: (f64, f64)) -> Self {
        Self {
            is_more_better: true,
            ..Self::at_most(what, value, unit, limits)
        }
    }

    pub fn verdict(&self) -> Verdict {
        let reaches = |limit: f64| {
            if self.is_more_better {
                self.value >= limit
            } else {
                self.value <= limit
            }
        };
        match (reaches(self.target), reaches(self.stretch)) {
            (true, true) => Verdict::Stretched,
            (true, false) => Verdict::Met,
            (false, _) => Verdict::Missed,
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missed => "not met",
            Self::Met => "met",
            Self::Stretched => "met, with the stretch",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_may_be_an_upper_or_a_lower_limit() {
        let at_most = |value| Judged::at_most("cost", value, "×", (1.2, 1.0)).verdict();
        assert_eq!(
            [1.3, 1.2, 1.0].map(at_most),
            [Verdict::Missed, Verdict::Met, Verdict::Stretched]
        );
        let at_least = |value| Judged::at_least("rate", value, "×", (0.25, 0.5)).verdict();
        assert_eq!(
            [0.2, 0.25, 0.6].map(at_least),
            [Verdict::Missed, Verdict::Met, Verdict::Stretched]
        );
        assert_eq!(at_most(f64::NAN), Verdict::Missed);
    }
}
