//! The log in SQLite: appends by the writer, reads by the readers.

use std::sync::Arc;

use async_trait::async_trait;
use protocol::{Epoch, Page, RoomId, RoomState, UserId};
use rusqlite::{Connection, OptionalExtension};

use super::batch::RoomKind;
use super::check::check;
use super::rows::{COLUMNS, entry, parsed};
use super::{Error, Fence, Readers, Watch, Writer};
use crate::store::sight::{Sight, Taken};
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

    async fn rooms(&self, user: &UserId) -> Result<Vec<RoomState>, Error> {
        let user = user.clone();
        self.readers
            .run(move |connection| rooms(connection, &user))
            .await
    }
}

fn page(
    connection: &Connection,
    epoch: Epoch,
    (user, room): (Option<&UserId>, &RoomId),
    span: Span,
) -> Result<Page, Error> {
    // One transaction, so that what one may see, the top and the entries are of one moment.
    let tx = connection.unchecked_transaction()?;
    let sight = sight(&tx, user, room)?.ok_or(Error::RoomUnknown)?;
    let sql = format!(
        "SELECT {COLUMNS} FROM entry WHERE room = ?1 AND seq BETWEEN ?2 AND ?3 ORDER BY seq"
    );
    let Taken { runs, closed } = sight.take(span);
    let mut entries = Vec::new();
    for (from, to) in runs {
        let mut query = tx.prepare_cached(&sql)?;
        for entry in query.query_map((room.as_str(), from, to), entry)? {
            entries.push(entry?);
        }
    }
    Ok(Page {
        epoch,
        top: sight.top(),
        entries,
        closed,
        ended: sight.ended,
    })
}

/// What a user, or the node, may see of a room; none if there is no such room for them.
fn sight(
    connection: &Connection,
    user: Option<&UserId>,
    room: &RoomId,
) -> Result<Option<Sight>, Error> {
    let found: Option<(u64, String)> = connection
        .prepare_cached("SELECT top, kind FROM room WHERE id = ?1")?
        .query_row([room.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((top, kind)) = found else {
        return Ok(None);
    };
    let user = user.filter(|_| RoomKind::named(&kind) != RoomKind::Public);
    let Some(user) = user else {
        return Ok(Some(Sight::whole(top)));
    };
    let sql =
        "SELECT from_seq, to_seq FROM member WHERE room = ?1 AND person = ?2 ORDER BY from_seq";
    let ranges = connection
        .prepare_cached(sql)?
        .query_map([room.as_str(), user.as_str()], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?
        .collect::<rusqlite::Result<Vec<(u64, Option<u64>)>>>()?;
    Ok(Sight::of(top, ranges))
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

fn rooms(connection: &Connection, user: &UserId) -> Result<Vec<RoomState>, Error> {
    let sql = "SELECT id, name, top FROM room WHERE kind = 'public'
               UNION ALL
               SELECT room.id, room.name, room.top FROM member JOIN room ON room.id = member.room
               WHERE member.person = ?1 AND member.to_seq IS NULL AND room.kind = 'private'
               ORDER BY name";
    let found = connection
        .prepare_cached(sql)?
        .query_map([user.as_str()], |row| {
            Ok(RoomState {
                id: parsed(row, 0)?,
                name: row.get(1)?,
                top: row.get(2)?,
            })
        })?
        .collect::<rusqlite::Result<_>>()?;
    Ok(found)
}
