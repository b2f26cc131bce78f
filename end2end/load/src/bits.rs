//! A set of numbers that are close to each other, a bit each.

#[derive(Debug, Default)]
pub struct Bits(Vec<u64>);

impl Bits {
    /// Whether it was not there before.
    pub fn insert(&mut self, number: u64) -> bool {
        let is_new = !self.has(number);
        let at = (number / 64) as usize;
        if self.0.len() <= at {
            self.0.resize(at + 1, 0);
        }
        self.0[at] |= 1 << (number % 64);
        is_new
    }

    pub fn has(&self, number: u64) -> bool {
        let bits = self.0.get((number / 64) as usize);
        bits.is_some_and(|bits| bits & (1 << (number % 64)) != 0)
    }

    /// Higher than all.
    pub fn end(&self) -> u64 {
        64 * self.0.len() as u64
    }
}
