//! What a session may still hear: it obeys its user's inbox, and leaves a room its user was put out of.

use protocol::{Close, RoomId};

use super::Session;
use super::hello::close_for;
use crate::frame::{Act, Frame, Topic};
use crate::store::{Span, Token};

impl Session {
    /// Listens to the user's inbox from here on. What was told there before is in the welcome.
    pub(super) async fn open_inbox(&mut self, token: &Token) -> Result<(), Close> {
        let inbox = RoomId::inbox(&self.person.id);
        let held = self.chat.delivery.hold(&inbox).await;
        held.map_err(|error| close_for(&error))?;
        let top = self.chat.delivery.hub.take_seat(&self.id, &inbox);
        self.rooms.insert(inbox, top.unwrap_or(0));
        // Only now: a sign-out before the seat is seen here, one after it is told in the inbox.
        match self.chat.directory.recognise(token).await {
            Ok(Some(_)) => Ok(()),
            Ok(None) => Err(Close::SessionEnded),
            Err(error) => Err(close_for(&error)),
        }
    }

    /// Not any more since the hub has heard of the sign-out: a slow session is told nothing of what still waits for it.
    pub(super) fn is_signed_in(&self) -> Result<(), Close> {
        if self.ears.has_ended() {
            Err(Close::SessionEnded)
        } else {
            Ok(())
        }
    }

    /// Does what a frame does to this session, see [`obey`](Self::obey).
    pub(super) fn obey_frame(&mut self, frame: &Frame) -> Result<(), Close> {
        match (&frame.topic, &frame.act) {
            (Topic::Room(room), Some(act)) => self.obey(room, act),
            _ => Ok(()),
        }
    }

    /// Does what an entry of the room does to this session. Where it changes what the user may see, the room is due to be
    /// served from the log, which knows all of such changes in their order.
    pub(super) fn obey(&mut self, room: &RoomId, act: &Act) -> Result<(), Close> {
        match act {
            Act::SignedOut(sign_in) if *sign_in == self.sign_in => return Err(Close::SessionEnded),
            Act::Removed(user) if *user == self.person.id => {
                self.outside.insert(room.clone());
                self.due.push(room.clone());
            }
            Act::Added(added) if self.rooms.contains_key(added) => self.due.push(added.clone()),
            _ => {}
        }
        Ok(())
    }

    /// Keeps the seat in a room that goes on for this user. In one they were put out of, gives it up and serves what is left.
    pub(super) async fn settle(&mut self, room: &RoomId) -> Result<(), Close> {
        if room.is_inbox() || self.chat.delivery.hub.is_for_all(room) {
            return Ok(());
        }
        let nothing = self.chat.page(&self.person, room, Span::newest(0)).await;
        let page = nothing.map_err(|error| close_for(&error))?;
        if !page.ended {
            self.outside.remove(room);
            return Ok(());
        }
        self.outside.insert(room.clone());
        self.chat.delivery.hub.leave_seat(&self.id, room);
        self.serve(room, false, page.top).await
    }

    /// Whether the session is in the room now.
    pub(super) fn is_in(&self, room: &RoomId) -> bool {
        self.rooms.contains_key(room) && !self.outside.contains(room)
    }
}
