//! What the user does.

use protocol::limits::{PAGE_ENTRIES, TYPING_EVERY_SECS};
use protocol::{Body, Cid, Command, Reason};

use super::Engine;
use crate::{Action, Millis, Outgoing};

impl Engine {
    /// Takes back what was persisted before the page was loaded again; before `connect`. What is
    /// somebody else's, or is stored by now, is dropped.
    pub fn restore(&mut self, outbox: Vec<Outgoing>) {
        for outgoing in outbox {
            let is_mine = outgoing.sender == self.me.id;
            if is_mine && !self.is_taken(&outgoing.cid) && !self.outbox.is_full() {
                self.outbox.push(outgoing, &self.me);
            }
        }
        self.outbox_changed();
    }

    /// Shows the message at once and sends it when its turn comes. `at` is the time of day, in
    /// milliseconds since 1970 UTC.
    pub fn send(&mut self, now: Millis, cid: Cid, body: &str, at: u64) -> Result<(), Reason> {
        let body = Body::parse(body)?.into();
        if self.is_taken(&cid) {
            return Err(Reason::CidConflict);
        }
        if self.outbox.is_full() {
            return Err(Reason::RateLimited);
        }
        let (sender, room) = (self.me.id.clone(), self.room.clone());
        self.outbox.push(
            Outgoing {
                cid,
                sender,
                room,
                body,
                at,
            },
            &self.me,
        );
        self.outbox_changed();
        self.flush(now);
        Ok(())
    }

    /// Sends a failed message again.
    pub fn retry(&mut self, now: Millis, cid: &Cid) {
        if self.outbox.retry(cid) {
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
            self.act(Action::Transmit(Command::Typing {
                room: self.room.clone(),
            }));
        }
    }

    /// The reader wants what is before the first line. One fetch at a time; after a failure it is
    /// tried again by itself.
    pub fn older(&mut self, now: Millis) {
        if self.has_older() {
            self.older.want();
            self.load_older(now);
        }
    }

    /// The reader is at the newest line: lets go of what was loaded far above it.
    pub fn trim(&mut self) {
        if self.timeline.trim() {
            self.older.done();
            self.notices.forget_before(self.timeline.first());
            self.changed();
        }
    }

    /// Sends what may be sent now. Not before all is caught up: what was sent in an earlier
    /// connection may be among what is missing.
    pub(super) fn flush(&mut self, now: Millis) {
        if !self.connection.is_live() || !self.catch_up.is_done() {
            return;
        }
        for command in self.outbox.next(now) {
            self.act(Action::Transmit(command));
            self.changed();
        }
    }

    pub(super) fn load_older(&mut self, now: Millis) {
        if self.older.is_overdue(now) {
            self.page_failed(now);
        }
        if self.older.ask(now) {
            let (node, room, first) = (self.node(), &self.room, self.timeline.first());
            let url = format!("{node}/rooms/{room}/entries?before={first}&limit={PAGE_ENTRIES}");
            let token = self.token.clone();
            self.act(Action::Fetch { url, token });
            self.changed();
        }
    }

    fn is_taken(&self, cid: &Cid) -> bool {
        self.outbox.has(cid) || self.timeline.has(&self.me.id, cid)
    }
}
