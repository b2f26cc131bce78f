//! What is on its way: in order, one at a time in each room, until each has its answer.

mod item;
mod outgoing;

use std::sync::Arc;

use fastrand::Rng;
use protocol::{Cid, Command, Epoch, Person, Reason, RoomId};

use self::item::{Item, Progress};
pub use self::outgoing::{Failed, Outgoing};
use crate::backoff::Backoff;
use crate::{Message, Millis, Quote};

/// Messages that may wait; nobody types more while offline. One more is `rate_limited`.
pub const OUTBOX_MAX: usize = 200;

/// A node that has not answered a send by then is left for another one.
const ANSWER_MS: Millis = 15_000;

/// The longest a node may ask to wait before the next try.
const RETRY_AFTER_MS_MAX: Millis = 60_000;

/// Messages on their way, in the order written.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    list: Vec<Item>,
    backoff: Backoff,
}

impl Outbox {
    /// Takes a send; a message shows the one it answers.
    pub(crate) fn push(&mut self, outgoing: Outgoing, sender: &Person, reply: Option<Quote>) {
        self.list.push(Item::new(outgoing, sender, reply));
    }

    pub(crate) fn is_full(&self) -> bool {
        self.list.len() >= OUTBOX_MAX
    }

    pub(crate) fn has(&self, cid: &Cid) -> bool {
        self.list.iter().any(|item| item.outgoing.cid == *cid)
    }

    /// What is to be sent now: the first of each room that has nothing unanswered, and is not held back.
    pub(crate) fn next(&mut self, now: Millis, held_back: Option<&RoomId>) -> Vec<Command> {
        let mut seen: Vec<RoomId> = held_back.cloned().into_iter().collect();
        let mut commands = vec![];
        for item in &mut self.list {
            if !item.is_under_way() || seen.contains(&item.outgoing.room) {
                continue;
            }
            seen.push(item.outgoing.room.clone());
            let is_due = match item.progress {
                Progress::Pending { not_before } => now >= not_before,
                Progress::Unknown => true,
                _ => false,
            };
            if is_due {
                item.may_be_stored = true;
                item.go(Progress::InFlight { since: now });
                commands.push(item.outgoing.command());
            }
        }
        commands
    }

    /// Whether a send has waited too long for its answer.
    pub(crate) fn is_unanswered(&self, now: Millis) -> bool {
        let is_late = |since: Millis| now.saturating_sub(since) >= ANSWER_MS;
        self.list
            .iter()
            .any(|item| matches!(item.progress, Progress::InFlight { since } if is_late(since)))
    }

    /// Stored at this seq; whether it was waited for.
    pub(crate) fn accepted(&mut self, cid: &Cid, seq: u64, at: u64) -> bool {
        let Some(item) = self.get(cid) else {
            return false;
        };
        item.go(Progress::Accepted { seq, at });
        self.backoff.reset();
        true
    }

    /// Not stored, as the node cannot now: to be sent again after a while.
    pub(crate) fn put_off(&mut self, cid: &Cid, now: Millis, wait_ms: Millis) {
        let not_before = now + wait_ms.min(RETRY_AFTER_MS_MAX);
        self.not_stored(cid, Progress::Pending { not_before });
    }

    /// Not stored, and it never will be as it is.
    pub(crate) fn refused(&mut self, cid: &Cid, reason: Reason) {
        self.not_stored(cid, Progress::Failed(reason));
    }

    /// How long to wait when a node refuses for now and does not say for how long.
    pub(crate) fn wait_ms(&mut self, rng: &mut Rng) -> Millis {
        self.backoff.wait_ms(rng)
    }

    /// Gives a message another cid, as the one it had is another message's.
    pub(crate) fn rename(&mut self, cid: &Cid, fresh: Cid) {
        if let Some(item) = self.get(cid) {
            item.outgoing.cid = fresh;
            item.go(item.progress);
        }
    }

    /// The node did not understand a frame; only a send can be that odd.
    pub(crate) fn not_understood(&mut self, reason: Reason) -> bool {
        let in_flight = self
            .list
            .iter_mut()
            .find(|item| matches!(item.progress, Progress::InFlight { .. }));
        in_flight
            .map(|item| item.go(Progress::Failed(reason)))
            .is_some()
    }

    /// Its entry is there; whether it was here.
    pub(crate) fn stored(&mut self, cid: &Cid) -> bool {
        let before = self.list.len();
        self.list.retain(|item| item.outgoing.cid != *cid);
        self.list.len() < before
    }

