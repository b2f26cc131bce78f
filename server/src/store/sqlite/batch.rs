//! What one commit writes.

use std::collections::HashMap;

use protocol::{Cid, Entry, RoomId, UserId};
use rusqlite::{OptionalExtension, Transaction};

use super::Error;
use super::rows::{COLUMNS, entry, kind_name};
use crate::store::{Draft, Stored};

/// One commit's entries. The tops are read once and written once, under the transaction's lock.
pub(super) struct Batch<'a> {
    pub(super) tx: &'a Transaction<'a>,
    top: u64,
    rooms: HashMap<RoomId, Room>,
}

struct Room {
    top: u64,
    kind: RoomKind,
}

/// For whom a room is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum RoomKind {
    Public,
    Private,
    Inbox,
}

impl<'a> Batch<'a> {
    /// In a log that is known to be ours, and goes up to `top`.
    pub(super) fn begin(tx: &'a Transaction<'a>, top: u64) -> Self {
        Self {
            tx,
            top,
            rooms: HashMap::new(),
        }
    }

    /// The inner error refuses this draft alone, the outer one fails the commit.
    pub(super) fn add(&mut self, draft: &Draft) -> Result<Result<Stored, Error>, Error> {
        if let Some(before) = self.before(&draft.sender.id, &draft.cid)? {
            return Ok(if draft.became(&before) {
                Ok(Stored::Before(before))
            } else {
                Err(Error::CidConflict)
            });
        }
        if !self.is_in(&draft.room, &draft.sender.id)? {
            return Ok(Err(Error::RoomUnknown));
        }
        Ok(Ok(Stored::Now(self.append(draft)?)))
    }

    /// Gives the draft its place, whoever its sender is.
    pub(super) fn append(&mut self, draft: &Draft) -> Result<Entry, Error> {
        let offset = self.top + 1;
        let room = self.room(&draft.room)?.ok_or(Error::RoomUnknown)?;
        room.top += 1;
        let entry = Entry {
            room: draft.room.clone(),
            seq: room.top,
            offset,
            sender: draft.sender.id.clone(),
            name: draft.sender.name.clone(),
            cid: draft.cid.clone(),
            kind: draft.kind,
            target: draft.target.clone(),
            body: draft.body.clone(),
            at: draft.at,
        };
        self.top = offset;
        self.insert(&entry)?;
        Ok(entry)
    }

    /// What this send became when it came first.
    pub(super) fn before(&self, sender: &UserId, cid: &Cid) -> Result<Option<Entry>, Error> {
        let sql = format!("SELECT {COLUMNS} FROM entry WHERE sender = ?1 AND cid = ?2");
        Ok(self
            .tx
            .prepare_cached(&sql)?
            .query_row([sender.as_str(), cid.as_str()], entry)
            .optional()?)
    }

    /// The entry at a place that has one.
    pub(super) fn at(&self, room: &RoomId, seq: u64) -> Result<Entry, Error> {
        let sql = format!("SELECT {COLUMNS} FROM entry WHERE room = ?1 AND seq = ?2");
        Ok(self
            .tx
            .prepare_cached(&sql)?
            .query_row((room.as_str(), seq), entry)?)
    }

    /// Whether somebody may write in the room. An inbox takes what the node itself says, and nobody writes in it.
    fn is_in(&mut self, room: &RoomId, user: &UserId) -> Result<bool, Error> {
        match self.kind(room)? {
            Some(RoomKind::Public) => Ok(true),
            Some(RoomKind::Private) => Ok(self.member_since(room, user)?.is_some()),
            Some(RoomKind::Inbox) | None => Ok(false),
        }
    }

    pub(super) fn kind(&mut self, room: &RoomId) -> Result<Option<RoomKind>, Error> {
        Ok(self.room(room)?.map(|room| room.kind))
    }

    /// The seq from which somebody is a member now.
    pub(super) fn member_since(&self, room: &RoomId, user: &UserId) -> Result<Option<u64>, Error> {
        let sql = "SELECT from_seq FROM member WHERE person = ?1 AND room = ?2 AND to_seq IS NULL";
        Ok(self
            .tx
            .prepare_cached(sql)?
            .query_row([user.as_str(), room.as_str()], |row| row.get(0))
            .optional()?)
    }

    fn room(&mut self, id: &RoomId) -> Result<Option<&mut Room>, Error> {
        if !self.rooms.contains_key(id) {
            let found = self
                .tx
                .prepare_cached("SELECT top, kind FROM room WHERE id = ?1")?
                .query_row([id.as_str()], |row| {
                    let (top, kind) = (row.get(0)?, RoomKind::named(&row.get::<_, String>(1)?));
                    Ok(Room { top, kind })
                })
                .optional()?;
            if let Some(room) = found {
                self.rooms.insert(id.clone(), room);
            }
        }
        Ok(self.rooms.get_mut(id))
    }

    fn insert(&self, entry: &Entry) -> Result<(), Error> {
        let sql =
            "INSERT INTO entry (log_offset, room, seq, sender, name, cid, kind, target, body, at)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
        self.tx.prepare_cached(sql)?.execute((
            entry.offset,
            entry.room.as_str(),
            entry.seq,
            entry.sender.as_str(),
            entry.name.as_str(),
            entry.cid.as_str(),
            kind_name(entry.kind),
            entry.target.as_ref().map(|target| target.as_str()),
            &entry.body,
            entry.at,
        ))?;
        Ok(())
    }

    pub(super) fn end(self) -> Result<(), Error> {
        for (id, room) in &self.rooms {
            self.tx
                .prepare_cached("UPDATE room SET top = ?2 WHERE id = ?1 AND top < ?2")?
                .execute((id.as_str(), room.top))?;
        }
        self.tx
            .prepare_cached("UPDATE log SET top = ?1 WHERE id = 1")?
            .execute([self.top])?;
        Ok(())
    }
}

impl RoomKind {
    pub(super) fn named(name: &str) -> Self {
        match name {
            "public" => Self::Public,
            "private" => Self::Private,
            _ => Self::Inbox,
        }
    }
}
