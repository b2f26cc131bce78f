//! Rooms, who is in them and who keeps order there, in maps.

use async_trait::async_trait;
use protocol::{Kind, Person, RoomId, UserId};

use super::Opened;
use crate::store::rules::{Standing as _, members, order, rooms};
use crate::store::{Changed, Deed, Error, NewRoom, Order, Restraint, Rooms};

#[async_trait]
impl Rooms for Opened {
    async fn open(&self, deed: Deed, room: NewRoom) -> Result<Changed, Error> {
        rooms::open(&mut *self.state(), deed, room)
    }

    async fn join(&self, deed: Deed, room: &RoomId) -> Result<Changed, Error> {
        members::join(&mut *self.state(), deed, room)
    }

    async fn add(&self, deed: Deed, room: &RoomId, user: &UserId) -> Result<Changed, Error> {
        members::add(&mut *self.state(), deed, room, user)
    }

    async fn remove(
        &self,
        deed: Deed,
        room: &RoomId,
        user: &UserId,
        why: &str,
    ) -> Result<Changed, Error> {
        members::remove(&mut *self.state(), deed, (room, user), why)
    }

    async fn describe(
        &self,
        deed: Deed,
        room: &RoomId,
        kind: Kind,
        text: &str,
    ) -> Result<Changed, Error> {
        rooms::describe(&mut *self.state(), deed, (room, kind), text)
    }
}

#[async_trait]
impl Order for Opened {
    async fn silence(
        &self,
        deed: Deed,
        room: &RoomId,
        user: &UserId,
        until_ms: Option<u64>,
    ) -> Result<(), Error> {
        let until = Some(until_ms.unwrap_or(u64::MAX));
        order::silence(&mut *self.state(), &deed.by.id, (room, user), until)
    }

    async fn unsilence(&self, deed: Deed, room: &RoomId, user: &UserId) -> Result<(), Error> {
        order::silence(&mut *self.state(), &deed.by.id, (room, user), None)
    }

    async fn ban(
        &self,
        deed: Deed,
        room: &RoomId,
        user: &UserId,
        why: &str,
    ) -> Result<Changed, Error> {
        order::ban(&mut *self.state(), deed, (room, user), why)
    }

    async fn unban(&self, deed: Deed, room: &RoomId, user: &UserId) -> Result<(), Error> {
        order::unban(&mut *self.state(), &deed.by.id, (room, user))
    }

    async fn restraint(&self, room: &RoomId, user: &UserId) -> Result<Restraint, Error> {
        self.state().restraint(room, user)
    }

    async fn banned(&self, room: &RoomId, limit: usize) -> Result<Vec<Person>, Error> {
        let state = self.state();
        let restraints = state.rooms.get(room).map(|room| room.restraints.iter());
        let banned = restraints.into_iter().flatten();
        let banned = banned.filter(|(_, restraint)| restraint.is_banned);
        let mut people: Vec<Person> = banned.filter_map(|(user, _)| state.person(user)).collect();
        people.sort_by(|one, other| (&one.name, &one.id).cmp(&(&other.name, &other.id)));
        people.truncate(limit);
        Ok(people)
    }
}
