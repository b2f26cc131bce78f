//! Links into private rooms, in SQLite.

use std::sync::Arc;

use async_trait::async_trait;
use protocol::{Person, RoomId};
use rusqlite::OptionalExtension;

use super::batch::Batch;
use super::rows::parsed;
use super::shelf::listed;
use super::{Error, Readers, Writer};
use crate::store::rules::{Links, invites};
use crate::store::{self, Changed, Deed, Listed, Token};

pub(super) struct Invites {
    pub(super) readers: Arc<Readers>,
    pub(super) writer: Arc<Writer>,
}

#[async_trait]
impl store::Invites for Invites {
    async fn invite(&self, by: &Person, room: &RoomId) -> Result<Token, Error> {
        let (by, room, link) = (by.id.clone(), room.clone(), Token::random());
        let hash = link.hash();
        self.writer
            .change(move |batch| invites::invite(batch, (&by, &room), &hash))
            .await?;
        Ok(link)
    }

    async fn invited(&self, link: &Token) -> Result<Option<Listed>, Error> {
        let hash = link.hash();
        self.readers
            .run(move |connection| {
                let sql = "SELECT id, name, topic,
                             (SELECT count(*) FROM member WHERE room = room.id AND to_seq IS NULL)
                           FROM invite JOIN room ON room.id = invite.room WHERE hash = ?1";
                let mut wanted = connection.prepare_cached(sql)?;
                Ok(wanted.query_row([hash], listed).optional()?)
            })
            .await
    }

    async fn accept(&self, deed: Deed, link: &Token) -> Result<Changed, Error> {
        let hash = link.hash();
        self.writer
            .change(move |batch| invites::accept(batch, deed, &hash))
            .await
    }
}

impl Links for Batch<'_> {
    fn link(&mut self, room: &RoomId, hash: &[u8; 32]) -> Result<(), Error> {
        let sql = "INSERT INTO invite (room, hash) VALUES (?1, ?2)
                   ON CONFLICT DO UPDATE SET hash = excluded.hash";
        self.tx.execute(sql, (room.as_str(), hash))?;
        Ok(())
    }

    fn linked(&self, hash: &[u8; 32]) -> Result<Option<RoomId>, Error> {
        let sql = "SELECT room FROM invite WHERE hash = ?1";
        let mut wanted = self.tx.prepare_cached(sql)?;
        Ok(wanted.query_row([hash], |row| parsed(row, 0)).optional()?)
    }
}
