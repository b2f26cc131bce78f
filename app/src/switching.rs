//! Going from room to room.

use client::Engine;
use protocol::{RoomId, RoomKind};

use crate::{
    browser,
    components::{Extent, look},
    room::Room,
    room_state::Drawer,
};

impl Room {
    /// Opens the room in its place; false if one is not in it.
    pub(crate) fn open(self, id: &str) -> bool {
        let was_finding = self.now().finding.is_some();
        self.find_no_more();
        self.open_drawer(Drawer::None);
        let is_new = self.id().as_str() != id;
        let is_shown = self.show_room(id);
        if is_shown && is_new {
            browser::go_to(&format!("/rooms/{id}"));
        }
        if was_finding {
            browser::focus_on("message");
        }
        is_shown
    }

    pub(crate) fn show_room(self, id: &str) -> bool {
        let Ok(id) = id.parse::<RoomId>() else {
            return false;
        };
        let knows = self.now().rooms.iter().any(|view| view.id == id);
        if knows {
            self.driver().tell(|engine, now| engine.open_room(now, &id));
            self.show();
        }
        knows
    }

    /// The room on the screen is another one by now.
    pub(crate) fn moved(self, before: &RoomId) {
        self.base().arrives.set(true);
        self.change_text();
        self.jump();
        let is_lost = self.now().rooms.iter().all(|view| view.id != *before);
        if is_lost {
            browser::go_on_at(&format!("/rooms/{}", self.id()));
            let is_writing = browser::focused().is_some_and(|element| element.id() == "message");
            if is_writing {
                // The rest of the sentence is not for this room.
                browser::focus_on("room-name");
            }
        }
    }

    /// Brings where the reader stopped onto the screen, as soon as what came after it is held. `newest` is the place of the
    /// newest line.
    pub(crate) fn arrive(self, newest: Option<u64>) {
        let since = self.driver().read(Engine::new_since);
        if since.is_some() && newest <= since {
            return;
        }
        browser::when_drawn(move || {
            if self.base().arrives.replace(false) {
                browser::scroll_to(".day-line--new");
                self.base().extent.replace(Extent::of(self));
                look(self);
            }
        });
    }

    /// Whether what the reader sees is the room that a wish would go to. One may have been put out just now.
    pub(crate) fn is_here(self) -> bool {
        let is_here = self.driver().read(|engine| *engine.room() == self.id());
        if !is_here {
            self.show();
        }
        is_here
    }

    /// Opens the talk with somebody, if there is one; the form makes one else.
    pub(crate) fn talk(self, user: &str) -> bool {
        let state = self.now();
        let direct = state.rooms.iter().find(|view| {
            view.kind == RoomKind::Direct && view.people.iter().any(|one| one.id.as_str() == user)
        });
        direct.is_some_and(|view| self.open(view.id.as_str()))
    }
}
