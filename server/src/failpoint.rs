//! Points at which a test makes this node die, wait or lose a frame; a release has none without the feature `failpoints`.

use std::fmt;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// A node that may fail on purpose is never one that somebody relies on.
const AVAILABLE: bool = cfg!(any(debug_assertions, feature = "failpoints"));

/// Each point, its name, and what can happen there.
const POINTS: [(Point, &str, &str); 3] = [
    (Point::BeforeCommit, "before_commit", "abort, delay:MS"),
    (Point::AfterCommit, "after_commit", "abort, delay:MS"),
    (Point::Publish, "publish", "abort, drop"),
];

static ARMED: OnceLock<Vec<Armed>> = OnceLock::new();

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Point {
    /// Entries are written and not yet committed.
    BeforeCommit,
    /// Entries are committed; nobody was answered or told of them.
    AfterCommit,
    /// A frame is about to go to the other nodes.
    Publish,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Action {
    /// The node ends as by kill −9.
    Abort,
    /// What follows the point is left out.
    Drop,
    /// The thread that passes stands still.
    Delay(Duration),
}

/// What is to happen at a point: `point:action` each time, `point:action@n` the n-th time only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failpoint {
    point: Point,
    action: Action,
    nth: Option<u64>,
}

struct Armed {
    failpoint: Failpoint,
    passed: AtomicU64,
}

/// Reads one failpoint. A build without them refuses each: a test must not pass because nothing failed.
pub fn parse(text: &str) -> Result<Failpoint, String> {
    if AVAILABLE {
        read(text).ok_or_else(what_there_is)
    } else {
        Err(
            "this build has no failpoints; start without, or build with --features failpoints"
                .to_owned(),
        )
    }
}

/// Arms this process, once.
pub fn arm(failpoints: Vec<Failpoint>) {
    let armed = failpoints.into_iter().map(|failpoint| Armed {
        failpoint,
        passed: AtomicU64::new(0),
    });
    ARMED.get_or_init(|| armed.collect());
}

/// Passes a point. False if what follows it is to be left out.
pub(crate) fn pass(point: Point) -> bool {
    let armed = ARMED.get().filter(|_| AVAILABLE);
    let here = armed.into_iter().flatten();
    // Each of them counts, also behind one that stops.
    let stops = here.filter(|armed| armed.failpoint.point == point && !armed.pass());
    stops.count() == 0
}

impl Armed {
    fn pass(&self) -> bool {
        let count = self.passed.fetch_add(1, Ordering::Relaxed) + 1;
        if self.failpoint.nth.is_some_and(|nth| nth != count) {
            return true;
        }
        match self.failpoint.action {
            Action::Abort => {
                tracing::warn!(point = %self.failpoint.point, count, "failpoint: abort");
                std::process::abort()
            }
            Action::Drop => false,
            Action::Delay(time) => {
                tracing::warn!(point = %self.failpoint.point, count, "failpoint: delay");
                std::thread::sleep(time);
                true
            }
        }
    }
}

fn read(text: &str) -> Option<Failpoint> {
    let (text, nth) = match text.split_once('@') {
        Some((text, nth)) => (text, Some(nth.parse().ok().filter(|nth| *nth > 0)?)),
        None => (text, None),
    };
    let (name, action) = text.split_once(':')?;
    let (point, _, _) = POINTS.into_iter().find(|(_, known, _)| *known == name)?;
    let action = match (point, action) {
        (_, "abort") => Action::Abort,
        (Point::Publish, "drop") => Action::Drop,
        (Point::BeforeCommit | Point::AfterCommit, delay) => {
            let millis = delay.strip_prefix("delay:")?.parse().ok()?;
            Action::Delay(Duration::from_millis(millis))
        }
        _ => return None,
    };
    Some(Failpoint { point, action, nth })
}

fn what_there_is() -> String {
    let points = POINTS.map(|(_, name, actions)| format!("{name} ({actions})"));
    format!(
        "give point:action, or point:action@n for the n-th time only; there are {}",
        points.join("; ")
    )
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = POINTS.iter().find(|(point, ..)| point == self);
        f.write_str(named.expect("every point has its row").1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failpoint_is_read_or_refused_with_what_there_is() {
        for good in [
            "after_commit:abort",
            "after_commit:abort@3",
            "before_commit:delay:50",
            "before_commit:delay:50@1",
            "publish:drop",
            "publish:abort@7",
        ] {
            parse(good).expect(good);
        }
        for bad in [
            "",
            "after_commit",
            "after_commit:",
            "after_commit:drop",
            "after_commit:abort@0",
            "after_commit:abort@-1",
            "after_commit:delay:soon",
            "publish:delay:5",
            "lunch:abort",
        ] {
            let refusal = parse(bad).expect_err(bad);
            let remedy = "after_commit (abort, delay:MS); publish (abort, drop)";
            assert!(refusal.contains(remedy), "{bad}: {refusal}");
        }
    }

    #[test]
    fn the_nth_time_is_that_one_alone() {
        let all = |text: &str| {
            let armed = Armed {
                failpoint: read(text).expect(text),
                passed: AtomicU64::new(0),
            };
            [(); 4].map(|()| armed.pass())
        };
        assert_eq!(all("publish:drop"), [false; 4]);
        assert_eq!(all("publish:drop@3"), [true, true, false, true]);
    }
}
