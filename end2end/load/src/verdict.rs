//! What is wrong with a log, and with what was shown of it.

/// Wrongs told in full; of more, only the number.
const TOLD_MAX: usize = 50;

/// What is wrong, by kind.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Messages and changes of them in the log.
    pub stored: u64,
    /// Lists compared with it.
    pub lists: u64,
    /// Answered as stored, and not there, or elsewhere.
    pub lost: u64,
    /// There a second time.
    pub doubled: u64,
    /// There after one that its sender wrote later.
    pub reordered: u64,
    /// Places left out, strange entries, other texts, and messages never answered that are not there.
    pub strange: u64,
    /// Tabs that have not shown what the log has.
    pub differing: u64,
    pub told: Vec<String>,
}

impl Verdict {
    pub fn is_good(&self) -> bool {
        let Self {
            lost,
            doubled,
            reordered,
            strange,
            differing,
            ..
        } = self;
        lost + doubled + reordered + strange + differing == 0
    }

    pub fn tell(&mut self, what: String) {
        if self.told.len() < TOLD_MAX {
            self.told.push(what);
        }
    }
}
