//! What the user does.

use protocol::limits::{PAGE_ENTRIES, TYPING_EVERY_SECS};
use protocol::{Body, Cid, Command, Kind, Reason, Target};

use super::Engine;
use crate::{Action, Millis, Outgoing, Quote};

impl Engine {
    /// Takes back what was persisted before the page was loaded again; before `connect`. What is
    /// somebody else's, or is stored by now, is dropped.
    pub fn restore(&mut self, outbox: Vec<Outgoing>) {
        for outgoing in outbox {
            let is_mine = outgoing.sender == self.me.id;
            if is_mine && !self.is_taken(&outgoing.cid) && !self.outbox.is_full() {
                self.put_out(outgoing);
            }
        }
        self.outbox.doubt_targets(&self.epoch);
        self.outbox_changed();
    }

    /// Shows the message at once and sends it when its turn comes. `at` is the time of day, in
    /// milliseconds since 1970 UTC.
    pub fn send(&mut self, now: Millis, cid: Cid, body: &str, at: u64) -> Result<(), Reason> {
        let body = Body::parse(body)?.into();
        self.write(now, self.outgoing((cid, at), Kind::Posted, None, body))
    }

    /// Like `send`, as an answer to the message at `to`.
    pub fn reply(
        &mut self,
        now: Millis,
        cid: Cid,
        to: u64,
        body: &str,
        at: u64,
    ) -> Result<(), Reason> {
        let body = Body::parse(body)?.into();
        self.write(now, self.outgoing((cid, at), Kind::Posted, Some(to), body))
    }

    /// Lets one's own message at `seq` say something else; shown at once, until it is refused.
    pub fn edit(
        &mut self,
        now: Millis,
        cid: Cid,
        seq: u64,
        body: &str,
        at: u64,
    ) -> Result<(), Reason> {
        let body = Body::parse(body)?.into();
        self.write(now, self.outgoing((cid, at), Kind::Edited, Some(seq), body))
    }

    /// Takes back the message at `seq`; shown at once, until it is refused.
    pub fn delete(&mut self, now: Millis, cid: Cid, seq: u64, at: u64) -> Result<(), Reason> {
        let body = String::new();
        self.write(
            now,
            self.outgoing((cid, at), Kind::Deleted, Some(seq), body),
        )
    }

    /// Sets an emoji (`on`) beside the message at `seq`, or takes it away; shown at once, until it is refused.
    pub fn react(
        &mut self,
        now: Millis,
        cid: Cid,
        seq: u64,
        emoji: &str,
        on: bool,
        at: u64,
    ) -> Result<(), Reason> {
        let kind = if on { Kind::Reacted } else { Kind::Unreacted };
        self.write(
            now,
            self.outgoing((cid, at), kind, Some(seq), emoji.to_owned()),
        )
    }

    /// Sends a failed one again, unless it changes a message of a log that was replaced.
    pub fn retry(&mut self, now: Millis, cid: &Cid) {
        if self.outbox.retry(cid, &self.epoch) {
            self.outbox_changed();
            self.flush(now);
        }
    }

    /// Takes back a message that failed or was never tried; its body goes back into the composer.
    pub fn discard(&mut self, cid: &Cid) -> Option<String> {
        let body = self.outbox.discard(cid)?;
        self.outbox_changed();
        Some(body)
    }

    /// The user is writing; called with each key, told to the others now and then.
    pub fn typing(&mut self, now: Millis) {
        let every_ms = TYPING_EVERY_SECS * 1_000;
        let is_due = self
            .typed_at
            .is_none_or(|at| now.saturating_sub(at) >= every_ms);
        if self.connection.is_live() && is_due {
            self.typed_at = Some(now);
            let room = self.room().clone();
            self.act(Action::Transmit(Command::Typing { room }));
        }
    }

    /// The reader wants what is before the first line. One fetch at a time; after a failure it is
    /// tried again by itself.
    pub fn older(&mut self, now: Millis) {
        if self.has_older() {
            self.rooms.here_mut().older.want();
            self.load_older(now);
        }
    }

    /// The reader is at the newest line: lets go of what was loaded far above it.
    pub fn trim(&mut self) {
        let here = self.rooms.here_mut();
        if here.timeline.trim() {
            here.older.done();
            here.notices.forget_before(here.timeline.first());
            self.changed();
        }
    }

    /// Sends what may be sent now. In the open room not before all is caught up: what was sent in an earlier
    /// connection may be among what is missing.
    pub(super) fn flush(&mut self, now: Millis) {
        if !self.connection.is_live() {
            return;
        }
        let here = &self.rooms.here().state.id;
        let held_back = Some(here).filter(|_| !self.catch_up.is_done());
        for command in self.outbox.next(now, held_back) {
            self.act(Action::Transmit(command));
            self.changed();
        }
    }

    pub(super) fn load_older(&mut self, now: Millis) {
        let here = self.rooms.here_mut();
        if here.older.is_overdue(now) {
            here.older.failed(now, &mut self.rng);
        }
        if here.older.ask(now) {
            let (first, room) = (here.timeline.first(), here.state.id.clone());
            let node = self.node();
            let url = format!("{node}/rooms/{room}/entries?before={first}&limit={PAGE_ENTRIES}");
            let token = self.token.clone();
            self.act(Action::Fetch { room, url, token });
            self.changed();
        }
    }

    fn outgoing(
        &self,
        (cid, at): (Cid, u64),
        kind: Kind,
        target: Option<u64>,
        body: String,
    ) -> Outgoing {
        Outgoing {
            cid,
            sender: self.me.id.clone(),
            room: self.room().clone(),
            kind,
            target: target.map(Target::message),
            epoch: Some(self.epoch.clone()),
            body,
            at,
        }
    }

    fn write(&mut self, now: Millis, outgoing: Outgoing) -> Result<(), Reason> {
        if self.is_taken(&outgoing.cid) {
            return Err(Reason::CidConflict);
        }
        if self.outbox.is_full() {
            return Err(Reason::RateLimited);
        }
        self.put_out(outgoing);
        self.outbox_changed();
        self.flush(now);
        Ok(())
    }

    fn put_out(&mut self, outgoing: Outgoing) {
        let answered = outgoing.target_seq().filter(|_| outgoing.kind.is_posted());
        let reply = answered.map(|seq| {
            let room = self.rooms.get(&outgoing.room);
            let message = room.and_then(|room| room.timeline.message(seq));
            message.map_or(Quote::unknown(seq), |message| Quote::of(seq, message))
        });
        self.outbox.push(outgoing, &self.me, reply);
    }

    fn is_taken(&self, cid: &Cid) -> bool {
        let mut rooms = self.rooms.iter();
        self.outbox.has(cid) || rooms.any(|room| room.timeline.has(&self.me.id, cid))
    }
}
