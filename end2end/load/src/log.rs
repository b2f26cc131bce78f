//! The truth: the database file, read by itself.

use std::path::Path;

use anyhow::ensure;
use rusqlite::{Connection, OpenFlags};

use crate::checker::{Checker, Stored};

pub struct Log(Connection);

impl Log {
    pub fn open(data: &Path) -> anyhow::Result<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
        let connection = Connection::open_with_flags(data.join("confab.db"), flags)?;
        connection.busy_timeout(std::time::Duration::from_secs(5))?;
        Ok(Self(connection))
    }

    /// The lobby's highest seq.
    pub fn top(&self) -> anyhow::Result<u64> {
        let sql = "SELECT coalesce(max(seq), 0) FROM entry WHERE room = 'lobby'";
        Ok(self.0.query_row(sql, (), |row| row.get(0))?)
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

    /// Gives the lobby's entries to the checker, one after the other.
    pub fn read(&self, checker: &mut Checker<'_>) -> anyhow::Result<()> {
        let sql = "SELECT seq, sender, cid, body FROM entry WHERE room = 'lobby' ORDER BY seq";
        let mut statement = self.0.prepare(sql)?;
        let mut rows = statement.query(())?;
        while let Some(row) = rows.next()? {
            checker.read(&Stored {
                seq: row.get(0)?,
                sender: row.get(1)?,
                cid: row.get(2)?,
                body: row.get(3)?,
            });
        }
        Ok(())
    }
}
