//! What the tabs wrote, were told and have shown, in a few bytes a message.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard};

use protocol::{Cid, Kind, Reason, RoomId};

/// Broken promises told in full; of more, only the number.
const TOLD_MAX: usize = 50;

const EMOJI: [&str; 2] = ["👍", "🎉"];

/// What all tabs share.
pub struct Ledger {
    /// What each tab wrote, by its number.
    pub sends: Vec<Sends>,
    /// What stands at each seq of each room, as the first tab that showed it had it; 0 for none.
    shown: Mutex<HashMap<String, Vec<u64>>>,
    accepted: AtomicU64,
    broken: Mutex<Vec<String>>,
    broken_count: AtomicU64,
}

/// What one tab wrote: 1, 2, 3 …
#[derive(Default)]
pub struct Sends(Mutex<Vec<Send>>);

/// A message, or a change of one, and what became of it.
#[derive(Debug, Clone)]
pub struct Send {
    pub room: RoomId,
    pub kind: Kind,
    /// The place of the message it answers or changes.
    pub target: Option<u64>,
    pub fate: Fate,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Unknown,
    /// It was answered that it stands at this place of its room.
    Stored(u64),
    Refused(Reason),
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

    /// What was answered as stored.
    pub fn accepted(&self) -> u64 {
        self.accepted.load(Relaxed)
    }

    /// Notes the answer to a send. The error tells that it was answered otherwise before, or is nobody's.
    pub fn answer(&self, written: Written, fate: Fate) -> Result<(), String> {
        let sends = self.sends.get(written.tab);
        let mut sends = lock(&sends.ok_or("is told of somebody else's message")?.0);
        let at = written.nth.checked_sub(1).map(|at| at as usize);
        let Some(send) = at.and_then(|at| sends.get_mut(at)) else {
            return Err(format!("is told of {written}, which was not written"));
        };
        match send.fate {
            Fate::Unknown => {
                send.fate = fate;
                let is_stored = matches!(fate, Fate::Stored(_));
                self.accepted.fetch_add(is_stored.into(), Relaxed);
                Ok(())
            }
            before if before == fate => Ok(()),
            before => Err(format!("is told of {written}: {before:?} and {fate:?}")),
        }
    }

    /// Notes what a tab shows at these seqs of a room. The error tells the first one at which others show something else.
    pub fn show(&self, room: &str, lines: &[(u64, u64)]) -> Result<(), String> {
        let mut rooms = lock(&self.shown);
        if !rooms.contains_key(room) {
            rooms.insert(room.to_owned(), Vec::new());
        }
        let shown = rooms.get_mut(room).expect("it is there now");
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

    /// What was shown at this seq of a room; none if nobody showed it.
    pub fn shown_at(&self, room: &str, seq: u64) -> Option<u64> {
        let rooms = lock(&self.shown);
        let shown = rooms.get(room)?.get(seq as usize).copied();
        shown.filter(|hash| *hash != 0)
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
    /// Notes the next one that is written; the how manieth it is.
    pub fn write(&self, room: RoomId, kind: Kind, target: Option<u64>) -> u64 {
        let mut sends = lock(&self.0);
        let fate = Fate::Unknown;
        sends.push(Send {
            room,
            kind,
            target,
            fate,
        });
        sends.len() as u64
    }

    /// The last one was not written after all.
    pub fn take_back(&self) {
        lock(&self.0).pop();
    }

    pub fn written(&self) -> u64 {
        lock(&self.0).len() as u64
    }

    pub fn get(&self, nth: u64) -> Option<Send> {
        let at = nth.checked_sub(1)?;
        lock(&self.0).get(at as usize).cloned()
    }
}

/// One send of a run: the tab that wrote it, and the how manieth of that tab it is.
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

    /// What it says, which follows from its number and kind.
    pub fn says(self, kind: Kind) -> String {
        match kind {
            Kind::Reacted | Kind::Unreacted => EMOJI[self.nth as usize % EMOJI.len()].to_owned(),
            Kind::Deleted => String::new(),
            _ => self.body(),
        }
    }

    /// The text of a message: short ones, long ones, several lines and scripts.
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

/// Whose send stands at a seq, in 8 bytes, never 0.
pub fn hash(sender: &str, cid: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (sender, cid).hash(&mut hasher);
    hasher.finish().max(1)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("no holder of the lock panics")
}
