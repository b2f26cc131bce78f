//! Rooms, who is in them and who keeps order there, in SQLite.

use std::sync::Arc;

use async_trait::async_trait;
use protocol::{Kind, RoomId, UserId};

use super::{Error, Writer};
use crate::store::rules::{members, order, rooms};
use crate::store::{self, Changed, Deed, NewRoom};

pub(super) struct Rooms {
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
}
