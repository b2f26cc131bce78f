//! Who stands in the list beside the room on the screen.

use protocol::{Command, Person, RoomId, RoomKind};

use super::Engine;
use crate::roster::Moves;
use crate::{Action, Millis};

/// How long a node tells the same list while nobody comes online, and one millisecond longer with each who is.
const TOLD_AGAIN_MS: Millis = 1_000;

impl Engine {
    /// Who is listed beside this room, as the page was told it.
    pub fn told_people(&mut self, room: &RoomId, count: u64, people: Vec<Person>) {
        if let Some(room) = self.rooms.get_mut(room) {
            room.attendance.told(count, people);
        }
    }

    /// Who is listed beside the room on the screen, sorted by name, and how many they are; none while that is not known.
    pub fn attendance(&self) -> Option<(&[Person], u64)> {
        let here = self.rooms.here();
        let told = here.attendance.now();
        match here.state.kind {
            kind if kind.is_personal() => {
                Some((&here.state.people, here.state.people.len() as u64))
            }
            RoomKind::Public => told.or(Some((&self.roster.people, self.roster.count))),
            _ => told,
        }
    }

    pub(super) fn hear_people(
        &mut self,
        now: Millis,
        room: &RoomId,
        (count, people): (u64, Vec<Person>),
    ) {
        let Some(known) = self.rooms.get_mut(room) else {
            return;
        };
        let moves = known.attendance.told(count, people);
        if room == self.room() {
            self.tell_moves(now, moves);
        }
    }

    /// Who is online has changed; by name, if they have names.
    pub(super) fn follow_moves(&mut self, now: Millis, moves: Moves, have_names: bool) {
        let here = self.rooms.here_mut();
        // Who is in another room stays in its list, online or not.
        if here.state.kind != RoomKind::Public || here.attendance.now().is_none() {
            return self.tell_moves(now, moves);
        }
        let (moves, is_unknown) = here.attendance.follow(moves, &self.me.id);
        self.tell_moves(now, moves);
        if is_unknown || !have_names {
            self.want_people(now);
        }
    }

    /// The list beside the room may be another one; it is asked for soon.
    pub(super) fn want_people(&mut self, now: Millis) {
        let online = self.roster.count;
        let spread = self.rng.u64(0..=online);
        self.want_people_in(now, spread);
    }

    /// The same, but a node may tell a list of a while ago until then.
    pub(super) fn want_new_people(&mut self, now: Millis) {
        let online = self.roster.count;
        let spread = TOLD_AGAIN_MS + online + self.rng.u64(0..=online);
        self.want_people_in(now, spread);
    }

    /// The room has come onto the screen, with what was known of it before.
    pub(super) fn attend(&mut self, now: Millis) {
        self.want_people_in(now, 0);
        self.ask_for_people(now);
    }

    /// Asks if it is time.
    pub(super) fn ask_for_people(&mut self, now: Millis) {
        let is_ready = self.connection.is_live() && !self.is_listing;
        if is_ready && self.rooms.here_mut().attendance.ask(now) {
            let room = self.room().clone();
            self.act(Action::Transmit(Command::People { room }));
        }
    }

    fn want_people_in(&mut self, now: Millis, spread: Millis) {
        let online = self.roster.count;
        let here = self.rooms.here_mut();
        // Of talks and groups the list of rooms tells everybody; in the room of notices to all is nobody.
        if !here.state.kind.is_personal() && here.state.id != RoomId::notices() {
            here.attendance.want(now, spread, online);
        }
    }

    fn tell_moves(&mut self, now: Millis, mut moves: Moves) {
        moves.joined.retain(|person| person.id != self.me.id);
        moves.left.retain(|person| person.id != self.me.id);
        let here = self.rooms.here_mut();
        // Others' rooms are no place for who comes and goes elsewhere.
        if here.state.kind == RoomKind::Public {
            let after = here.timeline.last().unwrap_or(0);
            here.notices.tell(now, after, moves);
        }
        self.changed();
    }
}
