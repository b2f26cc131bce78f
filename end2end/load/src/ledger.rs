//! What the tabs wrote, were told and have shown, in a few bytes a message.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard};

use protocol::Cid;

/// Broken promises told in full; of more, only the number.
const TOLD_MAX: usize = 50;

/// What all tabs share.
pub struct Ledger {
    /// What each tab wrote, by its number.
    pub sends: Vec<Sends>,
    /// What stands at each seq, as the first tab that showed it had it; 0 for none.
    shown: Mutex<Vec<u64>>,
    accepted: AtomicU64,
    broken: Mutex<Vec<String>>,
    broken_count: AtomicU64,
}

/// What one tab wrote: messages 1, 2, 3 …
#[derive(Default)]
pub struct Sends {
    written: AtomicU64,
    /// Where each message stands as it was answered; 0 while it is not.
    answers: Mutex<Vec<u64>>,
}

impl Ledger {
    pub fn new(tabs: usize) -> Self {
        Self {
            sends: (0..tabs).map(|_| Sends::default()).collect(),
            shown: Mutex::default(),
            accepted: AtomicU64::new(0),
            broken: Mutex::default(),
            broken_count: AtomicU64::new(0),
        }
    }

    /// Messages that were answered as stored.
    pub fn accepted(&self) -> u64 {
        self.accepted.load(Relaxed)
    }

    /// Notes the answer to a message: it stands at this seq. The error tells that it was answered otherwise before.
    pub fn accept(&self, written: Written, seq: u64) -> Result<(), String> {
        let Some(sends) = self.sends.get(written.tab) else {
            return Err("is told of somebody else's message".to_owned());
        };
        let mut answers = lock(&sends.answers);
        let at = written.nth as usize;
        if answers.len() <= at {
            answers.resize(at + 1, 0);
        }
        match answers[at] {
            0 => {
                answers[at] = seq;
                self.accepted.fetch_add(1, Relaxed);
                Ok(())
            }
            before if before == seq => Ok(()),
            before => Err(format!(
                "is told that {written} is at {before} and at {seq}"
            )),
        }
    }

    /// Notes what a tab shows at these seqs. The error tells the first one at which others show something else.
    pub fn show(&self, lines: &[(u64, u64)]) -> Result<(), String> {
        let mut shown = lock(&self.shown);
        for &(seq, hash) in lines {
            let at = seq as usize;
            if shown.len() <= at {
                shown.resize(at + 1, 0);
            }
            if shown[at] == 0 {
                shown[at] = hash;
            } else if shown[at] != hash {
                return Err(format!("shows at {seq} what others do not"));
            }
        }
        Ok(())
    }

    /// What was shown at this seq; none if nobody showed it.
    pub fn shown_at(&self, seq: u64) -> Option<u64> {
        lock(&self.shown)
            .get(seq as usize)
            .copied()
            .filter(|hash| *hash != 0)
    }

    /// Notes a promise that does not hold.
    pub fn broken(&self, what: String) {
        self.broken_count.fetch_add(1, Relaxed);
        let mut broken = lock(&self.broken);
        if broken.len() < TOLD_MAX {
            broken.push(what);
        }
    }

    /// How many promises did not hold, and the first of them.
    pub fn all_broken(&self) -> (u64, Vec<String>) {
        (self.broken_count.load(Relaxed), lock(&self.broken).clone())
    }
}

impl Sends {
    /// The next message to write counts as written.
    pub fn write(&self) -> u64 {
        self.written.fetch_add(1, Relaxed) + 1
    }

    /// The last one was not written after all.
    pub fn take_back(&self) {
        self.written.fetch_sub(1, Relaxed);
    }

    pub fn written(&self) -> u64 {
        self.written.load(Relaxed)
    }

    /// Where this message stands as it was answered.
    pub fn answer(&self, nth: u64) -> Option<u64> {
        lock(&self.answers)
            .get(nth as usize)
            .copied()
            .filter(|seq| *seq != 0)
    }
}

/// One message of a run: the tab that wrote it, and the how manieth of that tab it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    pub tab: usize,
    pub nth: u64,
}

impl Written {
    pub fn parse(cid: &Cid) -> Option<Self> {
        let (tab, nth) = cid.as_str().split_once('-')?;
        Some(Self {
            tab: tab.parse().ok()?,
            nth: nth.parse().ok()?,
        })
    }

    pub fn cid(self) -> Cid {
        self.to_string()
            .parse()
            .expect("digits and a dash are a cid")
    }

    /// The text, which follows from the number: short ones, long ones, several lines and scripts.
    pub fn body(self) -> String {
        let Self { tab, nth } = self;
        let tail = match nth % 8 {
            0 => "两个节点，一个房间\nand a second line".to_owned(),
            1..=5 => "as people write".to_owned(),
            6 => "<b>&\"'\\ 🦀".to_owned(),
            _ => "much to say, ".repeat(1 + (nth % 29) as usize),
        };
        format!("{nth} of {tab}: {tail}").trim_end().to_owned()
    }
}

impl std::fmt::Display for Written {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.tab, self.nth)
    }
}

/// What stands at a seq, in 8 bytes, never 0.
pub fn hash(sender: &str, cid: &str, body: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (sender, cid, body).hash(&mut hasher);
    hasher.finish().max(1)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("no holder of the lock panics")
}