    /// All entries of the room up to `last` are there, or older than what is held: an accepted one
    /// among them needs no line of its own any more.
    pub(crate) fn forget_accepted(&mut self, room: &RoomId, last: u64) {
        self.list.retain(|item| match item.progress {
            Progress::Accepted { seq, .. } => item.outgoing.room != *room || seq > last,
            _ => true,
        });
    }

    /// The log has no entries of the room above `top`: what was accepted there is sent again.
    /// Whether there was any.
    pub(crate) fn doubt_accepted(&mut self, room: &RoomId, top: u64) -> bool {
        let mut any = false;
        for item in &mut self.list {
            let is_here = item.outgoing.room == *room;
            if is_here && matches!(item.progress, Progress::Accepted { seq, .. } if seq > top) {
                item.go(Progress::Unknown);
                any = true;
            }
        }
        any
    }

    /// The log is this one now: what is about a message of another log is refused, as another message may stand there.
    /// Whether there was any.
    pub(crate) fn doubt_targets(&mut self, epoch: &Epoch) -> bool {
        let mut any = false;
        for item in &mut self.list {
            if !item.outgoing.is_for(epoch) {
                item.lose_target();
                any = true;
            }
        }
        any
    }

    /// The connection is gone, and with it the answers.
    pub(crate) fn lost(&mut self) {
        for item in &mut self.list {
            if matches!(item.progress, Progress::InFlight { .. }) {
                item.go(Progress::Unknown);
            }
        }
    }

    /// Sends a failed one again, if it is about a message of this log or of none; whether it was one.
    pub(crate) fn retry(&mut self, cid: &Cid, epoch: &Epoch) -> bool {
        let Some(item) = self.get(cid) else {
            return false;
        };
        let is_failed = matches!(item.progress, Progress::Failed(_));
        let can_go = is_failed && item.outgoing.is_for(epoch);
        if can_go {
            item.go(Progress::Pending { not_before: 0 });
        }
        can_go
    }

    /// Takes one out that is surely not stored; its body.
    pub(crate) fn discard(&mut self, cid: &Cid) -> Option<String> {
        let at = self
            .list
            .iter()
            .position(|item| item.outgoing.cid == *cid)?;
        let can_go = match self.list[at].progress {
            Progress::Failed(_) => true,
            Progress::Pending { .. } => !self.list[at].may_be_stored,
            _ => false,
        };
        can_go.then(|| self.list.remove(at).outgoing.body)
    }

    /// What is not known to be stored.
    pub(crate) fn kept(&self) -> Vec<Outgoing> {
        self.list
            .iter()
            .filter(|item| !matches!(item.progress, Progress::Accepted { .. }))
            .map(|item| item.outgoing.clone())
            .collect()
    }

    /// The lines of the room, in the order written.
    pub(crate) fn messages<'a>(
        &'a self,
        room: &'a RoomId,
    ) -> impl Iterator<Item = &'a Arc<Message>> {
        self.list
            .iter()
            .filter(move |item| item.outgoing.room == *room)
            .filter_map(|item| item.message.as_ref())
    }

    /// The changes of the room's messages that are not refused, in the order made, and whether they are not stored yet.
    pub(crate) fn changes<'a>(
        &'a self,
        room: &'a RoomId,
    ) -> impl Iterator<Item = (&'a Outgoing, bool)> {
        let is_change = |item: &&Item| {
            let is_refused = matches!(item.progress, Progress::Failed(_));
            item.outgoing.kind.is_change() && item.outgoing.room == *room && !is_refused
        };
        let changes = self.list.iter().filter(is_change);
        changes.map(|item| (&item.outgoing, item.is_under_way()))
    }

    /// What was refused, in the order written.
    pub(crate) fn refusals(&self) -> impl Iterator<Item = Failed> {
        self.list.iter().filter_map(|item| {
            let Progress::Failed(reason) = item.progress else {
                return None;
            };
            let Outgoing {
                cid,
                room,
                kind,
                body,
                ..
            } = item.outgoing.clone();
            Some(Failed {
                cid,
                room,
                kind,
                body,
                reason,
            })
        })
    }

    fn not_stored(&mut self, cid: &Cid, progress: Progress) {
        let Some(item) = self.get(cid) else { return };
        if !matches!(item.progress, Progress::Accepted { .. }) {
            item.may_be_stored = false;
            item.go(progress);
        }
    }

    fn get(&mut self, cid: &Cid) -> Option<&mut Item> {
        self.list.iter_mut().find(|item| item.outgoing.cid == *cid)
    }
}
