//! How far people have read: gathered here, and written once a second.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};

use protocol::{Event, Person, RoomId, UserId};

use super::Chat;
use crate::frame::{Frame, Topic};
use crate::store::{Error, Shelf};

/// People whose marks wait for a store that is away; of more, what they read is unread again.
const PEOPLE_MAX: usize = 10_000;

/// Somebody has read this room up to this seq.
type Mark = (UserId, RoomId, u64);

/// Read cursors that are not written yet.
#[derive(Default)]
pub(super) struct Marks {
    waiting: Mutex<BTreeMap<UserId, BTreeMap<RoomId, u64>>>,
}

impl Marks {
    fn note(&self, user: UserId, room: RoomId, seq: u64) {
        let mut waiting = self.waiting();
        if waiting.len() < PEOPLE_MAX || waiting.contains_key(&user) {
            let mark = waiting.entry(user).or_default().entry(room).or_default();
            *mark = seq.max(*mark);
        }
    }

    /// Writes what is gathered; what was written.
    async fn write(&self, shelf: &dyn Shelf) -> Result<Vec<Mark>, Error> {
        let marks = std::mem::take(&mut *self.waiting());
        let of_user = |(user, rooms): (UserId, BTreeMap<RoomId, u64>)| {
            let marks = rooms.into_iter();
            marks.map(move |(room, seq)| (user.clone(), room, seq))
        };
        let marks: Vec<_> = marks.into_iter().flat_map(of_user).collect();
        if marks.is_empty() {
            return Ok(marks);
        }
        if let Err(error) = shelf.read(marks.clone()).await {
            for (user, room, seq) in marks {
                self.note(user, room, seq);
            }
            return Err(error);
        }
        Ok(marks)
    }

    fn waiting(&self) -> MutexGuard<'_, BTreeMap<UserId, BTreeMap<RoomId, u64>>> {
        self.waiting.lock().expect("no holder of the marks panics")
    }
}

impl Chat {
    /// Notes that all of the room up to there has been on a screen of this user.
    pub fn read(&self, person: &Person, room: RoomId, seq: u64) {
        let delivered = self.delivery.hub.cursor(&room).unwrap_or(0);
        let seq = seq.min(delivered);
        self.marks.note(person.id.clone(), room, seq);
    }

    /// Writes what was noted, and only then tells the users' other sessions: one that begins meanwhile reads it or hears it.
    pub async fn write_marks(&self) {
        match self.marks.write(&*self.shelf).await {
            Ok(marks) => {
                for (user, room, seq) in marks {
                    self.tell_user(&user, &Event::Read { room, seq });
                }
            }
            Err(error) => tracing::warn!(%error, "cannot write how far people have read yet"),
        }
    }

    /// Writes what was noted of this user, so that what is read next is true.
    pub(super) async fn write_marks_of(&self, person: &Person) {
        if self.marks.waiting().contains_key(&person.id) {
            self.write_marks().await;
        }
    }

    /// Tells all sessions of a user what is no entry, on every node.
    pub(super) fn tell_user(&self, user: &UserId, event: &Event) {
        let inbox = RoomId::inbox(user);
        let frame = Frame::state(Topic::Room(inbox.clone()), event);
        self.tell_state(&inbox, frame);
    }

    /// Tells who sits in the room, here and on other nodes; those only if the backplane is there.
    pub(super) fn tell_state(&self, room: &RoomId, frame: Frame) {
        if self.delivery.is_healthy() {
            self.delivery.publish(&frame); // it comes back to this node, too
        } else {
            self.delivery.hub.tell_room(room, frame);
        }
    }
}
