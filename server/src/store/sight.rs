//! What a reader may see of a room.

use protocol::Gap;

use super::Span;

/// The runs of seqs a reader may see of a room, in order and apart from each other.
pub(super) struct Sight {
    runs: Vec<Gap>,
    /// The reader was put out; only their membership of before is left.
    pub(super) ended: bool,
}

/// What a span takes of a room.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Taken {
    /// The seqs to be read, from the first to the second of each, in order.
    pub(super) runs: Vec<Gap>,
    /// What is left out between, before or after them.
    pub(super) closed: Vec<Gap>,
}

impl Sight {
    /// Of a room with entries up to `top` that is open to the reader.
    pub(super) fn whole(top: u64) -> Self {
        Self::of(top, [(1, None)]).expect("there is a range")
    }

    /// Of a room with entries up to `top` to somebody who was a member in these ranges, in order; none who never was.
    pub(super) fn of(
        top: u64,
        ranges: impl IntoIterator<Item = (u64, Option<u64>)>,
    ) -> Option<Self> {
        let mut sight = None;
        for (from, to) in ranges {
            let Self { runs, ended } = sight.get_or_insert(Self {
                runs: Vec::new(),
                ended: false,
            });
            let end = to.unwrap_or(top).min(top);
            *ended = to.is_some();
            match runs.last_mut() {
                Some(last) if last.1 + 1 >= from => last.1 = last.1.max(end),
                _ if from <= end => runs.push((from, end)),
                _ => {}
            }
        }
        sight
    }

    pub(super) fn sees(&self, seq: u64) -> bool {
        has(&self.runs, seq)
    }

    /// Whether all is seen that comes after something that is seen.
    pub(super) fn goes_on(&self) -> bool {
        self.runs.len() == 1 && !self.ended
    }

    /// The highest seq there is to see.
    pub(super) fn top(&self) -> u64 {
        self.runs.last().map_or(0, |run| run.1)
    }

    pub(super) fn take(&self, span: Span) -> Taken {
        let mut runs = Vec::new();
        let left = |runs: &[Gap], limit: usize| {
            let taken: u64 = runs.iter().map(|(from, to)| to - from + 1).sum();
            (limit as u64).saturating_sub(taken)
        };
        match span {
            Span::After { seq, limit } => {
                for (from, to) in &self.runs {
                    let from = (*from).max(seq.saturating_add(1));
                    let to = (*to).min(from.saturating_add(left(&runs, limit)).saturating_sub(1));
                    if from <= to {
                        runs.push((from, to));
                    }
                }
            }
            Span::Before { seq, limit } => {
                for (from, to) in self.runs.iter().rev() {
                    let to = (*to).min(seq.saturating_sub(1));
                    let from = (*from).max((to + 1).saturating_sub(left(&runs, limit)));
                    if from <= to {
                        runs.push((from, to));
                    }
                }
                runs.reverse();
            }
        }
        let closed = self.closed(&runs, span);
        Taken { runs, closed }
    }

    /// What lies between the place the span begins at and the runs taken, and between these; after the top there is nothing
    /// left out, and before the first run only what is known to be.
    fn closed(&self, runs: &[Gap], span: Span) -> Vec<Gap> {
        let (mut last, end) = match span {
            Span::After { seq, .. } => (seq, None),
            Span::Before { limit: 0, .. } => return Vec::new(),
            Span::Before { seq, .. } => {
                let first = runs.first().map_or(seq, |run| run.0);
                let has_older = self.runs.first().is_some_and(|run| run.0 < first);
                let last = if has_older { first - 1 } else { 0 };
                (last, (seq <= self.top()).then_some(seq))
            }
        };
        let mut closed = Vec::new();
        let ends = runs.iter().copied().chain(end.map(|seq| (seq, seq)));
        for (from, to) in ends {
            if last + 1 < from {
                closed.push((last + 1, from - 1));
            }
            last = to;
        }
        closed
    }
}

/// Whether a seq is in one of these runs.
pub(super) fn has(runs: &[Gap], seq: u64) -> bool {
    runs.iter().any(|(from, to)| (*from..=*to).contains(&seq))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A member from 5 to 10 and from 20 on, in a room with 25 entries.
    fn sight() -> Sight {
        Sight::of(25, [(5, Some(10)), (20, None)]).expect("a member")
    }

    fn after(seq: u64, limit: usize) -> Span {
        Span::After { seq, limit }
    }

    fn before(seq: u64, limit: usize) -> Span {
        Span::Before { seq, limit }
    }

    fn check(sight: &Sight, span: Span, runs: &[Gap], closed: &[Gap]) {
        let (runs, closed) = (runs.to_vec(), closed.to_vec());
        assert_eq!(sight.take(span), Taken { runs, closed }, "{span:?}");
    }

    #[test]
    fn what_comes_after_a_place_has_gaps_only_between() {
        let sight = sight();
        check(
            &sight,
            after(0, 100),
            &[(5, 10), (20, 25)],
            &[(1, 4), (11, 19)],
        );
        check(&sight, after(0, 6), &[(5, 10)], &[(1, 4)]);
        check(
            &sight,
            after(0, 7),
            &[(5, 10), (20, 20)],
            &[(1, 4), (11, 19)],
        );
        check(&sight, after(7, 2), &[(8, 9)], &[]);
        check(&sight, after(10, 9), &[(20, 25)], &[(11, 19)]);
        check(&sight, after(15, 9), &[(20, 25)], &[(16, 19)]);
        check(&sight, after(25, 9), &[], &[]);
        check(&sight, after(u64::MAX, 9), &[], &[]);
        check(&sight, after(0, 0), &[], &[]);
    }

    #[test]
    fn what_comes_before_a_place_reaches_up_to_it() {
        let sight = sight();
        check(
            &sight,
            Span::newest(100),
            &[(5, 10), (20, 25)],
            &[(1, 4), (11, 19)],
        );
        check(&sight, Span::newest(6), &[(20, 25)], &[]);
        check(&sight, Span::newest(7), &[(10, 10), (20, 25)], &[(11, 19)]);
        check(&sight, before(20, 2), &[(9, 10)], &[(11, 19)]);
        check(&sight, before(15, 9), &[(5, 10)], &[(1, 4), (11, 14)]);
        check(&sight, before(11, 6), &[(5, 10)], &[(1, 4)]);
        check(&sight, before(5, 9), &[], &[(1, 4)]);
        check(&sight, before(1, 9), &[], &[]);
        check(&sight, Span::newest(0), &[], &[]);
    }

    #[test]
    fn who_was_put_out_sees_nothing_after_it() {
        let sight = Sight::of(25, [(5, Some(10))]).expect("a member once");
        assert_eq!((sight.top(), sight.ended), (10, true));
        check(&sight, after(7, 9), &[(8, 10)], &[]);
        check(&sight, after(10, 9), &[], &[]);
        check(&sight, Span::newest(9), &[(5, 10)], &[(1, 4)]);
        check(&sight, before(20, 9), &[(5, 10)], &[(1, 4)]);
        assert!(Sight::of(25, []).is_none(), "nobody");
    }

    #[test]
    fn who_came_back_at_once_misses_nothing() {
        let sight = Sight::of(25, [(1, Some(10)), (11, None)]).expect("a member");
        assert!(!sight.ended);
        check(&sight, after(0, 100), &[(1, 25)], &[]);
        check(&Sight::whole(3), Span::newest(9), &[(1, 3)], &[]);
        assert_eq!(Sight::whole(0).top(), 0);
        check(&Sight::whole(0), Span::newest(9), &[], &[]);
    }
}
