//! What a node says.

use protocol::{Cid, Close, Entry, Epoch, Event, Page, Person, Reason, RoomId, RoomState};

use super::Engine;
use crate::catch_up::Ask;
use crate::connection::State;
use crate::roster::Moves;
use crate::timeline::{Applied, Step, steps};
use crate::{Action, Millis};

impl Engine {
    /// A frame came. One that does not parse is the driver's to skip.
    pub fn hear(&mut self, now: Millis, event: Event) {
        match &mut self.connection.state {
            State::Live { pulse, .. } => {
                pulse.heard(now);
                self.hear_live(now, event);
            }
            State::Greeting { .. } => match event {
                Event::Welcome {
                    me,
                    epoch,
                    token,
                    nodes,
                    rooms,
                    ..
                } => {
                    self.token = Some(token);
                    self.connection.nodes.told(nodes, &mut self.rng);
                    self.welcomed(now, me, epoch, &rooms);
                }
                Event::TryAgain { retry_after_ms } => {
                    self.connection.try_again_after(retry_after_ms);
                }
                _ => {}
            },
            _ => {}
        }
    }

    /// The page asked for by [`Action::Fetch`].
    pub fn page(&mut self, now: Millis, page: Page) {
        let cids: Vec<Cid> = self.own_cids(page.entries.iter());
        if page.epoch != self.epoch || !self.timeline.prepend(page.entries, &page.closed) {
            return self.page_failed(now);
        }
        for cid in cids {
            self.stored(&cid);
        }
        self.older.done();
        self.changed();
    }

    /// The page asked for did not come.
    pub fn page_failed(&mut self, now: Millis) {
        self.older.failed(now, &mut self.rng);
        self.changed();
    }

    fn welcomed(&mut self, now: Millis, me: Person, epoch: Epoch, rooms: &[RoomState]) {
        if me.id != self.me.id {
            // Signed in as somebody else meanwhile: nothing here is theirs.
            let code = Close::SessionEnded.code();
            self.act(Action::Disconnect { code });
            self.stopped(now, code);
            return self.act(Action::Reload);
        }
        self.me = me;
        self.connection.welcomed(now);
        if epoch != self.epoch {
            self.epoch = epoch;
            self.timeline.clear();
            self.notices.clear();
            self.older.done();
            self.doubt_accepted(0);
        }
        let told = rooms
            .iter()
            .find(|room| room.id == self.room)
            .map(|room| room.top);
        let last = self.timeline.last();
        let top = told.or(last).unwrap_or(0);
        self.doubt_accepted(top);
        let awaits_fresh = self.asks_afresh || last.is_none_or(|last| last > top);
        self.asks_afresh = false;
        self.catch_up.begin(now, top, awaits_fresh);
        self.reached(now, false);
        self.flush(now);
        self.changed();
    }

    fn hear_live(&mut self, now: Millis, event: Event) {
        match event {
            Event::Entries {
                room,
                fresh,
                entries,
                closed,
            } if room == self.room => {
                self.hear_entries(now, fresh, steps(entries, &closed));
            }
            Event::Entry(entry) if entry.room == self.room => {
                self.go_on(now, steps(vec![entry], &[]));
            }
            Event::Accepted { cid, room, seq, at } => self.accepted(now, &cid, &room, seq, at),
            Event::Rejected {
                cid,
                reason,
                retry_after_ms,
            } => {
                self.rejected(now, &cid, reason, retry_after_ms);
            }
            Event::Online {
                version,
                count,
                people,
            } => {
                self.roster.replace(version, count, people);
                self.changed();
            }
            Event::OnlineChanged {
                version,
                count,
                joined,
                left,
            } => {
                self.moved(now, version, count, Moves { joined, left });
            }
            Event::OnlineStale { stale } => {
                self.roster.is_stale = stale;
                self.changed();
            }
            Event::Typing { room, person } if room == self.room && person.id != self.me.id => {
                self.typists.heard(now, person);
                self.changed();
            }
            // Only a send can be so odd; the frame does not tell which, but one is sent at a time.
            Event::Error {
                reason: reason @ (Reason::Malformed | Reason::UnknownCommand),
                ..
            } if self.outbox.not_understood(reason) => {
                self.outbox_changed();
                self.flush(now);
            }
            Event::Nodes { nodes } => self.connection.nodes.told(nodes, &mut self.rng),
            Event::Goaway { within_ms } => {
                self.connection.leave_within(now, within_ms, &mut self.rng);
            }
            // Of another room; the answer to a heartbeat; a second welcome; not known yet.
            _ => {}
        }
    }

