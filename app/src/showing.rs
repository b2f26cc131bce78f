//! Brings what is on the screen up to what the engine knows.

use std::sync::Arc;

use client::{Failed, Line};
use protocol::{Kind, RoomKind};

use crate::{
    attention, browser,
    calendar::Day,
    clock::Clock,
    components::{day_line, fact_line, message, new_since_line, notice_line},
    piece::Piece,
    room::Room,
    rows::{self, Laid, Look},
};

impl Room {
    /// Brings the signals up to what the engine knows. Those that do not change are not touched.
    pub(crate) fn show(self) {
        let turned = self.base().clock.borrow().turned();
        if let Some(clock) = turned {
            self.set_clock(clock);
        }
        let driver = self.driver();
        let now = browser::now();
        let before = self.now();
        let mut state = driver.read(|engine| before.renewed(engine, now));
        if !state.toast.is_empty() && now > self.base().toast_until.get() {
            state.toast.clear();
        }
        let has_moved = before.room.id != state.room.id;
        state.is_at_newest |= has_moved;
        attention::look(self, &before, &mut state);
        if *before != state {
            self.put(state);
        }
        // Lines are drawn for the room in the state.
        let newest = self.show_rows();
        if has_moved {
            self.moved(&before.room.id);
        }
        if let Some(says) = self.bad_news() {
            self.toast(&says);
        }
        if self.base().arrives.get() {
            self.arrive(newest);
        } else {
            self.see(newest);
        }
    }

    /// What came of one's wishes elsewhere than in the list: a room is gone, a change was refused. It is told once.
    fn bad_news(self) -> Option<String> {
        let texts = self.texts();
        let driver = self.driver();
        let (gone, failed) =
            driver.read(|engine| (engine.gone().cloned(), engine.failed_changes().pop()));
        if let Some(failed) = failed {
            driver.tell(|engine, _| engine.discard(&failed.cid));
            return Some(self.refused(&failed));
        }
        let gone = gone?;
        driver.tell(|engine, _| engine.forget_gone());
        let message = gone.message.unwrap_or_default();
        Some((texts.gone)(&gone.title, &message))
    }

    /// What is said of a refusal. The words refused are not lost by it.
    fn refused(self, failed: &Failed) -> String {
        let texts = self.texts();
        let why = (texts.refused)(failed.reason);
        let body = &failed.body;
        match failed.kind {
            Kind::Posted => {
                self.return_to(&failed.room, body);
                format!("{} · {why} {body}", texts.failed)
            }
            Kind::Edited if !self.take_back(&failed.room, body) => {
                format!("{} {why} {body}", texts.not_changed)
            }
            _ => format!("{} {why}", texts.not_changed),
        }
    }

    /// Returns the place of the newest line.
    pub(crate) fn show_rows(self) -> Option<u64> {
        let (mut lines, since, kind) = self
            .driver()
            .read(|engine| (engine.lines(), engine.new_since(), engine.here().kind));
        if kind == RoomKind::Direct {
            // Nobody came into a talk of two, or will go.
            lines.retain(|line| !matches!(line, Line::Fact(_)));
        }
        let before = self.rows();
        let rows = rows::renew(&before, &lines, since, &self);
        if rows != *before {
            self.put_rows(Arc::new(rows));
        }
        lines.iter().rev().find_map(|line| match line {
            Line::Message(message) => message.seq,
            Line::Fact(fact) => Some(fact.seq),
            Line::Notice(_) => None,
        })
    }

    /// From now on times are written like this.
    pub(crate) fn set_clock(self, clock: Clock) {
        self.base().clock.replace(clock);
        self.put_rows(Arc::default());
        self.show_rows();
    }

    /// What is at the end of the list has been seen, if somebody looks at it.
    fn see(self, newest: Option<u64>) {
        let is_seen = !browser::is_hidden() && self.now().is_at_newest;
        if let (true, Some(seq)) = (is_seen, newest) {
            self.driver().tell(|engine, now| engine.seen(now, seq));
        }
    }
}

impl Look for Room {
    fn day(&self, at: u64) -> Day {
        self.base().clock.borrow().day(at)
    }

    fn draw(&self, laid: &Laid) -> Piece {
        match laid {
            Laid::Day(day) => day_line(&self.base().clock.borrow().day_label(*day)),
            Laid::NewSince => new_since_line(self.texts()),
            Laid::Message(row) => message(*self, row),
            Laid::Notice(notice) => notice_line(self.texts(), notice),
            Laid::Fact(fact) => fact_line(self.texts(), fact),
        }
    }
}
