//! Rooms: who makes them, comes into them, is put out of them, and how their people see them.

use protocol::{Cid, Entry, Event, Kind, Person, RoomId, RoomState, UserId};

use super::{Chat, Refusal, now_ms, reason};
use crate::store::{Changed, Deed, Error, Listed, Members, NewRoom, Token};

impl Chat {
    /// Makes a room with its people. The room of two people is made once.
    pub async fn make(&self, by: Person, cid: Cid, new: NewRoom) -> Result<RoomId, Refusal> {
        let changed = self.rooms.open(self.deed(by, cid)?, new).await;
        self.spread_change(changed).map(|entry| room_of(&entry))
    }

    /// Goes into a public room.
    pub async fn join(&self, by: Person, cid: Cid, room: &RoomId) -> Result<Entry, Refusal> {
        let changed = self.rooms.join(self.deed(by, cid)?, room).await;
        self.spread_change(changed)
    }

    /// Lets somebody into a private room or a group; the entry that does.
    pub async fn add(
        &self,
        by: Person,
        cid: Cid,
        (room, user): (&RoomId, &UserId),
    ) -> Result<Entry, Refusal> {
        let changed = self.rooms.add(self.deed(by, cid)?, room, user).await;
        self.spread_change(changed)
    }

    /// Puts somebody out, or leaves; the entry that does. Who is put out is told why.
    pub async fn remove(
        &self,
        by: Person,
        cid: Cid,
        (room, user): (&RoomId, &UserId),
        why: &str,
    ) -> Result<Entry, Refusal> {
        let changed = self
            .rooms
            .remove(self.deed(by, cid)?, room, user, why)
            .await;
        self.spread_change(changed)
    }

    /// Puts somebody out and lets them in no more, until [`unban_from`](Self::unban_from).
    pub async fn ban_from(
        &self,
        by: Person,
        cid: Cid,
        (room, user): (&RoomId, &UserId),
        why: &str,
    ) -> Result<Entry, Refusal> {
        let changed = self.order.ban(self.deed(by, cid)?, room, user, why).await;
        self.spread_change(changed)
    }

    pub async fn unban_from(
        &self,
        by: Person,
        cid: Cid,
        (room, user): (&RoomId, &UserId),
    ) -> Result<(), Refusal> {
        let done = self.order.unban(self.deed(by, cid)?, room, user).await;
        done.map_err(|error| Refusal::of(reason(&error)))
    }

    /// Takes nothing of somebody in the room any more: for so many minutes, or until [`unsilence`](Self::unsilence).
    pub async fn silence(
        &self,
        by: Person,
        cid: Cid,
        (room, user): (&RoomId, &UserId),
        minutes: Option<u32>,
    ) -> Result<(), Refusal> {
        let deed = self.deed(by, cid)?;
        let until_ms = minutes.map(|minutes| deed.at + u64::from(minutes) * 60_000);
        let done = self.order.silence(deed, room, user, until_ms).await;
        done.map_err(|error| Refusal::of(reason(&error)))
    }

    pub async fn unsilence(
        &self,
        by: Person,
        cid: Cid,
        (room, user): (&RoomId, &UserId),
    ) -> Result<(), Refusal> {
        let done = self.order.unsilence(self.deed(by, cid)?, room, user).await;
        done.map_err(|error| Refusal::of(reason(&error)))
    }

    /// A new link into a private room; the one before it ends.
    pub async fn invite(&self, by: &Person, room: &RoomId) -> Result<Token, Refusal> {
        let link = self.invites.invite(by, room).await;
        link.map_err(|error| Refusal::of(reason(&error)))
    }

    /// Where a link leads.
    pub async fn invited(&self, link: &Token) -> Result<Option<Listed>, Error> {
        self.invites.invited(link).await
    }

    /// Goes where the link leads.
    pub async fn accept(&self, by: Person, cid: Cid, link: &Token) -> Result<RoomId, Refusal> {
        let changed = self.invites.accept(self.deed(by, cid)?, link).await;
        self.spread_change(changed).map(|entry| entry.room)
    }

    /// Gives the room another name or topic; the entry that does.
    pub async fn describe(
        &self,
        by: Person,
        cid: Cid,
        (room, kind): (&RoomId, Kind),
        text: &str,
    ) -> Result<Entry, Refusal> {
        let changed = self
            .rooms
            .describe(self.deed(by, cid)?, room, kind, text)
            .await;
        self.spread_change(changed)
    }

    /// The rooms this user is in.
    pub async fn rooms(&self, person: &Person) -> Result<Vec<RoomState>, Error> {
        self.write_marks_of(person).await;
        self.shelf.rooms(&person.id).await
    }

    /// One of them, or a public room.
    pub async fn room(&self, person: &Person, room: &RoomId) -> Result<RoomState, Error> {
        self.write_marks_of(person).await;
        self.shelf.room(&person.id, room).await
    }

    /// Whether this user is in the room now.
    pub async fn is_in(&self, person: &Person, room: &RoomId) -> Result<bool, Error> {
        self.shelf.is_in(&person.id, room).await
    }

    /// Who is banned from a room, for its keepers.
    pub async fn banned_from(&self, room: &RoomId, limit: usize) -> Result<Vec<Person>, Error> {
        self.order.banned(room, limit).await
    }

    /// The public rooms whose names come after this one.
    pub async fn public_rooms(
        &self,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Listed>, Error> {
        self.shelf.public(after, limit).await
    }

    /// Who is in a room, for who may see it.
    pub async fn members(
        &self,
        person: &Person,
        room: &RoomId,
        limit: usize,
    ) -> Result<Members, Error> {
        self.shelf.members(&person.id, room, limit).await
    }

    /// Notes whether the user wants notifications from the room, and tells all their sessions.
    pub async fn mute(&self, person: &Person, room: &RoomId, muted: bool) -> Result<(), Error> {
        self.shelf.mute(&person.id, room, muted).await?;
        let (rooms, more) = (vec![self.room(person, room).await?], false);
        self.tell_user(&person.id, &Event::Rooms { rooms, more });
        Ok(())
    }

    /// As fast as one may send: each tells others something.
    fn deed(&self, by: Person, cid: Cid) -> Result<Deed, Refusal> {
        self.take_turn(&by.id)?;
        let at = now_ms();
        Ok(Deed { by, cid, at })
    }

    /// Ends a sign-in, and its sessions on every node.
    pub async fn sign_out(&self, token: &Token) -> Result<(), Error> {
        if let Some(entry) = self.directory.sign_out(token).await? {
            self.delivery.spread(entry);
        }
        Ok(())
    }

    pub(super) fn spread_change(&self, changed: Result<Changed, Error>) -> Result<Entry, Refusal> {
        match changed {
            Ok(Changed::Now(entries)) => {
                let first = entries.first().expect("a change makes an entry").clone();
                self.tell_coming_and_going(&entries);
                self.delivery.spread_all(entries);
                Ok(first)
            }
            Ok(Changed::Before(entry)) => Ok(entry),
            Err(error) => Err(Refusal::of(reason(&error))),
        }
    }
}

/// The room that an entry on somebody's coming is about; that of a public one stands in their inbox.
fn room_of(entry: &Entry) -> RoomId {
    let target = entry.target.as_ref().filter(|_| entry.room.is_inbox());
    let room = target.and_then(|target| target.as_str().parse().ok());
    room.unwrap_or_else(|| entry.room.clone())
}
