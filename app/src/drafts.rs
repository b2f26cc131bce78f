//! What was written and not sent, room by room.

use protocol::RoomId;

use crate::{browser, room::Room};

impl Room {
    pub(crate) fn draft(self, room: &RoomId) -> String {
        browser::kept(&self.draft_key(room)).unwrap_or_default()
    }

    pub(crate) fn keep_draft(self, room: &RoomId, text: &str) {
        browser::keep(&self.draft_key(room), text);
    }

    /// Puts what was refused before what is written in that room.
    pub(crate) fn return_to(self, room: &RoomId, body: &str) {
        if !self.take_back(room, body) {
            self.keep_draft(room, &browser::above(body, &self.draft(room)));
        }
    }

    /// Puts what was refused back into the box, if that is empty; whether it was.
    pub(crate) fn take_back(self, room: &RoomId, body: &str) -> bool {
        let is_free = self.id() == *room && !self.is_editing();
        let text = browser::text_box().filter(|text| is_free && text.value().is_empty());
        if let Some(text) = &text {
            text.set_value(body);
            self.look(text, None);
        }
        text.is_some()
    }

    fn draft_key(self, room: &RoomId) -> String {
        format!("confab draft {} {room}", self.me())
    }
}
