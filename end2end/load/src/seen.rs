//! What one tab was told, and what it has shown in the end.

use std::collections::BTreeMap;

use protocol::{RoomId, RoomState};

use crate::shown::List;
use crate::told::Told;

#[derive(Default)]
pub struct Seen {
    /// Of each room it was told of.
    pub rooms: BTreeMap<RoomId, Told>,
    /// Of each room that was put on the screen when all was over, its list as it was then.
    pub lists: BTreeMap<RoomId, List>,
}

impl Seen {
    /// Rooms one is in: what comes in them from now on is to be told.
    pub fn know(&mut self, rooms: &[RoomState]) {
        for room in rooms {
            self.of(&room.id).begin(room.top);
        }
    }

    pub fn of(&mut self, room: &RoomId) -> &mut Told {
        if !self.rooms.contains_key(room) {
            self.rooms.insert(room.clone(), Told::default());
        }
        self.rooms.get_mut(room).expect("it is there now")
    }
}
