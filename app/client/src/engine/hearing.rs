//! What a node says.

use protocol::{Cid, Event, Reason, RoomId};

use super::Engine;
use crate::Millis;
use crate::connection::State;
use crate::roster::Moves;
use crate::timeline::steps;

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
                    more,
                    ..
                } => {
                    self.token = Some(token);
                    self.connection.nodes.told(nodes, &mut self.rng);
                    self.welcomed(now, (me, epoch), rooms, more);
                }
                Event::TryAgain { retry_after_ms } => {
                    self.connection.try_again_after(retry_after_ms);
                }
                _ => {}
            },
            _ => {}
        }
    }

    fn hear_live(&mut self, now: Millis, event: Event) {
        match event {
            Event::Entries {
                room,
                fresh,
                entries,
                closed,
                aside,
            } => {
                if let Some(known) = self.rooms.get_mut(&room) {
                    known.is_asked = false;
                }
                self.hear_run(now, (&room, fresh), steps(entries, &closed), &aside);
            }
            Event::Entry(entry) => {
                let room = entry.room.clone();
                self.hear_run(now, (&room, false), steps(vec![entry], &[]), &[]);
            }
            Event::Rooms { rooms, more } => self.listed(now, rooms, more),
            Event::RoomGone { room, message } => self.room_gone(now, &room, message),
            Event::Read { room, seq } => self.was_read(&room, seq),
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
                self.want_people(now);
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
            Event::People {
                room,
                count,
                people,
            } => self.hear_people(now, &room, (count, people)),
            Event::PeopleChanged { room } if room == *self.room() => self.want_new_people(now),
            Event::OnlineStale { stale } => {
                self.roster.is_stale = stale;
                self.changed();
            }
            Event::Typing { room, person } if room == *self.room() && person.id != self.me.id => {
                self.typists.heard(now, person);
                self.changed();
            }
            // Only a send can be so odd; the frame does not tell which of those on their way, one a room. If another
            // one is taken for it, the answer to that one puts it right.
            Event::Error {
                reason: reason @ (Reason::Malformed | Reason::UnknownCommand),
                ..
            } if self.outbox.not_understood(reason) => {
                self.outbox_changed();
                self.flush(now);
            }
            Event::Error {
                reason: reason @ (Reason::Banned | Reason::Kicked | Reason::Elsewhere),
                message,
            } => self.connection.last_word = Some((reason, message)),
            Event::Nodes { nodes } => self.connection.nodes.told(nodes, &mut self.rng),
            Event::Goaway { within_ms } => {
                self.connection.leave_within(now, within_ms, &mut self.rng);
            }
            // Of a room that is not shown; the answer to a heartbeat; a second welcome; not known yet.
            _ => {}
        }
    }

    fn accepted(&mut self, now: Millis, cid: &Cid, room: &RoomId, seq: u64, at: u64) {
        if self.outbox.accepted(cid, seq, at) {
            self.outbox_changed();
        }
        if room == self.room() {
            self.catch_up.told(now, seq);
        }
        self.went_on(now, room, false);
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
        let have_names = !moves.joined.is_empty() || !moves.left.is_empty();
        let Some(moves) = self.roster.change(version, count, moves) else {
            return;
        };
        for person in &moves.left {
            self.typists.gone(&person.id);
        }
        self.follow_moves(now, moves, have_names);
    }

    /// On another of one's devices.
    fn was_read(&mut self, room: &RoomId, seq: u64) {
        if let Some(room) = self.rooms.get_mut(room) {
            room.unread.raise(seq, &room.timeline);
            room.read_told = room.read_told.max(seq);
            self.changed();
        }
    }

    fn fresh_cid(&mut self) -> Cid {
        let text = format!("{:032x}", self.rng.u128(..));
        text.parse().expect("32 hex digits are a cid")
    }
}