    fn hear_entries(&mut self, now: Millis, fresh: bool, run: Vec<Step>) {
        // A run from the very start is whole, whatever was held.
        let is_whole = run.first().is_some_and(Step::is_from_the_start);
        if fresh || (self.catch_up.awaits_fresh() && is_whole) {
            self.begin_anew(now, run);
        } else {
            self.go_on(now, run);
        }
    }

    fn begin_anew(&mut self, now: Millis, newest: Vec<Step>) {
        let cids = self.own_cids(newest.iter().map(|step| &step.entry));
        self.timeline.replace(newest);
        self.older.done();
        self.catch_up.went_fresh();
        for cid in cids {
            self.stored(&cid);
        }
        self.reached(now, true);
        self.flush(now);
    }

    /// Applies what is next, drops what is known, and asks the log again where something is missing
    /// or is not what it was: holes are never shown as if nothing were in them.
    fn go_on(&mut self, now: Millis, run: Vec<Step>) {
        if let Some(step) = run.last() {
            self.catch_up.told(now, step.entry.seq);
        }
        if self.catch_up.awaits_fresh() {
            return;
        }
        let (mut applied, mut moved) = (Applied::Known, false);
        for step in run {
            applied = self.apply(step);
            match applied {
                Applied::New => moved = true,
                Applied::Known => {}
                Applied::Hole | Applied::Conflict => break,
            }
        }
        self.reached(now, moved);
        match applied {
            Applied::Hole => {
                let ask = self.catch_up.ask_again();
                self.ask_again(now, ask);
            }
            Applied::Conflict => self.ask_again(now, Ask::Afresh),
            Applied::New | Applied::Known => self.flush(now),
        }
    }

    fn apply(&mut self, step: Step) -> Applied {
        let (sender, cid) = (step.entry.sender.clone(), step.entry.cid.clone());
        let applied = self.timeline.apply(step);
        if applied == Applied::New {
            self.typists.gone(&sender);
            if sender == self.me.id {
                self.stored(&cid);
            }
        }
        applied
    }

    /// More is held than before (`moved`), or is enough already.
    fn reached(&mut self, now: Millis, moved: bool) {
        let last = self.timeline.last();
        self.catch_up.reached(now, last, moved);
        if !self.catch_up.awaits_fresh() {
            self.outbox.forget_accepted(&self.room, last.unwrap_or(0));
        }
        if moved {
            self.notices.forget_before(self.timeline.first());
            self.changed();
        }
    }

    fn accepted(&mut self, now: Millis, cid: &Cid, room: &RoomId, seq: u64, at: u64) {
        if self.outbox.accepted(cid, seq, at) {
            self.outbox_changed();
        }
        if *room == self.room {
            self.catch_up.told(now, seq);
        }
        self.reached(now, false);
        self.flush(now);
    }

    fn rejected(&mut self, now: Millis, cid: &Cid, reason: Reason, retry_after_ms: Option<u64>) {
        if reason.is_retryable() {
            let wait_ms = retry_after_ms.unwrap_or_else(|| self.outbox.wait_ms(&mut self.rng));
            self.outbox.put_off(cid, now, wait_ms);
        } else {
            self.outbox.refused(cid, reason);
        }
        if reason == Reason::CidConflict {
            let fresh = self.fresh_cid();
            self.outbox.rename(cid, fresh);
        }
        self.outbox_changed();
        self.flush(now);
    }

    fn moved(&mut self, now: Millis, version: u64, count: u64, moves: Moves) {
        let Some(mut moves) = self.roster.change(version, count, moves) else {
            return;
        };
        for person in &moves.left {
            self.typists.gone(&person.id);
        }
        moves.joined.retain(|person| person.id != self.me.id);
        moves.left.retain(|person| person.id != self.me.id);
        self.notices
            .tell(now, self.timeline.last().unwrap_or(0), moves);
        self.changed();
    }

    fn stored(&mut self, cid: &Cid) {
        if self.outbox.stored(cid) {
            self.outbox_changed();
        }
    }

    fn doubt_accepted(&mut self, top: u64) {
        if self.outbox.doubt_accepted(top) {
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

    fn fresh_cid(&mut self) -> Cid {
        let text = format!("{:032x}", self.rng.u128(..));
        text.parse().expect("32 hex digits are a cid")
    }
}
