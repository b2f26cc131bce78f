//! Rooms, who is in them and who keeps order there, in SQLite.

use std::sync::Arc;

use async_trait::async_trait;
use protocol::{Kind, Person, RoomId, UserId};

use super::rows::person;
use super::standing::restraint;
use super::{Error, Readers, Writer};
use crate::store::rules::{members, order, rooms};
use crate::store::{self, Changed, Deed, NewRoom, Restraint};

pub(super) struct Rooms {
    pub(super) readers: Arc<Readers>,
    pub(super) writer: Arc<Writer>,
}

#[async_trait]
impl store::Rooms for Rooms {
    async fn open(&self, deed: Deed, room: NewRoom) -> Result<Changed, Error> {
        self.writer
            .change(move |batch| rooms::open(batch, deed, room))
            .await
    }

    async fn join(&self, deed: Deed, room: &RoomId) -> Result<Changed, Error> {
        let room = room.clone();
        self.writer
            .change(move |batch| members::join(batch, deed, &room))
            .await
    }

    async fn add(&self, deed: Deed, room: &RoomId, user: &UserId) -> Result<Changed, Error> {
        let (room, user) = (room.clone(), user.clone());
        self.writer
            .change(move |batch| members::add(batch, deed, &room, &user))
            .await
    }

    async fn remove(
        &self,
        deed: Deed,
        room: &RoomId,
        user: &UserId,
        why: &str,
    ) -> Result<Changed, Error> {
        let (room, user, why) = (room.clone(), user.clone(), why.to_owned());
        self.writer
            .change(move |batch| members::remove(batch, deed, (&room, &user), &why))
            .await
    }

    async fn describe(
        &self,
        deed: Deed,
        room: &RoomId,
        kind: Kind,
        text: &str,
    ) -> Result<Changed, Error> {
        let (room, text) = (room.clone(), text.to_owned());
        self.writer
            .change(move |batch| rooms::describe(batch, deed, (&room, kind), &text))
            .await
    }
}

#[async_trait]
impl store::Order for Rooms {
    async fn silence(
        &self,
        deed: Deed,
        room: &RoomId,
        user: &UserId,
        until_ms: Option<u64>,
    ) -> Result<(), Error> {
        let (room, user) = (room.clone(), user.clone());
        let until = Some(until_ms.unwrap_or(u64::MAX));
        self.writer
            .change(move |batch| order::silence(batch, &deed.by.id, (&room, &user), until))
            .await
    }

    async fn unsilence(&self, deed: Deed, room: &RoomId, user: &UserId) -> Result<(), Error> {
        let (room, user) = (room.clone(), user.clone());
        self.writer
            .change(move |batch| order::silence(batch, &deed.by.id, (&room, &user), None))
            .await
    }

    async fn ban(
        &self,
        deed: Deed,
        room: &RoomId,
        user: &UserId,
        why: &str,
    ) -> Result<Changed, Error> {
        let (room, user, why) = (room.clone(), user.clone(), why.to_owned());
        self.writer
            .change(move |batch| order::ban(batch, deed, (&room, &user), &why))
            .await
    }

    async fn unban(&self, deed: Deed, room: &RoomId, user: &UserId) -> Result<(), Error> {
        let (room, user) = (room.clone(), user.clone());
        self.writer
            .change(move |batch| order::unban(batch, &deed.by.id, (&room, &user)))
            .await
    }

    async fn restraint(&self, room: &RoomId, user: &UserId) -> Result<Restraint, Error> {
        let (room, user) = (room.clone(), user.clone());
        self.readers
            .run(move |connection| restraint(connection, &room, &user))
            .await
    }

    async fn banned(&self, room: &RoomId, limit: usize) -> Result<Vec<Person>, Error> {
        let room = room.clone();
        self.readers
            .run(move |connection| {
                let sql = "SELECT person.id, person.name FROM restraint JOIN person ON person.id = restraint.person
                           WHERE restraint.room = ?1 AND restraint.banned = 1
                           ORDER BY person.name, person.id LIMIT ?2";
                let mut wanted = connection.prepare_cached(sql)?;
                let found = wanted.query_map((room.as_str(), limit), |row| person(row, 0))?;
                Ok(found.collect::<rusqlite::Result<_>>()?)
            })
            .await
    }
}
