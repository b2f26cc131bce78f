//! What one commit writes.

use std::collections::HashMap;

use protocol::{Cid, Entry, Epoch, RoomId, UserId};
use rusqlite::{OptionalExtension, Transaction};

use super::Error;
use super::rows::{COLUMNS, entry, kind_name};
use crate::store::{Draft, Stored};

/// One commit's entries. The tops are read once and written once, under the transaction's lock.
pub(super) struct Batch<'a> {
    tx: &'a Transaction<'a>,
    top: u64,
    rooms: HashMap<RoomId, u64>,
}

impl<'a> Batch<'a> {
    pub(super) fn begin(tx: &'a Transaction<'a>, epoch: &Epoch) -> Result<Self, Error> {
        let (found, top): (String, u64) = tx
            .prepare_cached("SELECT epoch, top FROM log WHERE id = 1")?
            .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        if found != epoch.as_str() {
            return Err(Error::Unavailable(
                "the file holds another log now; restart this node".to_owned(),
            ));
        }
        Ok(Self {
            tx,
            top,
            rooms: HashMap::new(),
        })
    }

    /// The inner error refuses this draft alone, the outer one fails the commit.
    pub(super) fn add(&mut self, draft: &Draft) -> Result<Result<Stored, Error>, Error> {
        if let Some(before) = self.find(&draft.sender.id, &draft.cid)? {
            let same = before.room == draft.room && before.body == draft.body;
            return Ok(if same {
                Ok(Stored::Before(before))
            } else {
                Err(Error::CidConflict)
            });
        }
        let Some(room_top) = self.room_top(&draft.room)? else {
            return Ok(Err(Error::RoomUnknown));
        };
        let entry = Entry {
            room: draft.room.clone(),
            seq: room_top + 1,
            offset: self.top + 1,
            sender: draft.sender.id.clone(),
            name: draft.sender.name.clone(),
            cid: draft.cid.clone(),
            kind: draft.kind,
            body: draft.body.clone(),
            at: draft.at,
        };
        self.insert(&entry)?;
        self.top = entry.offset;
        self.rooms.insert(entry.room.clone(), entry.seq);
        Ok(Ok(Stored::Now(entry)))
    }

    fn insert(&self, entry: &Entry) -> Result<(), Error> {
        let sql = "INSERT INTO entry (log_offset, room, seq, sender, name, cid, kind, body, at)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
        self.tx.prepare_cached(sql)?.execute((
            entry.offset,
            entry.room.as_str(),
            entry.seq,
            entry.sender.as_str(),
            entry.name.as_str(),
            entry.cid.as_str(),
            kind_name(entry.kind),
            &entry.body,
            entry.at,
        ))?;
        Ok(())
    }

    fn find(&self, sender: &UserId, cid: &Cid) -> Result<Option<Entry>, Error> {
        let sql = format!("SELECT {COLUMNS} FROM entry WHERE sender = ?1 AND cid = ?2");
        Ok(self
            .tx
            .prepare_cached(&sql)?
            .query_row([sender.as_str(), cid.as_str()], entry)
            .optional()?)
    }

    fn room_top(&mut self, room: &RoomId) -> Result<Option<u64>, Error> {
        if let Some(top) = self.rooms.get(room) {
            return Ok(Some(*top));
        }
        let sql = "SELECT top FROM room WHERE id = ?1";
        Ok(self
            .tx
            .prepare_cached(sql)?
            .query_row([room.as_str()], |row| row.get(0))
            .optional()?)
    }

    pub(super) fn end(self) -> Result<(), Error> {
        for (room, top) in &self.rooms {
            self.tx
                .prepare_cached("UPDATE room SET top = ?2 WHERE id = ?1")?
                .execute((room.as_str(), top))?;
        }
        self.tx
            .prepare_cached("UPDATE log SET top = ?1 WHERE id = 1")?
            .execute([self.top])?;
        Ok(())
    }
}
