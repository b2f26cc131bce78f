//! How a session is greeted: the list of rooms, a seat in each, and the open one's messages.

use protocol::{Close, Event, RoomId, RoomState};

use super::hello::{Hello, close_for};
use super::standing::Standing;
use super::{Session, pieces};

impl Session {
    pub(super) async fn welcome(&mut self, hello: Hello<'_>) -> Result<(), Close> {
        let Hello {
            signed_in,
            token,
            open,
            mut cursors,
            handshake,
        } = hello;
        self.open_inbox(&token).await?;
        if self.chat.limits.one_session_per_user {
            let begun = self.chat.begin(&self.person, &self.id).await;
            begun.map_err(|error| close_for(&error))?;
        }
        // After the seat in the inbox: a room that is not in the list yet is told there.
        let rooms = self.chat.rooms(&self.person).await;
        let rooms = rooms.map_err(|error| close_for(&error))?;
        let late = self.sit_down(&rooms).await?;
        let mut parts = pieces::rooms(rooms).into_iter();
        let welcome = Event::Welcome {
            session: self.id.clone(),
            me: signed_in.person,
            epoch: self.chat.delivery.log.epoch().clone(),
            token: token.reveal().to_owned(),
            nodes: self.chat.roster.nodes(),
            rooms: parts.next().unwrap_or_default(),
            more: parts.len() > 0,
        };
        self.tell(&welcome).await?;
        while let Some(rooms) = parts.next() {
            let more = parts.len() > 0;
            self.tell(&Event::Rooms { rooms, more }).await?;
        }
        drop(handshake);
        for room in late.iter().filter(|room| **room != open) {
            self.catch_up(room).await?;
        }
        let cursor = cursors.remove(&open);
        self.open(open, cursor).await?;
        self.do_due().await?;
        self.tell_online().await
    }

    /// Takes a seat in all rooms; those in which something came since they were read.
    async fn sit_down(&mut self, rooms: &[RoomState]) -> Result<Vec<RoomId>, Close> {
        let notices = RoomId::notices();
        let held = rooms.iter().map(|room| &room.id).chain([&notices]);
        let held = self.chat.delivery.hold_all(held).await;
        held.map_err(|error| close_for(&error))?;
        let late = rooms.iter().filter(|room| self.sit_in(room));
        let late = late.map(|room| room.id.clone()).collect();
        if rooms.iter().all(|room| room.id != notices) {
            self.wait_in(notices);
        }
        Ok(late)
    }

    /// Takes a seat in a held room for all that nothing stands in yet; its first entry shows it.
    fn wait_in(&mut self, room: RoomId) {
        let cursor = self.chat.delivery.hub.take_seat(&self.id, &room);
        let standing = Standing {
            sent: 0,
            is_public: true,
            is_outside: false,
            is_hidden: true,
        };
        self.rooms.insert(room.clone(), standing);
        if cursor.is_some_and(|cursor| cursor > 0) {
            self.show(&room);
        }
    }

    /// Takes a seat in a held room; whether something came since it was read.
    pub(super) fn sit_in(&mut self, room: &RoomState) -> bool {
        let cursor = self.chat.delivery.hub.take_seat(&self.id, &room.id);
        self.rooms.insert(room.id.clone(), Standing::of(room));
        cursor.is_none_or(|cursor| cursor > room.top)
    }
}
