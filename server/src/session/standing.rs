//! Where a session stands: it obeys its user's inbox, comes into the rooms its user is let into, and leaves those they are put
//! out of.

use protocol::{Close, Event, Reason, RoomId, RoomKind, RoomState, SessionId};

use super::Session;
use super::hello::close_for;
use crate::frame::{Act, Frame, Topic};
use crate::store::{self, Span, Token};

/// How a session stands in one of its user's rooms, or in the inbox.
pub(super) struct Standing {
    /// How far the room has been sent.
    pub(super) sent: u64,
    /// Everybody may see all of it.
    pub(super) is_public: bool,
    /// The user was put out, or went.
    pub(super) is_outside: bool,
    /// Nothing stands there yet, and it is not in the list that was told: the first entry brings it there.
    pub(super) is_hidden: bool,
}

impl Standing {
    /// Right after what the state counts.
    pub(super) fn of(room: &RoomState) -> Self {
        Self {
            sent: room.top,
            is_public: room.kind == RoomKind::Public,
            is_outside: false,
            is_hidden: false,
        }
    }
}

/// What is to be done when what was heard is passed on: the log knows all changes of what one may see in their order.
pub(super) enum Due {
    /// What the user may see of the room has changed.
    CatchUp(RoomId),
    /// The user was let in.
    Enter(RoomId),
    /// The user is out; why, as they are told it.
    Leave(RoomId, String),
}

impl Session {
    /// Listens to the user's inbox from here on. What was told there before is in the welcome.
    pub(super) async fn open_inbox(&mut self, token: &Token) -> Result<(), Close> {
        let inbox = RoomId::inbox(&self.person.id);
        let held = self.chat.delivery.hold(&inbox).await;
        held.map_err(|error| close_for(&error))?;
        let top = self.chat.delivery.hub.take_seat(&self.id, &inbox);
        let standing = Standing {
            sent: top.unwrap_or(0),
            is_public: false,
            is_outside: false,
            is_hidden: false,
        };
        self.rooms.insert(inbox, standing);
        // Only now: a sign-out before the seat is seen here, one after it is told in the inbox.
        match self.chat.directory.recognise(token).await {
            Ok(Some(_)) => Ok(()),
            Ok(None) => Err(Close::SessionEnded),
            Err(error) => Err(close_for(&error)),
        }
    }

    /// An error since the hub has heard of the end: a slow session is told nothing of what still waits for it.
    pub(super) fn check_sign_in(&mut self) -> Result<(), Close> {
        match self.ears.ended().cloned() {
            Some(end) => self.obey(&RoomId::inbox(&self.person.id), &end),
            None => Ok(()),
        }
    }

    /// Does what a frame does to this session, see [`obey`](Self::obey).
    pub(super) fn obey_frame(&mut self, frame: &Frame) -> Result<(), Close> {
        match (&frame.topic, &frame.act) {
            (Topic::Room(room), Some(act)) => self.obey(room, act),
            _ => Ok(()),
        }
    }

    /// Does what an entry of the room does to this session, or has it done later.
    pub(super) fn obey(&mut self, room: &RoomId, act: &Act) -> Result<(), Close> {
        match act {
            Act::SignedOut(sign_in) if *sign_in == self.sign_in => return Err(Close::SessionEnded),
            Act::Banned(why) => return Err(self.end_banned(why)),
            Act::Kicked(why) => return Err(self.end_kicked(why)),
            Act::Connected(session) => return self.give_way_to(session),
            Act::Removed(user) if *user == self.person.id => {
                if let Some(standing) = self.rooms.get_mut(room) {
                    standing.is_outside = true;
                }
                self.due.push_back(Due::CatchUp(room.clone()));
            }
            Act::Added(room) => self.due.push_back(Due::Enter(room.clone())),
            Act::Gone(room, why) => self.due.push_back(Due::Leave(room.clone(), why.clone())),
            _ => {}
        }
        Ok(())
    }

    /// The banned are told why as the last thing.
    fn end_banned(&mut self, why: &str) -> Close {
        self.last_word = Some(Event::Error {
            reason: Reason::Banned,
            message: why.to_owned(),
        });
        Close::Banned
    }

