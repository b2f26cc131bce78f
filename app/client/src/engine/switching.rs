//! Which room is on the screen, and what was seen of it.

use protocol::{Command, RoomId};

use super::Engine;
use crate::catch_up::CatchUp;
use crate::room::Room;
use crate::{Action, Millis};

/// How often a node is told what was read, at most.
const READ_EVERY_MS: Millis = 1_000;

/// Rooms told at a time: well below what a session may say in a second.
const READ_ROOMS_MAX: usize = 25;

impl Engine {
    /// Puts another room on the screen, with what is held of it; the node is asked only for what is missing. Whether one is in
    /// that room.
    pub fn open_room(&mut self, now: Millis, room: &RoomId) -> bool {
        if !self.rooms.has(room) {
            return false;
        }
        if room == self.room() {
            return true;
        }
        let is_doubtful = self.asks_afresh || self.catch_up.awaits_fresh();
        let before = self.rooms.here_mut();
        before.older.done();
        before.attendance.rest();
        before.timeline.trim();
        if is_doubtful {
            before.timeline.clear();
        }
        self.rooms.open(room);
        self.typists.clear();
        self.typed_at = None;
        self.asks_afresh = false;
        self.catch_up = CatchUp::default();
        // One that the list has not come to yet waits for it.
        if self.connection.is_live() && self.rooms.here().is_told {
            self.fill(now);
            self.flush(now);
        }
        self.attend(now);
        self.changed();
        true
    }

    /// All that has come so far counts as seen, in every room.
    pub fn read_all(&mut self, now: Millis) {
        for room in self.rooms.iter_mut() {
            room.unread.raise(room.unread.top(), &room.timeline);
        }
        self.tell_read(now);
        self.changed();
    }

    /// The open room is on the screen up to this seq, and somebody looks.
    pub fn seen(&mut self, now: Millis, seq: u64) {
        let here = self.rooms.here_mut();
        let seq = seq.min(here.timeline.last().unwrap_or(0));
        if here.unread.raise(seq, &here.timeline) {
            self.tell_read(now);
            self.changed();
        }
    }

    /// The page has shown why a room is gone.
    pub fn forget_gone(&mut self) {
        self.gone = None;
        self.changed();
    }

    /// Asks for what the open room lacks, if it lacks something and was not asked for yet.
    pub(super) fn fill(&mut self, now: Millis) {
        let here = self.rooms.here_mut();
        let top = here.unread.top();
        if top == 0 && here.timeline.last().is_none() {
            here.timeline.replace(vec![]);
        }
        let (last, cursor) = (here.timeline.last(), here.timeline.cursor(&self.epoch));
        let is_to_ask = !here.is_whole() && !std::mem::replace(&mut here.is_asked, true);
        self.catch_up.begin(now, top, last.is_none());
        self.reached(now, false);
        if is_to_ask {
            let room = self.room().clone();
            self.act(Action::Transmit(Command::Open { room, cursor }));
        }
    }

    /// Tells the node what was read here and it does not know of.
    pub(super) fn tell_read(&mut self, now: Millis) {
        let is_early = self
            .read_at
            .is_some_and(|at| now.saturating_sub(at) < READ_EVERY_MS);
        if is_early || self.is_listing || !self.connection.is_live() {
            return;
        }
        let is_due = |room: &&mut Room| room.unread.read() > room.read_told;
        let mut told = vec![];
        for room in self.rooms.iter_mut().filter(is_due).take(READ_ROOMS_MAX) {
            room.read_told = room.unread.read();
            let (seq, room) = (room.read_told, room.state.id.clone());
            told.push(Action::Transmit(Command::Read { room, seq }));
        }
        if !told.is_empty() {
            self.read_at = Some(now);
            self.actions.extend(told);
        }
    }
}
