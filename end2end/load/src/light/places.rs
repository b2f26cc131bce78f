//! Whether what one connection is told of a room is all of it, once and in order.

use std::ops::Range;

/// The seqs a connection was told, of one room.
#[derive(Debug, Default)]
pub struct Places {
    /// None until the first is told: where one comes in is not known.
    next: Option<u64>,
    /// Below `next`, and never told.
    missing: Vec<Range<u64>>,
}

/// How a seq stands to those before it.
#[derive(Debug, PartialEq, Eq, Clone, Copy)]
pub enum Place {
    Next,
    /// So many before it were not told.
    After(u64),
    /// It was missing until now.
    Late,
    Again,
}

impl Places {
    /// All up to here is known, and the next is the one after it; how many are passed over that were not told.
    pub fn begin(&mut self, last: u64) -> u64 {
        let skipped = self.next.map_or(0, |next| (last + 1).saturating_sub(next));
        let is_further = self.next.is_none_or(|next| next <= last + 1);
        if is_further {
            self.next = Some(last + 1);
        }
        skipped
    }

    pub fn tell(&mut self, seq: u64) -> Place {
        let next = *self.next.get_or_insert(seq);
        if seq == next {
            self.next = Some(seq + 1);
            return Place::Next;
        }
        if seq > next {
            self.missing.push(next..seq);
            self.next = Some(seq + 1);
            return Place::After(seq - next);
        }
        self.find(seq)
    }

    /// How many of those up to `top` were never told.
    pub fn lost(&self, top: u64) -> u64 {
        let inside: u64 = self.missing.iter().map(|hole| hole.end - hole.start).sum();
        let after = self.next.map_or(0, |next| (top + 1).saturating_sub(next));
        inside + after
    }

    /// The last seq told, or where it began; 0 if nothing was.
    pub fn top(&self) -> u64 {
        self.next.map_or(0, |next| next - 1)
    }

    fn find(&mut self, seq: u64) -> Place {
        let Some(nth) = self.missing.iter().position(|hole| hole.contains(&seq)) else {
            return Place::Again;
        };
        let hole = self.missing.swap_remove(nth);
        let parts = [hole.start..seq, seq + 1..hole.end];
        self.missing
            .extend(parts.into_iter().filter(|part| !part.is_empty()));
        Place::Late
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(seqs: &[u64]) -> (Vec<Place>, Places) {
        let mut places = Places::default();
        places.begin(0);
        (seqs.iter().map(|seq| places.tell(*seq)).collect(), places)
    }

    #[test]
    fn all_in_order_is_nothing_lost() {
        let (told, places) = told(&[1, 2, 3]);
        assert_eq!(told, [Place::Next; 3]);
        assert_eq!((places.lost(3), places.top()), (0, 3));
    }

    #[test]
    fn a_hole_is_lost_and_so_is_the_end() {
        let (told, places) = told(&[1, 4]);
        assert_eq!(told, [Place::Next, Place::After(2)]);
        assert_eq!(places.lost(6), 4);
    }

    #[test]
    fn what_comes_twice_is_doubled_and_what_comes_late_is_not_lost() {
        use Place::{After, Again, Late, Next};
        let (told, places) = told(&[1, 1, 5, 3, 3, 4, 2, 2]);
        assert_eq!(
            told,
            [Next, Again, After(3), Late, Again, Late, Late, Again]
        );
        assert_eq!(places.lost(5), 0);
    }

    #[test]
    fn a_fresh_page_passes_over_what_it_replaces() {
        let (_, mut places) = told(&[1, 2]);
        assert_eq!(places.begin(10), 8);
        assert_eq!(places.begin(5), 0, "an older page changes nothing");
        assert_eq!(places.tell(11), Place::Next);
        assert_eq!(places.lost(11), 0);
    }
}
