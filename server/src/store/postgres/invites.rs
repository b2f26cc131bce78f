//! Links into private rooms, in PostgreSQL.

use std::sync::Arc;

use async_trait::async_trait;
use protocol::{Person, RoomId};

use super::shelf::listed;
use super::{Error, Readers, Writer};
use crate::store::rules::invites;
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
        let sql = "SELECT id, name, topic, (SELECT count(*) FROM member WHERE room = room.id AND to_seq IS NULL)
                   FROM invite JOIN room ON room.id = invite.room WHERE hash = $1";
        let found = self.readers.row(sql, &[&link.hash().as_slice()]).await?;
        found.map(|row| listed(&row)).transpose()
    }

    async fn accept(&self, deed: Deed, link: &Token) -> Result<Changed, Error> {
        let hash = link.hash();
        self.writer
            .change(move |batch| invites::accept(batch, deed, &hash))
            .await
    }
}
