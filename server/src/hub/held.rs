//! A room this node holds.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use protocol::SessionId;
use tokio::sync::OnceCell;
use tokio::time::Instant;

use super::recent::Recent;
use super::{Delivery, Map, Seat, Set};
use crate::frame::Frame;

/// Frames kept behind a hole, or while a room is being held for the first time.
const KEPT_MAX: usize = 256;

/// A room nobody here looks at is let go after this: a reload finds it still held.
pub(super) const RELEASE_AFTER: Duration = Duration::from_secs(30);

/// A room this node holds. Sessions see its frames from one cursor on without holes.
pub(super) struct Held {
    pub(super) opened: Arc<OnceCell<()>>,
    /// The last seq delivered; none until the first hold has found the room's top.
    pub(super) cursor: Option<u64>,
    /// Frames that came before their turn.
    kept: BTreeMap<u64, Arc<Frame>>,
    /// The last ones delivered, of a room that is open to everybody and was opened here.
    pub(super) recent: Option<Recent>,
    pub(super) filled: Arc<OnceCell<()>>,
    healing: bool,
    members: Set<SessionId>,
    empty_since: Option<Instant>,
}

impl Held {
    pub(super) fn new() -> Self {
        Self {
            opened: Arc::default(),
            cursor: None,
            kept: BTreeMap::new(),
            recent: None,
            filled: Arc::default(),
            healing: false,
            members: Set::default(),
            empty_since: Some(Instant::now()),
        }
    }

    /// Somebody is about to look: what was empty is empty only since now.
    pub(super) fn touch(&mut self) {
        self.empty_since = self.members.is_empty().then(Instant::now);
    }

    pub(super) fn is_idle(&self) -> bool {
        self.empty_since
            .is_some_and(|since| since.elapsed() >= RELEASE_AFTER)
    }

    pub(super) fn seat(&mut self, session: &SessionId) -> Option<u64> {
        let cursor = self.cursor?;
        self.members.insert(session.clone());
        self.touch();
        Some(cursor)
    }

    pub(super) fn unseat(&mut self, session: &SessionId) {
        if self.members.remove(session) {
            self.touch();
        }
    }

    pub(super) fn members(&self) -> impl Iterator<Item = &SessionId> {
        self.members.iter()
    }

    pub(super) fn begin(&mut self, top: u64) {
        self.cursor = Some(self.cursor.map_or(top, |cursor| cursor.max(top)));
    }

    /// From here on what is delivered is kept.
    pub(super) fn collect(&mut self) {
        self.recent.get_or_insert_default();
    }

    /// Puts before what was kept what the log has of it.
    pub(super) fn fill(&mut self, newest: Vec<Frame>) {
        let (Some(cursor), Some(recent)) = (self.cursor, &mut self.recent) else {
            return;
        };
        let delivered = newest.into_iter().filter(|frame| frame.seq <= cursor);
        let since = std::mem::replace(recent, delivered.map(Arc::new).collect());
        recent.go_on(since);
    }

    /// The seq that kept frames wait for. If none do, the room is healed.
    pub(super) fn missing(&mut self) -> Option<u64> {
        self.healing = !self.kept.is_empty();
        let cursor = self.cursor.filter(|_| self.healing)?;
        Some(cursor + 1)
    }

    pub(super) fn healed(&mut self) {
        self.healing = false;
        self.kept.clear();
    }

    pub(super) fn keep(&mut self, frame: Frame) {
        if self.cursor.is_some_and(|cursor| frame.seq <= cursor) {
            return;
        }
        self.kept.insert(frame.seq, Arc::new(frame));
        if self.kept.len() > KEPT_MAX {
            self.kept.pop_last(); // the log has it
        }
    }

    /// Delivers the kept frames whose turn it is.
    pub(super) fn advance(&mut self, sessions: &Map<SessionId, Seat>) -> Delivery {
        let Some(mut cursor) = self.cursor else {
            return Delivery::Done;
        };
        while let Some(first) = self.kept.first_entry() {
            match first.key().cmp(&(cursor + 1)) {
                Ordering::Less => drop(first.remove()),
                Ordering::Equal => {
                    cursor += 1;
                    let frame = first.remove();
                    let hears = |session: &SessionId| {
                        sessions
                            .get(session)
                            .is_some_and(|seat| seat.deliver(&frame))
                    };
                    self.members.retain(hears);
                    if self.members.is_empty() {
                        self.empty_since.get_or_insert_with(Instant::now);
                    }
                    if let Some(recent) = &mut self.recent {
                        recent.push(frame);
                    }
                }
                Ordering::Greater => break,
            }
        }
        self.cursor = Some(cursor);
        if self.kept.is_empty() || self.healing {
            return Delivery::Done;
        }
        self.healing = true;
        Delivery::Hole
    }
}
