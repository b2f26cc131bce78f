//! The log in SQLite: appends by the writer, reads by the readers.

use std::sync::Arc;

use async_trait::async_trait;
use protocol::{Epoch, Page, RoomId};
use rusqlite::Connection;

use super::check::check;
use super::page::page;
use super::rows::parsed;
use super::{Error, Fence, Readers, Watch, Writer};
use crate::store::{self, Checked, Draft, Place, Reader, Span, Stored};

pub(super) struct Log {
    pub(super) fence: Arc<Fence>,
    pub(super) readers: Arc<Readers>,
    pub(super) writer: Arc<Writer>,
    pub(super) watch: Watch,
}

#[async_trait]
impl store::Log for Log {
    fn epoch(&self) -> &Epoch {
        &self.fence.epoch
    }

    fn former_epoch(&self) -> Option<&Epoch> {
        self.fence.former.as_ref()
    }

    async fn append(&self, draft: Draft) -> Result<Stored, Error> {
        self.writer.append(draft).await
    }

    async fn append_all(&self, drafts: Vec<Draft>) -> Vec<Result<Stored, Error>> {
        self.writer.append_all(drafts).await
    }

    async fn read(&self, reader: Reader<'_>, room: &RoomId, span: Span) -> Result<Page, Error> {
        let (fence, room) = (self.fence.clone(), room.clone());
        let user = match reader {
            Reader::Node => None,
            Reader::User(user) => Some(user.clone()),
        };
        self.readers
            .run(move |connection| {
                fence.database.is_still_there()?;
                page(
                    connection,
                    fence.epoch.clone(),
                    (user.as_ref(), &room),
                    span,
                )
            })
            .await
    }

    async fn tail(&self, after: u64, limit: usize) -> Result<Vec<Place>, Error> {
        let fence = self.fence.clone();
        self.readers
            .run(move |connection| places(connection, &fence, after, limit))
            .await
    }

    async fn check(&self, after: u64, limit: usize) -> Result<Checked, Error> {
        let fence = self.fence.clone();
        self.readers
            .run(move |connection| check(connection, &fence, after, limit))
            .await
    }

    async fn close(&self) {
        self.watch.end().await;
        self.readers.end().await;
        self.writer.end().await;
    }

    async fn changed(&self) {
        self.watch.changed().await;
    }
}

fn places(
    connection: &Connection,
    fence: &Fence,
    after: u64,
    limit: usize,
) -> Result<Vec<Place>, Error> {
    let expected = fence.expect()?;
    let tx = connection.unchecked_transaction()?;
    let top = expected.is_met(&tx)?;
    if top < after {
        let why = format!("it ends at offset {top}, and this node has seen {after}");
        return Err(Error::Replaced(why));
    }
    let sql = "SELECT log_offset, room, seq FROM entry INDEXED BY entry_tail
               WHERE log_offset > ?1 ORDER BY log_offset LIMIT ?2";
    let after = i64::try_from(after).unwrap_or(i64::MAX);
    let found = tx
        .prepare_cached(sql)?
        .query_map((after, limit), |row| {
            Ok(Place {
                offset: row.get(0)?,
                room: parsed(row, 1)?,
                seq: row.get(2)?,
            })
        })?
        .collect::<rusqlite::Result<_>>()?;
    Ok(found)
}
