//! Private rooms and their members in SQLite.

use std::sync::Arc;

use async_trait::async_trait;
use protocol::{Cid, Entry, Kind, Person, RoomId, Target, UserId};
use rusqlite::OptionalExtension;

use super::batch::{Batch, RoomKind};
use super::rows::name;
use super::{Error, Writer};
use crate::store::{self, Changed, Deed, Draft, random_id};

pub(super) struct Rooms {
    pub(super) writer: Arc<Writer>,
}

#[async_trait]
impl store::Rooms for Rooms {
    async fn open(&self, deed: Deed, name: &str) -> Result<Changed, Error> {
        let name = name.to_owned();
        self.writer
            .change(move |batch| open(batch, deed, &name))
            .await
    }

    async fn add(&self, deed: Deed, room: &RoomId, user: &UserId) -> Result<Changed, Error> {
        let (room, user) = (room.clone(), user.clone());
        self.writer
            .change(move |batch| change(batch, deed, Kind::Added, (&room, &user)))
            .await
    }

    async fn remove(&self, deed: Deed, room: &RoomId, user: &UserId) -> Result<Changed, Error> {
        let (room, user) = (room.clone(), user.clone());
        self.writer
            .change(move |batch| change(batch, deed, Kind::Removed, (&room, &user)))
            .await
    }
}

fn open(batch: &mut Batch<'_>, deed: Deed, name: &str) -> Result<Changed, Error> {
    if let Some(before) = batch.before(&deed.by.id, &deed.cid)? {
        let is_opening = before.kind == Kind::Added && before.seq == 1;
        let same = is_opening && room_name(batch, &before.room)? == name;
        return if same {
            Ok(Changed::Before(before))
        } else {
            Err(Error::CidConflict)
        };
    }
    let room = random_id::<8, RoomId>();
    batch.tx.execute(
        "INSERT INTO room (id, name, kind) VALUES (?1, ?2, 'private')",
        [room.as_str(), name],
    )?;
    let who = deed.by.clone();
    tell(batch, deed, Kind::Added, (&room, &who))
}

/// Adds or removes.
fn change(
    batch: &mut Batch<'_>,
    deed: Deed,
    kind: Kind,
    (room, user): (&RoomId, &UserId),
) -> Result<Changed, Error> {
    if let Some(before) = batch.before(&deed.by.id, &deed.cid)? {
        let target = Some(Target::from(user));
        let same = (&before.room, before.kind, &before.target) == (room, kind, &target);
        return if same {
            Ok(Changed::Before(before))
        } else {
            Err(Error::CidConflict)
        };
    }
    let is_private = batch.kind(room)? == Some(RoomKind::Private);
    if !is_private || batch.member_since(room, &deed.by.id)?.is_none() {
        return Err(Error::RoomUnknown);
    }
    let who = person(batch, user)?.ok_or(Error::PersonUnknown)?;
    let is_member = batch.member_since(room, user)?.is_some();
    if is_member == (kind == Kind::Added) {
        let made_so = last_change(batch, kind, (room, user))?;
        return made_so.map(Changed::Before).ok_or(Error::PersonUnknown);
    }
    tell(batch, deed, kind, (room, &who))
}

/// The room's entry and the inbox's, and the range that goes with them.
fn tell(
    batch: &mut Batch<'_>,
    deed: Deed,
    kind: Kind,
    (room, who): (&RoomId, &Person),
) -> Result<Changed, Error> {
    let Deed { by, cid, at } = deed;
    let in_inbox = Draft {
        room: RoomId::inbox(&who.id),
        sender: by,
        cid: random_id::<16, Cid>(),
        kind,
        target: Some(room.into()),
        body: room_name(batch, room)?,
        at,
    };
    let in_room = Draft {
        room: room.clone(),
        cid,
        target: Some((&who.id).into()),
        body: who.name.to_string(),
        ..in_inbox.clone()
    };
    let told = batch.append(&in_room)?;
    let range = if kind == Kind::Added {
        "INSERT INTO member (room, person, from_seq) VALUES (?1, ?2, ?3)"
    } else {
        "UPDATE member SET to_seq = ?3 WHERE room = ?1 AND person = ?2 AND to_seq IS NULL"
    };
    let row = (room.as_str(), who.id.as_str(), told.seq);
    batch.tx.execute(range, row)?;
    let inbox = batch.append(&in_inbox)?;
    Ok(Changed::Now { room: told, inbox })
}

/// The entry that let somebody in last, or put them out.
fn last_change(
    batch: &Batch<'_>,
    kind: Kind,
    (room, user): (&RoomId, &UserId),
) -> Result<Option<Entry>, Error> {
    let place = if kind == Kind::Added {
        "from_seq"
    } else {
        "to_seq"
    };
    let sql = format!("SELECT max({place}) FROM member WHERE room = ?1 AND person = ?2");
    let ids = [room.as_str(), user.as_str()];
    let seq: Option<u64> = batch.tx.query_row(&sql, ids, |row| row.get(0))?;
    seq.map(|seq| batch.at(room, seq)).transpose()
}

fn room_name(batch: &Batch<'_>, room: &RoomId) -> Result<String, Error> {
    let sql = "SELECT name FROM room WHERE id = ?1";
    Ok(batch.tx.query_row(sql, [room.as_str()], |row| row.get(0))?)
}

fn person(batch: &Batch<'_>, user: &UserId) -> Result<Option<Person>, Error> {
    let sql = "SELECT name FROM person WHERE id = ?1";
    let found = batch
        .tx
        .query_row(sql, [user.as_str()], |row| name(row, 0))
        .optional()?;
    Ok(found.map(|name| Person {
        id: user.clone(),
        name,
    }))
}
