//! A backplane that loses, doubles, delays and reorders frames, or carries none at all.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use server::backplane::{Backplane, Counters, Error, Heard};
use server::frame::{Frame, Topic};
use tokio::sync::mpsc;

use crate::chance::Chance;

/// What a node may leave unheard before frames are dropped.
const UNHEARD_MAX: usize = 1_000;

/// How the backplane does for a while.
#[derive(Clone, Copy, Default)]
pub struct Mood {
    /// Of a thousand frames.
    pub lost: u32,
    /// Of a thousand frames.
    pub doubled: u32,
    /// Each frame takes up to this, so that they overtake each other.
    pub late_ms: u64,
    /// The nodes know that it is away.
    pub is_away: bool,
}

/// What frames go through.
pub struct Air {
    chance: Chance,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    mood: Mood,
    last: u64,
    listeners: BTreeMap<u64, Listener>,
}

struct Listener {
    followed: HashSet<Topic>,
    sender: mpsc::Sender<Heard>,
    /// Frames were dropped, or could not be followed, that it has not been told of.
    missed: bool,
}

impl Air {
    pub fn new(chance: Chance) -> Arc<Self> {
        Arc::new(Self {
            chance,
            state: Mutex::default(),
        })
    }

    /// A node comes.
    pub fn join(self: &Arc<Self>) -> (Box<dyn Backplane>, mpsc::Receiver<Heard>) {
        let (sender, heard) = mpsc::channel(UNHEARD_MAX);
        let mut state = self.state();
        state.last += 1;
        let id = state.last;
        if state.mood.is_away {
            // A new channel has room.
            let _ = sender.try_send(Heard::Suspect);
        }
        let listener = Listener {
            followed: HashSet::new(),
            sender,
            missed: false,
        };
        state.listeners.insert(id, listener);
        let joined = Joined {
            air: self.clone(),
            id,
            counters: Counters::default(),
        };
        (Box::new(joined), heard)
    }

    pub fn set(&self, mood: Mood) {
        let mut state = self.state();
        let was_away = std::mem::replace(&mut state.mood, mood).is_away;
        let word = match (was_away, mood.is_away) {
            (false, true) => Heard::Suspect,
            (true, false) => Heard::Healthy,
            _ => return,
        };
        for listener in state.listeners.values_mut() {
            listener.missed |= listener.sender.try_send(word.clone()).is_err();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no holder of the lock panics")
    }

    /// Lets a frame go to one listener, now or later, or never.
    fn carry(self: &Arc<Self>, from: u64, to: u64, frame: &Frame, mood: Mood) {
        if mood.is_away || self.chance.permille(mood.lost) {
            return;
        }
        let copies = 1 + u32::from(self.chance.permille(mood.doubled));
        for _ in 0..copies {
            let late = self.chance.millis(0..=mood.late_ms);
            let (air, frame) = (self.clone(), frame.clone());
            tokio::spawn(async move {
                tokio::time::sleep(late).await;
                let mut state = air.state();
                // What a node has not sent yet when it dies is lost.
                let is_lost =
                    !state.listeners.contains_key(&from) && late > Duration::from_millis(3);
                if let Some(listener) = state.listeners.get_mut(&to).filter(|_| !is_lost) {
                    listener.hear(frame);
                }
            });
        }
    }
}

impl Listener {
    fn hear(&mut self, frame: Frame) {
        if self.missed && self.sender.capacity() > UNHEARD_MAX / 2 {
            // There is room, as was just seen.
            let _ = self.sender.try_send(Heard::Suspect);
            let _ = self.sender.try_send(Heard::Healthy);
            self.missed = false;
        }
        self.missed |= self.sender.try_send(Heard::Frame(frame)).is_err();
    }
}

struct Joined {
    air: Arc<Air>,
    id: u64,
    counters: Counters,
}

#[async_trait]
impl Backplane for Joined {
    fn publish(&self, frame: &Frame) {
        let (mood, followers) = {
            let state = self.air.state();
            let follows = |(id, listener): (&u64, &Listener)| {
                listener.followed.contains(&frame.topic).then_some(*id)
            };
            let followers: Vec<u64> = state.listeners.iter().filter_map(follows).collect();
            (state.mood, followers)
        };
        for follower in followers {
            self.air.carry(self.id, follower, frame, mood);
        }
    }

    async fn follow(&self, topics: &[Topic]) -> Result<(), Error> {
        self.air.chance.pause(0..=10).await;
        let mut state = self.air.state();
        let is_away = state.mood.is_away;
        if let Some(listener) = state.listeners.get_mut(&self.id) {
            listener.followed.extend(topics.iter().cloned());
        }
        if is_away { Err(Error::Away) } else { Ok(()) }
    }

    async fn unfollow(&self, topics: &[Topic]) {
        self.air.chance.pause(0..=10).await;
        if let Some(listener) = self.air.state().listeners.get_mut(&self.id) {
            listener.followed.retain(|topic| !topics.contains(topic));
        }
    }

    fn counters(&self) -> &Counters {
        &self.counters
    }
}

impl Drop for Joined {
    fn drop(&mut self) {
        self.air.state().listeners.remove(&self.id);
    }
}
