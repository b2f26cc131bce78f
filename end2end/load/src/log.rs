//! The truth: the database file, or a copy of the database, read by itself.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::ensure;
use protocol::{Entry, Kind, RoomId, UserId};
use rusqlite::types::FromSqlError;
use rusqlite::{Connection, OpenFlags, Row};

use crate::checker::Checker;
use crate::sight::Sight;

/// The rooms people talk in.
const ROOMS: &str = "SELECT id FROM room WHERE kind <> 'inbox'";

pub struct Log(Connection);

impl Log {
    pub fn open(file: &Path) -> anyhow::Result<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
        let connection = Connection::open_with_flags(file, flags)?;
        connection.busy_timeout(std::time::Duration::from_secs(5))?;
        Ok(Self(connection))
    }

    /// The highest seq of a room.
    pub fn top(&self, room: &RoomId) -> anyhow::Result<u64> {
        let sql = "SELECT coalesce(max(seq), 0) FROM entry WHERE room = ?1";
        Ok(self.0.query_row(sql, [room.as_str()], |row| row.get(0))?)
    }

    /// Whether SQLite and the numbers say that nothing is missing: in no room, and in the whole log.
    pub fn is_sound(&self) -> anyhow::Result<()> {
        let check: String = self
            .0
            .query_row("PRAGMA quick_check", (), |row| row.get(0))?;
        ensure!(check == "ok", "SQLite says: {check}");
        let sql = "SELECT count(*) FROM (SELECT 1 FROM entry GROUP BY room HAVING max(seq) <> count(*) OR min(seq) <> 1)";
        let rooms: u64 = self.0.query_row(sql, (), |row| row.get(0))?;
        ensure!(rooms == 0, "{rooms} rooms have holes");
        let sql = "SELECT coalesce(max(log_offset), 0) - count(*) FROM entry";
        let holes: i64 = self.0.query_row(sql, (), |row| row.get(0))?;
        ensure!(holes == 0, "the log lacks {holes} offsets");
        Ok(())
    }

    /// Gives the entries of all rooms people talk in to the checker, in the log's order.
    pub fn read(&self, checker: &mut Checker<'_>) -> anyhow::Result<()> {
        let sql =
            format!("SELECT {COLUMNS} FROM entry WHERE room IN ({ROOMS}) ORDER BY log_offset");
        let mut statement = self.0.prepare(&sql)?;
        let mut rows = statement.query(())?;
        while let Some(row) = rows.next()? {
            checker.read(&entry(row)?);
        }
        Ok(())
    }

    /// The entries of a room from this seq on.
    pub fn entries(&self, room: &RoomId, from: u64) -> anyhow::Result<Vec<Entry>> {
        let sql = format!("SELECT {COLUMNS} FROM entry WHERE room = ?1 AND seq >= ?2 ORDER BY seq");
        let mut statement = self.0.prepare_cached(&sql)?;
        let entries = statement.query_map((room.as_str(), from), entry)?;
        Ok(entries.collect::<rusqlite::Result<_>>()?)
    }

    /// What somebody may see of each room they are in, or were in: all of a public one. The inbox is nothing to be in.
    pub fn sights(&self, user: &UserId) -> anyhow::Result<BTreeMap<RoomId, Sight>> {
        let mut sights: BTreeMap<RoomId, Sight> = BTreeMap::new();
        let sql = "SELECT room.id, 1, NULL, EXISTS (SELECT 1 FROM member
                     WHERE person = ?1 AND room = room.id AND to_seq IS NULL)
                   FROM room WHERE kind = 'public'
                   UNION ALL SELECT room, from_seq, to_seq, to_seq IS NULL AND kind <> 'inbox'
                   FROM member JOIN room ON room.id = member.room
                   WHERE person = ?1 AND kind <> 'public'";
        let mut statement = self.0.prepare_cached(sql)?;
        let mut rows = statement.query([user.as_str()])?;
        while let Some(row) = rows.next()? {
            let sight = sights.entry(parsed(row, 0)?).or_default();
            sight.ranges.push((row.get(1)?, row.get(2)?));
            sight.is_in |= row.get::<_, bool>(3)?;
        }
        // Nothing was told there: it is in nobody's list.
        sights.remove(&RoomId::notices());
        Ok(sights)
    }
}

const COLUMNS: &str = "room, seq, log_offset, sender, name, cid, kind, target, body, at";

fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    let kind: String = row.get(6)?;
    let target: Option<String> = row.get(7)?;
    let entry = serde_json::json!({
        "room": row.get::<_, String>(0)?, "seq": row.get::<_, u64>(1)?, "offset": row.get::<_, u64>(2)?,
        "sender": row.get::<_, String>(3)?, "name": row.get::<_, String>(4)?, "cid": row.get::<_, String>(5)?,
        "kind": kind, "target": target, "body": row.get::<_, String>(8)?, "at": row.get::<_, u64>(9)?,
    });
    let entry: Entry = serde_json::from_value(entry).map_err(unread)?;
    if entry.kind == Kind::Unknown {
        return Err(unread(format!("the kind {kind}")));
    }
    Ok(entry)
}

fn parsed(row: &Row<'_>, column: usize) -> rusqlite::Result<RoomId> {
    row.get::<_, String>(column)?.parse().map_err(unread)
}

fn unread(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> rusqlite::Error {
    FromSqlError::Other(error.into()).into()
}
