//! What comes of the rooms' logs.

use protocol::{Cid, Entry, Kind, Page, RoomId};

use super::Engine;
use crate::Millis;
use crate::catch_up::Ask;
use crate::timeline::{Applied, Step};

impl Engine {
    /// The page of this room that was asked for by [`Action::Fetch`](crate::Action::Fetch).
    pub fn page(&mut self, now: Millis, room: &RoomId, page: Page) {
        let cids = self.own_cids(page.entries.iter());
        let Some(known) = self.rooms.get_mut(room) else {
            return;
        };
        let is_of_this_log = page.epoch == self.epoch;
        if !is_of_this_log || !known.timeline.prepend(page.entries, &page.closed) {
            return self.page_failed(now, room);
        }
        known.older.done();
        for cid in cids {
            self.stored(&cid);
        }
        self.put_aside(room, &page.aside);
        self.went_on(now, room, false);
        self.changed();
    }

    /// The page asked for did not come.
    pub fn page_failed(&mut self, now: Millis, room: &RoomId) {
        if let Some(room) = self.rooms.get_mut(room) {
            room.older.failed(now, &mut self.rng);
            self.changed();
        }
    }

    /// A piece of a room's log comes, new or missed.
    pub(super) fn hear_run(
        &mut self,
        now: Millis,
        (room, fresh): (&RoomId, bool),
        run: Vec<Step>,
        aside: &[Entry],
    ) {
        let is_open = room == self.room();
        let Some(known) = self.rooms.get_mut(room) else {
            return;
        };
        for step in &run {
            known.count(&step.entry, &self.me);
        }
        let awaits_fresh = if is_open {
            self.catch_up.awaits_fresh()
        } else {
            known.timeline.last().is_none()
        };
        let is_of_people = |step: &Step| matches!(step.entry.kind, Kind::Added | Kind::Removed);
        if is_open && run.iter().any(is_of_people) {
            self.want_people(now);
        }
        // A run from the very start is whole, whatever was held.
        let is_whole = run.first().is_some_and(Step::is_from_the_start);
        if fresh || (awaits_fresh && is_whole) {
            self.begin_anew(now, room, run, aside);
        } else {
            self.go_on(now, room, run, aside);
        }
    }

    /// More is held than before (`moved`), or is enough already.
    pub(super) fn reached(&mut self, now: Millis, moved: bool) {
        let here = self.rooms.here_mut();
        let last = here.timeline.last();
        if moved {
            here.notices.forget_before(here.timeline.first());
        }
        let room = here.state.id.clone();
        self.catch_up.reached(now, last, moved);
        if !self.catch_up.awaits_fresh() {
            self.outbox.forget_accepted(&room, last.unwrap_or(0));
        }
        if moved {
            self.changed();
        }
    }

    fn begin_anew(&mut self, now: Millis, room: &RoomId, newest: Vec<Step>, aside: &[Entry]) {
        let cids = self.own_cids(newest.iter().map(|step| &step.entry));
        if let Some(known) = self.rooms.get_mut(room) {
            known.timeline.replace(newest);
            known.older.done();
        }
        for cid in cids {
            self.stored(&cid);
        }
        self.put_aside(room, aside);
        if room == self.room() {
            self.catch_up.went_fresh();
        }
        self.went_on(now, room, true);
        self.flush(now);
    }

    /// Applies what is next, drops what is known, and asks the log again where something is missing
    /// or is not what it was: holes are never shown as if nothing were in them.
    fn go_on(&mut self, now: Millis, room: &RoomId, run: Vec<Step>, aside: &[Entry]) {
        let is_open = room == self.room();
        if is_open {
            if let Some(step) = run.last() {
                self.catch_up.told(now, step.entry.seq);
            }
            if self.catch_up.awaits_fresh() {
                return;
            }
        }
        let (mut applied, mut moved) = (Applied::Known, false);
        for step in run {
            applied = self.apply(room, step);
            match applied {
                Applied::New => moved = true,
                Applied::Known => {}
                Applied::Hole | Applied::Conflict => break,
            }
        }
        self.put_aside(room, aside);
        self.went_on(now, room, moved);
        match applied {
            Applied::Hole if is_open => {
                let ask = self.catch_up.ask_again();
                self.ask_again(now, ask);
            }
            Applied::Conflict if is_open => self.ask_again(now, Ask::Afresh),
            Applied::Conflict => {
                if let Some(known) = self.rooms.get_mut(room) {
                    known.timeline.clear();
                }
            }
            // A hole in a room that nobody looks at is filled when somebody does.
            _ => self.flush(now),
        }
    }

    fn apply(&mut self, room: &RoomId, step: Step) -> Applied {
        let (sender, cid) = (step.entry.sender.clone(), step.entry.cid.clone());
        let Some(known) = self.rooms.get_mut(room) else {
            return Applied::Known;
        };
        let applied = known.timeline.apply(step);
        if applied == Applied::New {
            if room == self.room() {
                self.typists.gone(&sender);
            }
            if sender == self.me.id {
                self.stored(&cid);
            }
        }
        applied
    }

    fn put_aside(&mut self, room: &RoomId, aside: &[Entry]) {
        if let Some(known) = self.rooms.get_mut(room) {
            known.timeline.take_aside(aside);
        }
        for cid in self.own_cids(aside.iter()) {
            self.stored(&cid);
        }
    }

    pub(super) fn went_on(&mut self, now: Millis, room: &RoomId, moved: bool) {
        if let Some(known) = self.rooms.get_mut(room) {
            known.unread.settle(&known.timeline);
        }
        if room == self.room() {
            self.reached(now, moved);
        } else if let Some(known) = self.rooms.get(room) {
            // Where nothing is held, nothing is shown either.
            let last = known.timeline.last().unwrap_or(u64::MAX);
            self.outbox.forget_accepted(room, last);
            self.changed();
        } else {
            // Of a room that is gone no entry comes.
            self.outbox.forget_accepted(room, u64::MAX);
        }
    }

    fn stored(&mut self, cid: &Cid) {
        if self.outbox.stored(cid) {
            self.outbox_changed();
        }
    }

    /// One's own among them. A cid is only its sender's: others may use the same.
    fn own_cids<'a>(&self, entries: impl Iterator<Item = &'a Entry>) -> Vec<Cid> {
        entries
            .filter(|entry| entry.sender == self.me.id)
            .map(|entry| entry.cid.clone())
            .collect()
    }
}
