//! The rooms as their people see them, in SQLite.

use std::collections::HashSet;
use std::sync::Arc;

use async_trait::async_trait;
use protocol::{RoomId, RoomState, UserId};
use rusqlite::{Connection, OptionalExtension, Row, Transaction};

use super::listing::listing;
use super::rows::{id, number, parsed, person};
use super::{Error, Readers, Writer};
use crate::store::{self, Listed, Members};

pub(super) struct Shelf {
    pub(super) readers: Arc<Readers>,
    pub(super) writer: Arc<Writer>,
}

#[async_trait]
impl store::Shelf for Shelf {
    async fn rooms(&self, user: &UserId) -> Result<Vec<RoomState>, Error> {
        let user = user.clone();
        self.readers
            .run(move |connection| listing(connection, &user, None))
            .await
    }

    async fn room(&self, user: &UserId, room: &RoomId) -> Result<RoomState, Error> {
        let (user, room) = (user.clone(), room.clone());
        self.readers
            .run(move |connection| {
                let own = listing(connection, &user, Some(&room))?.pop();
                own.map_or_else(|| open_to_all(connection, &user, &room), Ok)
            })
            .await
    }

    async fn is_in(&self, user: &UserId, room: &RoomId) -> Result<bool, Error> {
        let (user, room) = (user.clone(), room.clone());
        self.readers
            .run(move |connection| {
                let sql = "SELECT 1 FROM member WHERE person = ?1 AND room = ?2 AND to_seq IS NULL";
                let mut wanted = connection.prepare_cached(sql)?;
                Ok(wanted.exists([user.as_str(), room.as_str()])?)
            })
            .await
    }

    async fn among(&self, room: &RoomId, users: Vec<UserId>) -> Result<HashSet<UserId>, Error> {
        let room = room.clone();
        self.readers
            .run(move |connection| {
                let sql = "SELECT 1 FROM member WHERE person = ?1 AND room = ?2 AND to_seq IS NULL";
                let mut wanted = connection.prepare_cached(sql)?;
                let mut found = HashSet::new();
                for user in users {
                    if wanted.exists([user.as_str(), room.as_str()])? {
                        found.insert(user);
                    }
                }
                Ok(found)
            })
            .await
    }

    async fn public(&self, after_name: Option<&str>, limit: usize) -> Result<Vec<Listed>, Error> {
        let after = after_name.unwrap_or_default().to_owned();
        self.readers
            .run(move |connection| {
                let sql = "SELECT id, name, topic,
                             (SELECT count(*) FROM member WHERE room = room.id AND to_seq IS NULL)
                           FROM room WHERE kind = 'public' AND id <> 'notices' AND name > ?1 ORDER BY name LIMIT ?2";
                let mut wanted = connection.prepare_cached(sql)?;
                let found = wanted.query_map((after, limit), listed)?;
                Ok(found.collect::<rusqlite::Result<_>>()?)
            })
            .await
    }

    async fn members(&self, user: &UserId, room: &RoomId, limit: usize) -> Result<Members, Error> {
        let (user, room) = (user.clone(), room.clone());
        self.readers
            .run(move |connection| {
                let tx = connection.unchecked_transaction()?;
                members(&tx, (&user, &room), limit)
            })
            .await
    }

    async fn read(&self, marks: Vec<(UserId, RoomId, u64)>) -> Result<(), Error> {
        self.writer
            .run(move |tx| {
                let sql =
                    "UPDATE member SET read_seq = min(?3, (SELECT top FROM room WHERE id = ?2))
                           WHERE person = ?1 AND room = ?2 AND to_seq IS NULL
                             AND read_seq < min(?3, (SELECT top FROM room WHERE id = ?2))";
                let mut raise = tx.prepare_cached(sql)?;
                for (user, room, seq) in &marks {
                    raise.execute((user.as_str(), room.as_str(), number(*seq)))?;
                }
                Ok(())
            })
            .await
    }

    async fn mute(&self, user: &UserId, room: &RoomId, muted: bool) -> Result<(), Error> {
        let (user, room) = (user.clone(), room.clone());
        self.writer
            .run(move |tx| {
                let sql = "UPDATE member SET muted = ?3
                           WHERE person = ?1 AND room = ?2 AND to_seq IS NULL";
                match tx.execute(sql, (user.as_str(), room.as_str(), muted))? {
                    0 => Err(Error::RoomUnknown),
                    _ => Ok(()),
                }
            })
            .await
    }
}

/// A public room as it is told to who is not in it.
fn open_to_all(connection: &Connection, user: &UserId, room: &RoomId) -> Result<RoomState, Error> {
    let sql = "SELECT name, topic, top,
                 owner IS ?2 OR EXISTS (SELECT 1 FROM person WHERE id = ?2 AND admin = 1)
               FROM room WHERE id = ?1 AND kind = 'public'";
    let mut wanted = connection.prepare_cached(sql)?;
    let found = wanted.query_row([room.as_str(), user.as_str()], |row| {
        Ok(RoomState {
            id: room.clone(),
            name: row.get(0)?,
            topic: row.get(1)?,
            top: row.get(2)?,
            read: row.get(2)?,
            owned: row.get(3)?,
            ..RoomState::default()
        })
    });
    found.optional()?.ok_or(Error::RoomUnknown)
}

pub(super) fn listed(row: &Row<'_>) -> rusqlite::Result<Listed> {
    Ok(Listed {
        id: parsed(row, 0)?,
        name: row.get(1)?,
        topic: row.get(2)?,
        people: row.get(3)?,
    })
}

fn members(
    tx: &Transaction<'_>,
    (user, room): (&UserId, &RoomId),
    limit: usize,
) -> Result<Members, Error> {
    let sql =
        "SELECT owner, (SELECT count(*) FROM member WHERE room = ?1 AND to_seq IS NULL) FROM room
               WHERE id = ?1 AND kind <> 'inbox' AND (kind = 'public' OR EXISTS
                 (SELECT 1 FROM member WHERE person = ?2 AND room = ?1 AND to_seq IS NULL))";
    let mut wanted = tx.prepare_cached(sql)?;
    let found = wanted.query_row([room.as_str(), user.as_str()], |row| {
        Ok((id(row, 0)?, row.get(1)?))
    });
    let (owner, count) = found.optional()?.ok_or(Error::RoomUnknown)?;
    let sql = "SELECT person.id, person.name FROM member JOIN person ON person.id = member.person
               WHERE member.room = ?1 AND member.to_seq IS NULL ORDER BY person.name, person.id LIMIT ?2";
    let mut wanted = tx.prepare_cached(sql)?;
    let people = wanted.query_map((room.as_str(), limit), |row| person(row, 0))?;
    Ok(Members {
        count,
        owner,
        people: people.collect::<rusqlite::Result<_>>()?,
    })
}
