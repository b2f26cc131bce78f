//! What all tabs of a run share: the clock, the nodes' addresses, the ledger and the figures.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use client::Millis;

use crate::figure::Figure;
use crate::ledger::{Ledger, Written};

/// A tab has one unanswered send at a time; the answer may overtake the entry by a few.
const SENDS_KEPT: usize = 8;

/// A socket that breaks this long after its node's death broke for another reason.
const DEATH_TOLD_MAX: Duration = Duration::from_secs(5);

pub struct World {
    began: Instant,
    /// Addresses of the nodes, as `http://host:port`.
    pub nodes: Vec<String>,
    pub ledger: Ledger,
    pub pace: Pace,
    /// From a node's death until a tab that was there shows the newest message again.
    pub reconnected: Figure,
    /// And until it shows all that it missed.
    pub caught_up: Figure,
    /// From a send until a tab on another node hears it.
    pub other_node: Figure,
    /// From the answer to a send, when it is stored, until a tab on another node hears it; nothing if that is sooner.
    pub after_answer: Figure,
    /// From a send until its answer.
    pub answered: Figure,
    deaths: Mutex<HashMap<String, Instant>>,
    sends: Vec<Mutex<VecDeque<Sent>>>,
}

/// How much is written, and how fast.
#[derive(Debug, Clone, Copy, Default)]
pub struct Pace {
    /// Answers wanted of all tabs together.
    pub messages: u64,
    /// Between two messages of one tab; none writes as soon as the outbox is empty.
    pub every: Option<Duration>,
    /// People turn from room to room, and answer and change what was said.
    pub is_varied: bool,
}

impl Pace {
    /// So many messages, so many a second of all these writers together; 0 a second is as fast as the nodes answer.
    pub fn of(messages: u64, writers: usize, rate: u32) -> Self {
        // A tab writes two messages at a time on average.
        let every = 2.0 * writers as f64 / f64::from(rate);
        Self {
            messages,
            every: (rate > 0).then(|| Duration::from_secs_f64(every)),
            is_varied: false,
        }
    }
}

/// The last time a message went out.
#[derive(Clone)]
pub struct Sent {
    nth: u64,
    pub at: Instant,
    pub node: String,
    pub answered: Option<Instant>,
}

impl World {
    pub fn new(nodes: Vec<String>, tabs: usize, pace: Pace) -> Self {
        Self {
            began: Instant::now(),
            nodes,
            ledger: Ledger::new(tabs),
            pace,
            reconnected: Figure::default(),
            caught_up: Figure::default(),
            other_node: Figure::default(),
            after_answer: Figure::default(),
            answered: Figure::default(),
            deaths: Mutex::default(),
            sends: (0..tabs).map(|_| Mutex::default()).collect(),
        }
    }

    /// The engines' clock.
    pub fn now(&self) -> Millis {
        u64::try_from(self.began.elapsed().as_millis()).expect("no run takes so long")
    }

    /// Whether more is to be written.
    pub fn wants_more(&self) -> bool {
        self.ledger.accepted() < self.pace.messages
    }

    /// A node was killed.
    pub fn died(&self, node: &str) {
        lock(&self.deaths).insert(node.to_owned(), Instant::now());
    }

    /// When the node died whose socket has just broken.
    pub fn death_of(&self, node: &str) -> Option<Instant> {
        let died = lock(&self.deaths).get(node).copied();
        died.filter(|died| died.elapsed() < DEATH_TOLD_MAX)
    }

    /// A message goes out to a node.
    pub fn sent(&self, written: Written, node: &str) {
        let Some(sends) = self.sends.get(written.tab) else {
            return;
        };
        let mut sends = lock(sends);
        sends.retain(|sent| sent.nth != written.nth);
        if sends.len() == SENDS_KEPT {
            sends.pop_front();
        }
        sends.push_back(Sent {
            nth: written.nth,
            at: Instant::now(),
            node: node.to_owned(),
            answered: None,
        });
    }

    /// The answer to a message came.
    pub fn answer(&self, written: Written) {
        let Some(sends) = self.sends.get(written.tab) else {
            return;
        };
        let mut sends = lock(sends);
        if let Some(sent) = sends.iter_mut().find(|sent| sent.nth == written.nth) {
            sent.answered = Some(Instant::now());
            self.answered.count(sent.at.elapsed());
        }
    }

    /// When this message went out last, and where; not kept for long.
    pub fn send_of(&self, written: Written) -> Option<Sent> {
        let sends = lock(self.sends.get(written.tab)?);
        sends.iter().find(|sent| sent.nth == written.nth).cloned()
    }
}

/// Milliseconds since 1970 UTC.
pub fn time_of_day() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_millis() as u64)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("no holder of the lock panics")
}
