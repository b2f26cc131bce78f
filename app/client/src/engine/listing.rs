//! What a node says of the rooms one is in.

use protocol::{Close, Epoch, Person, RoomId, RoomState};

use super::Engine;
use crate::catch_up::CatchUp;
use crate::unread::Unread;
use crate::{Action, Gone, Millis};

impl Engine {
    pub(super) fn welcomed(
        &mut self,
        now: Millis,
        (me, epoch): (Person, Epoch),
        rooms: Vec<RoomState>,
        more: bool,
    ) {
        if me.id != self.me.id {
            // Signed in as somebody else meanwhile: nothing here is theirs.
            let code = Close::SessionEnded.code();
            self.act(Action::Disconnect { code });
            self.stopped(now, code);
            return self.act(Action::Reload);
        }
        self.me = me;
        self.connection.welcomed(now);
        let is_other_log = epoch != self.epoch;
        self.epoch = epoch;
        for room in self.rooms.iter_mut() {
            // The hello asks for its room.
            room.is_asked = room.state.id == self.greeted;
            // One is in it until the list has ended without it.
            room.is_told = false;
            if is_other_log {
                room.forget();
                self.outbox_has_changed |= self.outbox.doubt_accepted(&room.state.id, 0);
            }
        }
        if is_other_log {
            self.outbox_has_changed |= self.outbox.doubt_targets(&self.epoch);
        }
        self.is_listing = true;
        // Until the list is whole, it is not known what is to be reached.
        self.catch_up.begin(now, u64::MAX, false);
        self.listed(now, rooms, more);
    }

    /// Rooms are new or have changed, or the list goes on.
    pub(super) fn listed(&mut self, now: Millis, rooms: Vec<RoomState>, more: bool) {
        for state in rooms {
            self.tell_room(now, state);
        }
        if self.is_listing && !more {
            self.is_listing = false;
            self.list_ended(now);
        } else if self.is_listing {
            self.catch_up.put_off(now);
        }
        self.changed();
    }

    /// One is not in the room any more. Another one takes its place on the screen.
    pub(super) fn room_gone(&mut self, now: Millis, room: &RoomId, message: Option<String>) {
        let Some(known) = self.rooms.get(room) else {
            return;
        };
        let title = known.title(&self.me);
        let was_open = room == self.room();
        if was_open || message.is_some() {
            self.gone = Some(Gone { title, message });
        }
        self.outbox.forget_accepted(room, u64::MAX);
        self.rooms.remove(room);
        self.changed();
        if !was_open {
            return;
        }
        match self.rooms.refuge() {
            Some(refuge) => {
                self.open_room(now, &refuge);
                self.rooms.remove(room);
            }
            None => self.catch_up = CatchUp::default(),
        }
    }

    fn tell_room(&mut self, now: Millis, state: RoomState) {
        let (id, top) = (state.id.clone(), state.top);
        let is_open = id == *self.room();
        if self.is_listing {
            self.outbox_has_changed |= self.outbox.doubt_accepted(&id, top);
            if let Some(room) = self.rooms.get_mut(&id)
                && room.unread.top() > top
            {
                // The log has lost its end: nothing of it is known any more.
                room.unread = Unread::default();
                if !is_open {
                    room.timeline.clear();
                }
            }
        }
        self.rooms.tell(state, &self.me);
        if is_open && !self.is_listing {
            self.catch_up.told(now, top);
        }
    }

    fn list_ended(&mut self, now: Millis) {
        for room in self.rooms.end_list() {
            self.room_gone(now, &room, None);
        }
        let here = self.rooms.here();
        if here.is_listed && here.state.id == self.greeted {
            let (last, top) = (here.timeline.last(), here.unread.top());
            let awaits_fresh = self.asks_afresh || last.is_none_or(|last| last > top);
            self.asks_afresh = false;
            self.catch_up.begin(now, top, awaits_fresh);
            self.reached(now, false);
        } else if here.is_listed {
            self.fill(now);
        }
        self.flush(now);
        self.tell_read(now);
    }
}
