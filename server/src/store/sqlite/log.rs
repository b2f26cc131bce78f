//! The log in SQLite: appends by the writer, reads by the readers.

use std::sync::Arc;

use async_trait::async_trait;
use protocol::{Entry, Epoch, Page, RoomId, RoomState, UserId};
use rusqlite::{Connection, OptionalExtension};

use super::rows::{COLUMNS, entry, parsed};
use super::{Error, Readers, Watch, Writer};
use crate::store::{self, Draft, Place, Reader, Span, Stored};

pub(super) struct Log {
    pub(super) epoch: Epoch,
    pub(super) readers: Arc<Readers>,
    pub(super) writer: Arc<Writer>,
    pub(super) watch: Watch,
}

#[async_trait]
impl store::Log for Log {
    fn epoch(&self) -> &Epoch {
        &self.epoch
    }

    async fn append(&self, draft: Draft) -> Result<Stored, Error> {
        self.writer.append(draft).await
    }

    // Every room is public yet, so the reader makes no difference.
    async fn read(&self, _reader: Reader<'_>, room: &RoomId, span: Span) -> Result<Page, Error> {
        let (epoch, room) = (self.epoch.clone(), room.clone());
        self.readers
            .run(move |connection| page(connection, epoch, &room, span))
            .await
    }

    async fn tail(&self, after: u64, limit: usize) -> Result<Vec<Place>, Error> {
        self.readers
            .run(move |connection| places(connection, after, limit))
            .await
    }

    async fn changed(&self) {
        self.watch.changed().await;
    }

    async fn rooms(&self, _user: &UserId) -> Result<Vec<RoomState>, Error> {
        self.readers.run(rooms).await
    }
}

fn page(connection: &Connection, epoch: Epoch, room: &RoomId, span: Span) -> Result<Page, Error> {
    // One transaction, so that the top and the entries are of one moment.
    let tx = connection.unchecked_transaction()?;
    let top = tx
        .prepare_cached("SELECT top FROM room WHERE id = ?1")?
        .query_row([room.as_str()], |row| row.get(0))
        .optional()?
        .ok_or(Error::RoomUnknown)?;
    let (seq, limit, condition) = match span {
        Span::After { seq, limit } => (seq, limit, "seq > ?2 ORDER BY seq"),
        Span::Before { seq, limit } => (seq, limit, "seq < ?2 ORDER BY seq DESC"),
    };
    let sql = format!("SELECT {COLUMNS} FROM entry WHERE room = ?1 AND {condition} LIMIT ?3");
    let seq = i64::try_from(seq).unwrap_or(i64::MAX);
    let mut entries = tx
        .prepare_cached(&sql)?
        .query_map((room.as_str(), seq, limit), entry)?
        .collect::<rusqlite::Result<Vec<Entry>>>()?;
    if matches!(span, Span::Before { .. }) {
        entries.reverse();
    }
    Ok(Page {
        epoch,
        top,
        entries,
    })
}

fn places(connection: &Connection, after: u64, limit: usize) -> Result<Vec<Place>, Error> {
    let sql = "SELECT log_offset, room, seq FROM entry INDEXED BY entry_tail
               WHERE log_offset > ?1 ORDER BY log_offset LIMIT ?2";
    let after = i64::try_from(after).unwrap_or(i64::MAX);
    let found = connection
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

fn rooms(connection: &Connection) -> Result<Vec<RoomState>, Error> {
    let sql = "SELECT id, name, top FROM room ORDER BY name";
    let found = connection
        .prepare_cached(sql)?
        .query_map([], |row| {
            Ok(RoomState {
                id: parsed(row, 0)?,
                name: row.get(1)?,
                top: row.get(2)?,
            })
        })?
        .collect::<rusqlite::Result<_>>()?;
    Ok(found)
}