    /// So are those whom a program puts out.
    fn end_kicked(&mut self, why: &str) -> Close {
        self.last_word = Some(Event::Error {
            reason: Reason::Kicked,
            message: why.to_owned(),
        });
        Close::SessionEnded
    }

    /// Gives way to a session of the user that began after this one. The inbox tells all beginnings in one order, so that of
    /// two at the same moment one stays.
    fn give_way_to(&mut self, session: &SessionId) -> Result<(), Close> {
        if *session == self.id {
            self.has_begun = true;
        } else if self.has_begun {
            self.last_word = Some(Event::Error {
                reason: Reason::Elsewhere,
                message: "you have connected somewhere else; only one connection stays".to_owned(),
            });
            return Err(Close::SessionEnded);
        }
        Ok(())
    }

    pub(super) async fn do_due(&mut self) -> Result<(), Close> {
        while let Some(due) = self.due.pop_front() {
            match due {
                Due::CatchUp(room) => self.catch_up(&room).await?,
                Due::Enter(room) => self.come_in(&room).await?,
                Due::Leave(room, why) => self.go_out(&room, why).await?,
            }
        }
        Ok(())
    }

    /// Has a room that was hidden told of.
    pub(super) fn show(&mut self, room: &RoomId) {
        let standing = self.rooms.get_mut(room);
        if standing.is_some_and(|standing| std::mem::take(&mut standing.is_hidden)) {
            self.due.push_back(Due::Enter(room.clone()));
        }
    }

    /// Takes a seat in a room that the user was let into, and tells of it.
    async fn come_in(&mut self, room: &RoomId) -> Result<(), Close> {
        if self.rooms.contains_key(room) {
            self.catch_up(room).await?;
        }
        let state = match self.chat.room(&self.person, room).await {
            Ok(state) => state,
            Err(store::Error::RoomUnknown) => return Ok(()), // out again, as the inbox goes on to tell
            Err(error) => return Err(close_for(&error)),
        };
        let held = self.chat.delivery.hold(room).await;
        held.map_err(|error| close_for(&error))?;
        let is_late = !self.rooms.contains_key(room) && self.sit_in(&state);
        let (rooms, more) = (vec![state], false);
        self.tell(&Event::Rooms { rooms, more }).await?;
        if is_late {
            self.catch_up(room).await?;
        }
        Ok(())
    }

    /// Serves what is left of a room that the user is out of, gives up the seat there, and tells why. Not if they were let in
    /// again meanwhile.
    async fn go_out(&mut self, room: &RoomId, why: String) -> Result<(), Close> {
        let Some(standing) = self.rooms.get(room) else {
            return Ok(());
        };
        if !standing.is_public {
            self.catch_up(room).await?;
            if self.is_in(room) {
                return Ok(());
            }
        }
        self.chat.delivery.hub.leave_seat(&self.id, room);
        self.rooms.remove(room);
        self.tell_gone(room, Some(why).filter(|why| !why.is_empty()))
            .await
    }

    pub(super) async fn tell_gone(
        &mut self,
        room: &RoomId,
        message: Option<String>,
    ) -> Result<(), Close> {
        let room = room.clone();
        self.tell(&Event::RoomGone { room, message }).await
    }

    /// Keeps the seat in a room that goes on for this user. In one they were put out of, gives it up and serves what is left.
    pub(super) async fn settle(&mut self, room: &RoomId) -> Result<(), Close> {
        let is_open = |standing: &Standing| standing.is_public;
        if room.is_inbox() || self.rooms.get(room).is_none_or(is_open) {
            return Ok(());
        }
        let nothing = self.chat.page(&self.person, room, Span::newest(0)).await;
        let page = nothing.map_err(|error| close_for(&error))?;
        if let Some(standing) = self.rooms.get_mut(room) {
            standing.is_outside = page.ended;
        }
        if !page.ended {
            return Ok(());
        }
        self.chat.delivery.hub.leave_seat(&self.id, room);
        self.serve(room, false, page.top).await
    }

    /// Whether the user is in the room now.
    pub(super) fn is_in(&self, room: &RoomId) -> bool {
        let standing = self.rooms.get(room);
        !room.is_inbox() && standing.is_some_and(|standing| !standing.is_outside)
    }
}
