//! Programs, their keys and where they speak, in PostgreSQL.

use std::sync::Arc;

use async_trait::async_trait;
use protocol::{Name, RoomId, UserId};
use tokio_postgres::Row;

use super::batch::Batch;
use super::rows::{count, each, get, parsed, person};
use super::{Error, Readers, Writer};
use crate::store::name::fold;
use crate::store::programs::{listed, set};
use crate::store::rules::notices;
use crate::store::sign_in::{DAY_SECS, now};
use crate::store::words::room_kind;
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
        self.writer
            .change(move |batch| insert(batch, hash, &new))
            .await?;
        Ok(token)
    }

    async fn list(&self) -> Result<Vec<Key>, Error> {
        let sql = "SELECT id, name, scopes, rooms, made, used FROM program ORDER BY name";
        each(&self.readers.rows(sql, &[]).await?, key)
    }

    async fn revoke(&self, name: &Name) -> Result<bool, Error> {
        let folded = fold(name);
        self.writer
            .change(move |batch| {
                let sql = "DELETE FROM program WHERE folded = $1";
                Ok(batch.change(sql, &[&folded])? > 0)
            })
            .await
    }

    async fn recognise(&self, token: &Token) -> Result<Option<Key>, Error> {
        let hash = token.hash();
        let sql = "SELECT id, name, scopes, rooms, made, used FROM program WHERE hash = $1";
        let found = self.readers.row(sql, &[&hash.as_slice()]).await?;
        let found = found.map(|row| key(&row)).transpose()?;
        if found.as_ref().is_some_and(|key| key.used != Some(today())) {
            self.writer
                .change(move |batch| {
                    let sql = "UPDATE program SET used = $2 WHERE hash = $1";
                    batch.change(sql, &[&hash.as_slice(), &today()])?;
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
        let sql = "SELECT room.kind, room.name, room.topic, room.top, member.person FROM room
                   LEFT JOIN member ON member.room = room.id AND member.to_seq IS NULL
                   WHERE room.id = $1 AND room.kind <> 'inbox'";
        let found = self.readers.rows(sql, &[&room.as_str()]).await?;
        let Some(first) = found.first() else {
            return Ok(None);
        };
        let is_empty = get::<Option<&str>>(first, 4)?.is_none();
        let people = if is_empty { &[] } else { found.as_slice() };
        Ok(Some(Hall {
            id: room.clone(),
            kind: room_kind(get(first, 0)?),
            name: get(first, 1)?,
            topic: get(first, 2)?,
            top: count(first, 3)?,
            people: each(people, |row| parsed(row, 4))?,
        }))
    }
}

fn insert(batch: &Batch<'_>, hash: [u8; 32], new: &NewKey) -> Result<(), Error> {
    let folded = fold(&new.name);
    let somebody = batch.row("SELECT 1 FROM person WHERE folded = $1", &[&folded])?;
    if somebody.is_some() {
        return Err(Error::NameTaken);
    }
    let sql = "INSERT INTO program (id, name, folded, hash, scopes, rooms, made)
               VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (folded) DO NOTHING";
    let id = format!("api-{}", random_id::<8, UserId>());
    let rooms = new.rooms.as_ref().map(listed);
    let made = batch.change(
        sql,
        &[
            &id,
            &new.name.as_str(),
            &folded,
            &hash.as_slice(),
            &listed(&new.scopes),
            &rooms,
            &today(),
        ],
    )?;
    if made == 0 {
        Err(Error::NameTaken)
    } else {
        Ok(())
    }
}

/// Whether a program is called so.
pub(super) fn is_program(batch: &Batch<'_>, folded: &str) -> Result<bool, Error> {
    let sql = "SELECT 1 FROM program WHERE folded = $1";
    Ok(batch.row(sql, &[&folded])?.is_some())
}

fn key(row: &Row) -> Result<Key, Error> {
    let rooms: Option<&str> = get(row, 3)?;
    Ok(Key {
        program: person(row, 0)?,
        scopes: set(get(row, 2)?),
        rooms: rooms.map(set),
        made: get(row, 4)?,
        used: get(row, 5)?,
    })
}

/// Days since 1970 UTC.
fn today() -> i64 {
    now() / DAY_SECS
}
