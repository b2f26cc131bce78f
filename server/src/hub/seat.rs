//! A session's two ends at the hub.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use protocol::{Close, RoomId, SignInId, UserId, limits};
use tokio::sync::mpsc;

use super::Set;
use crate::frame::{Act, Frame, Topic};

/// Frames a session's queue holds: more than a burst, less than a minute of a busy room.
pub(super) const QUEUE_MAX: usize = 256;

/// Bytes of those frames: what a session that does not read may keep from being forgotten.
pub(super) const QUEUE_BYTES_MAX: usize = 2 * limits::FRAME_BYTES_MAX;

/// What a session hears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    Frame(Arc<Frame>),
    Close(Close),
}

impl Told {
    fn bytes(&self) -> usize {
        match self {
            Self::Frame(frame) => frame.text.len(),
            Self::Close(_) => 0,
        }
    }
}

/// The hub's end: what it tells goes in.
pub(super) struct Seat {
    pub(super) user: UserId,
    sign_in: SignInId,
    /// Where it sits, or sat.
    rooms: Set<RoomId>,
    queue: mpsc::Sender<Told>,
    shared: Arc<Shared>,
}

/// The session's end: what it is told comes out.
pub struct Ears {
    queue: mpsc::Receiver<Told>,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    behind: Mutex<Set<Topic>>,
    queued_bytes: AtomicUsize,
    /// What has ended the sign-in: nothing more is to be told, whatever waits in the queue.
    ended: OnceLock<Act>,
}

impl Ears {
    /// Waits for what is told and takes all there is, at most `limit`. 0: the hub let this session go.
    pub async fn hear(&mut self, told: &mut Vec<Told>, limit: usize) -> usize {
        let before = told.len();
        let count = self.queue.recv_many(told, limit).await;
        let bytes = told[before..].iter().map(Told::bytes).sum();
        self.shared.queued_bytes.fetch_sub(bytes, Ordering::Relaxed);
        count
    }

    /// What has ended the session's sign-in: known before the queue has told it.
    pub fn ended(&self) -> Option<&Act> {
        self.shared.ended.get()
    }

    /// What this session has missed since the last call because its queue was full: rooms to be served from the log, and
    /// `Topic::All` when the online list is to be told anew. Only complete when the queue has been heard to its end.
    pub fn take_behind(&mut self) -> Vec<Topic> {
        let mut behind = self.shared.behind.lock().expect("no holder panics");
        if !self.queue.is_empty() {
            return Vec::new();
        }
        behind.drain().collect()
    }
}

impl Seat {
    pub(super) fn new(user: UserId, sign_in: SignInId) -> (Self, Ears) {
        let (sender, queue) = mpsc::channel(QUEUE_MAX);
        let shared = Arc::<Shared>::default();
        (
            Self {
                user,
                sign_in,
                rooms: Set::default(),
                queue: sender,
                shared: Arc::clone(&shared),
            },
            Ears { queue, shared },
        )
    }

    pub(super) fn sit_in(&mut self, room: &RoomId) {
        self.rooms.insert(room.clone());
    }

    pub(super) fn rise_from(&mut self, room: &RoomId) {
        self.rooms.remove(room);
    }

    pub(super) fn rooms(&self) -> impl Iterator<Item = &RoomId> {
        self.rooms.iter()
    }

    /// Tells what must not be missed: an entry, or a change of the online list. Whether there was room for it; else its topic
    /// is marked, and a room's seat is lost until the session has heard its queue to the end.
    pub(super) fn deliver(&self, frame: &Arc<Frame>) -> bool {
        if let Some(act) = frame.act.as_ref().filter(|act| self.is_ended_by(act)) {
            let _ = self.shared.ended.set(act.clone()); // the first one stands
        }
        // One step with the mark: the session looks for marks after each hearing, so it must not find none yet.
        let mut behind = self.shared.behind.lock().expect("no holder panics");
        let is_told = self.tell(Told::Frame(Arc::clone(frame)));
        if !is_told {
            behind.insert(frame.topic.clone());
        }
        is_told
    }

    fn is_ended_by(&self, act: &Act) -> bool {
        match act {
            Act::SignedOut(sign_in) => *sign_in == self.sign_in,
            Act::Banned(_) | Act::Kicked(_) => true,
            _ => false,
        }
    }

    /// Whether there was room for it.
    pub(super) fn tell(&self, told: Told) -> bool {
        let bytes = told.bytes();
        let queued = self.shared.queued_bytes.fetch_add(bytes, Ordering::Relaxed);
        // Whatever its size, one frame fits into an empty queue.
        let fits = bytes == 0 || queued == 0 || queued + bytes <= QUEUE_BYTES_MAX;
        let is_told = fits && self.queue.try_send(told).is_ok();
        if !is_told {
            self.shared.queued_bytes.fetch_sub(bytes, Ordering::Relaxed);
        }
        is_told
    }
}
