//! Programs, their keys and where they speak, in SQLite.

use std::sync::Arc;

use async_trait::async_trait;
use protocol::{Name, RoomId, UserId};
use rusqlite::{Connection, OptionalExtension, Row, Transaction};

use super::rows::{parsed, person, room_kind};
use super::{Error, Readers, Writer};
use crate::store::name::fold;
use crate::store::programs::{listed, set};
use crate::store::rules::notices;
use crate::store::sign_in::{DAY_SECS, now};
use crate::store::{self, Changed, Deed, Hall, NewKey, ProgramKey as Key, Token, random_id};

pub(super) struct Programs {
    pub(super) readers: Arc<Readers>,
    pub(super) writer: Arc<Writer>,
}

#[async_trait]
impl store::Keys for Programs {
    async fn make(&self, new: NewKey) -> Result<Token, Error> {
        let token = Token::random();
        let hash = token.hash();
        self.writer.run(move |tx| insert(tx, hash, &new)).await?;
        Ok(token)
    }

    async fn list(&self) -> Result<Vec<Key>, Error> {
        self.readers
            .run(|connection| {
                let sql = "SELECT id, name, scopes, rooms, made, used FROM program ORDER BY name";
                let mut wanted = connection.prepare_cached(sql)?;
                let found = wanted.query_map([], key)?;
                Ok(found.collect::<rusqlite::Result<_>>()?)
            })
            .await
    }

    async fn revoke(&self, name: &Name) -> Result<bool, Error> {
        let folded = fold(name);
        self.writer
            .run(move |tx| {
                let sql = "DELETE FROM program WHERE folded = ?1";
                Ok(tx.execute(sql, [folded])? > 0)
            })
            .await
    }

    async fn recognise(&self, token: &Token) -> Result<Option<Key>, Error> {
        let hash = token.hash();
        let found = self
            .readers
            .run(move |connection| {
                let sql = "SELECT id, name, scopes, rooms, made, used FROM program WHERE hash = ?1";
                let mut wanted = connection.prepare_cached(sql)?;
                Ok(wanted.query_row([hash], key).optional()?)
            })
            .await?;
        if found.as_ref().is_some_and(|key| key.used != Some(today())) {
            self.writer
                .run(move |tx| {
                    let sql = "UPDATE program SET used = ?2 WHERE hash = ?1";
                    tx.execute(sql, (hash, today()))?;
                    Ok(())
                })
                .await?;
        }
        Ok(found)
    }
}

#[async_trait]
impl store::Podium for Programs {
    async fn open(&self, deed: Deed, user: &UserId) -> Result<Changed, Error> {
        let user = user.clone();
        self.writer
            .change(move |batch| notices::open(batch, deed, &user))
            .await
    }

    async fn hall(&self, room: &RoomId) -> Result<Option<Hall>, Error> {
        let room = room.clone();
        self.readers
            .run(move |connection| hall(connection, &room))
            .await
    }
}

fn insert(tx: &Transaction<'_>, hash: [u8; 32], new: &NewKey) -> Result<(), Error> {
    let folded = fold(&new.name);
    if is_somebody(tx, &folded)? {
        return Err(Error::NameTaken);
    }
    let sql = "INSERT INTO program (id, name, folded, hash, scopes, rooms, made)
               VALUES ('api-' || ?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (folded) DO NOTHING";
    let rooms = new.rooms.as_ref().map(listed);
    let made = tx.execute(
        sql,
        (
            random_id::<8, UserId>().as_str(),
            new.name.as_str(),
            folded,
            hash,
            listed(&new.scopes),
            rooms,
            today(),
        ),
    )?;
    if made == 0 {
        Err(Error::NameTaken)
    } else {
        Ok(())
    }
}

fn is_somebody(tx: &Transaction<'_>, folded: &str) -> Result<bool, Error> {
    let sql = "SELECT 1 FROM person WHERE folded = ?1";
    Ok(tx.prepare_cached(sql)?.exists([folded])?)
}

/// Whether a program is called so.
pub(super) fn is_program(tx: &Transaction<'_>, folded: &str) -> Result<bool, Error> {
    let sql = "SELECT 1 FROM program WHERE folded = ?1";
    Ok(tx.prepare_cached(sql)?.exists([folded])?)
}

fn key(row: &Row<'_>) -> rusqlite::Result<Key> {
    let rooms: Option<String> = row.get(3)?;
    Ok(Key {
        program: person(row, 0)?,
        scopes: set(&row.get::<_, String>(2)?),
        rooms: rooms.as_deref().map(set),
        made: row.get(4)?,
        used: row.get(5)?,
    })
}

fn hall(connection: &Connection, room: &RoomId) -> Result<Option<Hall>, Error> {
    let sql = "SELECT kind, name, topic, top FROM room WHERE id = ?1 AND kind <> 'inbox'";
    let mut wanted = connection.prepare_cached(sql)?;
    let found = wanted.query_row([room.as_str()], |row| {
        Ok(Hall {
            id: room.clone(),
            kind: room_kind(&row.get::<_, String>(0)?),
            name: row.get(1)?,
            topic: row.get(2)?,
            top: row.get(3)?,
            people: Vec::new(),
        })
    });
    let Some(mut hall) = found.optional()? else {
        return Ok(None);
    };
    let sql = "SELECT person FROM member WHERE room = ?1 AND to_seq IS NULL";
    let mut wanted = connection.prepare_cached(sql)?;
    let people = wanted.query_map([room.as_str()], |row| parsed(row, 0))?;
    hall.people = people.collect::<rusqlite::Result<_>>()?;
    Ok(Some(hall))
}

/// Days since 1970 UTC.
fn today() -> i64 {
    now() / DAY_SECS
}
