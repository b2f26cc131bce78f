//! What of a room its user has not read.

use std::collections::HashMap;

use protocol::{Name, RoomId, limits};

/// Entries of a room that are looked at for messages one has not read, the newest: enough for as many as are counted, with
/// changes and what the room says between them.
pub(super) const UNREAD_LOOK: u64 = 2 * limits::UNREAD_MAX;

/// Entries of a room that are looked at for its newest message.
pub(super) const LAST_LOOK: u64 = 500;

/// Counts messages of others one has not read, by room.
pub(super) struct Counted<'a> {
    name: &'a Name,
    rooms: HashMap<RoomId, Unread>,
}

#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Unread {
    pub(super) messages: u64,
    pub(super) mentions: u64,
}

impl<'a> Counted<'a> {
    /// For somebody of this name.
    pub(super) fn by(name: &'a Name) -> Self {
        let rooms = HashMap::new();
        Self { name, rooms }
    }

    /// Takes a message of somebody else; its body may be left out if it has no `@`.
    pub(super) fn take(&mut self, room: RoomId, body: Option<&str>) {
        let unread = self.rooms.entry(room).or_default();
        if unread.messages < limits::UNREAD_MAX {
            unread.messages += 1;
            let is_for = |body: &str| self.name.is_mentioned_in(body);
            unread.mentions += u64::from(body.is_some_and(is_for));
        }
    }

    pub(super) fn of(&self, room: &RoomId) -> Unread {
        self.rooms.get(room).copied().unwrap_or_default()
    }
}

/// The first characters of a message, as the list of rooms shows them.
pub(super) fn in_short(body: &str) -> String {
    body.chars().take(limits::LAST_LINE_CHARS).collect()
}
