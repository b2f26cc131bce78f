//! What one commit writes.

use std::collections::HashMap;

use protocol::{Cid, Entry, Kind, RoomId, Target, UserId};
use rusqlite::{OptionalExtension, Transaction};

use super::Error;
use super::rows::{COLUMNS, enclosed_json, entry, id, kind_name, number, room_kind};
use crate::store::rules::{Entries, Facts, sends};
use crate::store::{Draft, Stored, random_id};

/// One commit's entries. The tops are read once and written once, under the transaction's lock.
pub(super) struct Batch<'a> {
    pub(super) tx: &'a Transaction<'a>,
    top: u64,
    /// What is known of the rooms it has looked at.
    pub(super) rooms: HashMap<RoomId, Facts>,
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
        match sends::send(self, draft) {
            Err(error) if !error.is_refusal() => Err(error),
            sent => Ok(sent),
        }
    }

    /// Gives the draft its place, whoever its sender is.
    pub(super) fn append(&mut self, draft: &Draft) -> Result<Entry, Error> {
        let offset = self.top + 1;
        let room = self.look(&draft.room)?.ok_or(Error::RoomUnknown)?;
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
            enclosed: draft.enclosed.clone(),
            at: draft.at,
        };
        self.top = offset;
        self.insert(&entry)?;
        Ok(entry)
    }

    pub(super) fn look(&mut self, id: &RoomId) -> Result<Option<&mut Facts>, Error> {
        if !self.rooms.contains_key(id) {
            let sql = "SELECT kind, name, top, owner, alias IS NOT NULL FROM room WHERE id = ?1";
            let found = self.tx.prepare_cached(sql)?.query_row([id.as_str()], facts);
            if let Some(facts) = found.optional()? {
                self.rooms.insert(id.clone(), facts);
            }
        }
        Ok(self.rooms.get_mut(id))
    }

    fn insert(&self, entry: &Entry) -> Result<(), Error> {
        let sql =
            "INSERT INTO entry (log_offset, room, seq, sender, name, cid, kind, target, body, at, enclosed)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
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
            entry.enclosed.as_ref().map(enclosed_json),
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

impl Entries for Batch<'_> {
    fn before(&self, sender: &UserId, cid: &Cid) -> Result<Option<Entry>, Error> {
        let sql = format!("SELECT {COLUMNS} FROM entry WHERE sender = ?1 AND cid = ?2");
        Ok(self
            .tx
            .prepare_cached(&sql)?
            .query_row([sender.as_str(), cid.as_str()], entry)
            .optional()?)
    }

    fn at(&self, room: &RoomId, seq: u64) -> Result<Option<Entry>, Error> {
        let sql = format!("SELECT {COLUMNS} FROM entry WHERE room = ?1 AND seq = ?2");
        Ok(self
            .tx
            .prepare_cached(&sql)?
            .query_row((room.as_str(), number(seq)), entry)
            .optional()?)
    }

    fn newest_about(
        &self,
        room: &RoomId,
        kind: Kind,
        target: &Target,
    ) -> Result<Option<Entry>, Error> {
        let sql = format!(
            "SELECT {COLUMNS} FROM entry INDEXED BY entry_about
             WHERE room = ?1 AND target = ?2 AND kind = ?3 AND kind <> 'posted' ORDER BY log_offset DESC LIMIT 1"
        );
        let about = [room.as_str(), target.as_str(), kind_name(kind)];
        Ok(self
            .tx
            .prepare_cached(&sql)?
            .query_row(about, entry)
            .optional()?)
    }

    fn reactions(
        &self,
        room: &RoomId,
        target: &Target,
        limit: usize,
    ) -> Result<Vec<String>, Error> {
        // From one to the next different one, however many people show each.
        let sql = "WITH RECURSIVE shown (body) AS (
               SELECT min(body) FROM entry INDEXED BY entry_reaction
               WHERE room = ?1 AND target = ?2 AND kind = 'reacted'
             UNION ALL
               SELECT (SELECT min(body) FROM entry INDEXED BY entry_reaction
                       WHERE room = ?1 AND target = ?2 AND kind = 'reacted' AND body > shown.body)
               FROM shown WHERE shown.body IS NOT NULL)
             SELECT body FROM shown WHERE body IS NOT NULL LIMIT ?3";
        let mut wanted = self.tx.prepare_cached(sql)?;
        let about = (room.as_str(), target.as_str(), limit);
        let found = wanted.query_map(about, |row| row.get(0))?;
        Ok(found.collect::<rusqlite::Result<_>>()?)
    }

    fn place(&mut self, draft: &Draft) -> Result<Entry, Error> {
        self.append(draft)
    }

    fn blank(&mut self, room: &RoomId, seq: u64) -> Result<(), Error> {
        let sql = "UPDATE entry SET body = '', enclosed = NULL WHERE room = ?1 AND seq = ?2";
        self.tx
            .prepare_cached(sql)?
            .execute((room.as_str(), number(seq)))?;
        let sql = "UPDATE entry INDEXED BY entry_about SET body = ''
                   WHERE room = ?1 AND target = ?2 AND kind <> 'posted' AND kind = 'edited'";
        let target = Target::message(seq);
        self.tx
            .prepare_cached(sql)?
            .execute([room.as_str(), target.as_str()])?;
        Ok(())
    }

    fn fresh_cid(&self) -> Cid {
        random_id::<16, Cid>()
    }
}

fn facts(row: &rusqlite::Row<'_>) -> rusqlite::Result<Facts> {
    Ok(Facts {
        kind: room_kind(&row.get::<_, String>(0)?),
        name: row.get(1)?,
        top: row.get(2)?,
        owner: id(row, 3)?,
        is_programs: row.get(4)?,
    })
}
