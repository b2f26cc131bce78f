//! The rooms as their people see them, in PostgreSQL.

use std::collections::HashSet;
use std::sync::Arc;

use async_trait::async_trait;
use protocol::{RoomId, RoomState, UserId};
use tokio_postgres::Row;

use super::link::in_time;
use super::listing::listing;
use super::rows::{count, each, get, id, number, parsed, person};
use super::{Error, Readers, Writer};
use crate::store::{self, Listed, Members};

pub(super) struct Shelf {
    pub(super) readers: Arc<Readers>,
    pub(super) writer: Arc<Writer>,
}

const PUBLIC: &str =
    "SELECT id, name, topic, (SELECT count(*) FROM member WHERE room = room.id AND to_seq IS NULL)
    FROM room WHERE kind = 'public' AND id <> 'notices' AND name > $1 ORDER BY name LIMIT $2";

/// A row even if nobody is in it.
const MEMBERS: &str = "SELECT owner, (SELECT count(*) FROM member WHERE room = $1 AND to_seq IS NULL), here.id, here.name FROM room
    LEFT JOIN LATERAL (
        SELECT person.id, person.name FROM member JOIN person ON person.id = member.person
        WHERE member.room = $1 AND member.to_seq IS NULL ORDER BY person.name, person.id LIMIT $3) AS here ON true
    WHERE room.id = $1 AND kind <> 'inbox' AND (kind = 'public' OR EXISTS
      (SELECT 1 FROM member WHERE person = $2 AND room = $1 AND to_seq IS NULL))
    ORDER BY here.name, here.id";

const READ: &str = "UPDATE member SET read_seq = mark.seq
    FROM (SELECT person, room, least(max(seq), max(room.top)) AS seq
          FROM unnest($1::text[], $2::text[], $3::bigint[]) AS told (person, room, seq) JOIN room ON room.id = told.room
          GROUP BY person, room) AS mark
    WHERE member.person = mark.person AND member.room = mark.room AND to_seq IS NULL AND read_seq < mark.seq";

#[async_trait]
impl store::Shelf for Shelf {
    async fn rooms(&self, user: &UserId) -> Result<Vec<RoomState>, Error> {
        in_time(async { listing(&mut self.readers.link().await?, user, None).await }).await
    }

    async fn room(&self, user: &UserId, room: &RoomId) -> Result<RoomState, Error> {
        let own = in_time(async {
            let mut link = self.readers.link().await?;
            listing(&mut link, user, Some(room)).await
        });
        match own.await?.pop() {
            Some(own) => Ok(own),
            None => self.open_to_all(user, room).await,
        }
    }

    async fn public(&self, after_name: Option<&str>, limit: usize) -> Result<Vec<Listed>, Error> {
        let after = after_name.unwrap_or_default();
        let found = self.readers.rows(PUBLIC, &[&after, &number(limit)]).await?;
        each(&found, listed)
    }

    async fn members(&self, user: &UserId, room: &RoomId, limit: usize) -> Result<Members, Error> {
        let (user, room) = (user.as_str(), room.as_str());
        let found = self
            .readers
            .rows(MEMBERS, &[&room, &user, &number(limit)])
            .await?;
        let first = found.first().ok_or(Error::RoomUnknown)?;
        let is_somebody = get::<Option<&str>>(first, 2)?.is_some();
        Ok(Members {
            count: count(first, 1)?,
            owner: id(first, 0)?,
            people: if is_somebody {
                each(&found, |row| person(row, 2))?
            } else {
                Vec::new()
            },
        })
    }

    async fn is_in(&self, user: &UserId, room: &RoomId) -> Result<bool, Error> {
        let sql = "SELECT 1 FROM member WHERE person = $1 AND room = $2 AND to_seq IS NULL";
        let found = self
            .readers
            .row(sql, &[&user.as_str(), &room.as_str()])
            .await?;
        Ok(found.is_some())
    }

    async fn among(&self, room: &RoomId, users: Vec<UserId>) -> Result<HashSet<UserId>, Error> {
        let sql =
            "SELECT person FROM member WHERE person = ANY ($1) AND room = $2 AND to_seq IS NULL";
        let users: Vec<&str> = users.iter().map(UserId::as_str).collect();
        let found = self.readers.rows(sql, &[&users, &room.as_str()]).await?;
        Ok(each(&found, |row| parsed(row, 0))?.into_iter().collect())
    }

    async fn read(&self, marks: Vec<(UserId, RoomId, u64)>) -> Result<(), Error> {
        self.writer
            .change(move |batch| {
                let users: Vec<&str> = marks.iter().map(|mark| mark.0.as_str()).collect();
                let rooms: Vec<&str> = marks.iter().map(|mark| mark.1.as_str()).collect();
                let seqs: Vec<i64> = marks.iter().map(|mark| number(mark.2)).collect();
                batch.change(READ, &[&users, &rooms, &seqs])?;
                Ok(())
            })
            .await
    }

    async fn mute(&self, user: &UserId, room: &RoomId, muted: bool) -> Result<(), Error> {
        let (user, room) = (user.clone(), room.clone());
        self.writer
            .change(move |batch| {
                let sql = "UPDATE member SET muted = $3
                           WHERE person = $1 AND room = $2 AND to_seq IS NULL";
                match batch.change(sql, &[&user.as_str(), &room.as_str(), &muted])? {
                    0 => Err(Error::RoomUnknown),
                    _ => Ok(()),
                }
            })
            .await
    }
}

impl Shelf {
    /// A public room as it is told to who is not in it.
    async fn open_to_all(&self, user: &UserId, room: &RoomId) -> Result<RoomState, Error> {
        let sql = "SELECT name, topic, top,
                     owner IS NOT DISTINCT FROM $2 OR EXISTS (SELECT 1 FROM person WHERE id = $2 AND admin)
                   FROM room WHERE id = $1 AND kind = 'public'";
        let found = self
            .readers
            .row(sql, &[&room.as_str(), &user.as_str()])
            .await?;
        let found = found.ok_or(Error::RoomUnknown)?;
        Ok(RoomState {
            id: room.clone(),
            name: get(&found, 0)?,
            topic: get(&found, 1)?,
            top: count(&found, 2)?,
            read: count(&found, 2)?,
            owned: get(&found, 3)?,
            ..RoomState::default()
        })
    }
}

pub(super) fn listed(row: &Row) -> Result<Listed, Error> {
    Ok(Listed {
        id: parsed(row, 0)?,
        name: get(row, 1)?,
        topic: get(row, 2)?,
        people: count(row, 3)?,
    })
}
