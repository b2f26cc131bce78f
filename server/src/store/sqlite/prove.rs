//! The proof in full that a log is sound: every row is read, nothing is changed.

use std::path::Path;

use protocol::Epoch;
use rusqlite::{Connection, ErrorCode, OpenFlags, Row};

use super::database::{companion, open_as_it_lies};
use super::{SCHEMA, fence};
use crate::store::proof::{Fault, Proof, RoomProof};
use crate::store::upkeep::Error;

/// Each finds one kind of fault: what its rows tell is the place, and the text after it is what is wrong there.
const QUESTIONS: [(&str, &str); 11] = [
    (
        "SELECT 'offset ' || n FROM (SELECT log_offset, row_number() OVER (ORDER BY log_offset) AS n FROM entry)
         WHERE log_offset <> n LIMIT 1",
        "there is no entry: from here on the offsets have holes",
    ),
    (
        "SELECT 'the log' FROM log WHERE top <> (SELECT coalesce(max(log_offset), 0) FROM entry)",
        "its highest offset is not the one it knows as its top",
    ),
    (
        "SELECT 'room ' || room || ', seq ' || min(n) FROM
         (SELECT room, seq, row_number() OVER (PARTITION BY room ORDER BY seq) AS n FROM entry)
         WHERE seq <> n GROUP BY room",
        "there is no such entry: from here on the seqs have holes",
    ),
    (
        "SELECT 'room ' || room || ', seq ' || seq FROM
         (SELECT room, seq, log_offset, lag(log_offset) OVER (PARTITION BY room ORDER BY seq) AS earlier FROM entry)
         WHERE earlier >= log_offset",
        "it stands before its predecessor in the log",
    ),
    (
        "SELECT 'room ' || id FROM room WHERE top <> (SELECT coalesce(max(seq), 0) FROM entry WHERE entry.room = room.id)",
        "its highest seq is not the one it knows as its top",
    ),
    (
        "SELECT 'room ' || room || ', ' || count(*) || ' entries' FROM entry
         WHERE room NOT IN (SELECT id FROM room) GROUP BY room",
        "there is no such room",
    ),
    (
        "SELECT 'room ' || room || ', seq ' || max(seq) FROM entry GROUP BY sender, cid HAVING count(*) > 1",
        "it is the same send as an earlier entry",
    ),
    (
        "SELECT 'room ' || room || ', seq ' || seq FROM entry AS change WHERE kind IN ('edited', 'deleted', 'reacted', 'unreacted')
         AND NOT EXISTS (SELECT 1 FROM entry WHERE room = change.room AND seq = CAST(change.target AS INTEGER)
           AND seq < change.seq AND kind = 'posted')",
        "the message it changes is not there",
    ),
    (
        "SELECT 'room ' || entry.room || ', seq ' || entry.seq FROM entry AS deleted
         JOIN entry ON entry.room = deleted.room AND entry.seq = CAST(deleted.target AS INTEGER)
         WHERE deleted.kind = 'deleted' AND entry.body <> ''",
        "it was taken back, and is still to be read",
    ),
    (
        "SELECT 'room ' || room || ', ' || person FROM member JOIN room ON room.id = member.room WHERE read_seq > top",
        "they have read further than it goes",
    ),
    (
        "SELECT 'table ' || \"table\" || ', row ' || coalesce(rowid, '?') FROM pragma_foreign_key_check",
        "it refers to a row that is not there",
    ),
];

/// Opens a store that is there, to look at it. It may be in use.
pub(super) fn look_into(path: &Path) -> Result<Connection, Error> {
    if path.is_dir() {
        return Err(Error(format!(
            "{} is a folder; give the file, or the folder with --data",
            path.display()
        )));
    }
    if !path.exists() {
        return Err(Error(format!(
            "there is no store at {}; give its folder with --data or its file with --store sqlite:FILE",
            path.display()
        )));
    }
    let connection = open(path).map_err(|error| unreadable(path, &error))?;
    let version = version(&connection).map_err(|error| unreadable(path, &error))?;
    let is_log = fence::head(&connection).is_ok();
    match (version, is_log) {
        (version, _) if version > SCHEMA.len() => Err(Error(format!(
            "{} has schema version {version}, this build knows {}: use the newer build",
            path.display(),
            SCHEMA.len()
        ))),
        (version, true) if version == SCHEMA.len() => Ok(connection),
        (0, _) | (_, false) => Err(Error(format!(
            "{} is no store of Confab: it has no log; give another file",
            path.display()
        ))),
        (version, true) => Err(Error(format!(
            "{} has schema version {version}, this build {}: start a node of this build on it once, it brings the file up to date",
            path.display(),
            SCHEMA.len()
        ))),
    }
}

/// Everything that must hold of a log, in one view of it. A file that cannot be read to its end has that as its fault.
pub(super) fn prove(connection: &Connection) -> Proof {
    let mut proof = Proof {
        epoch: String::new(),
        entries: 0,
        rooms: Vec::new(),
        faults: Vec::new(),
    };
    if let Err(error) = examine(connection, &mut proof) {
        proof.faults.push(Fault {
            place: "the file".to_owned(),
            what: format!("it cannot be read to its end: {error}"),
        });
    }
    proof
}

fn examine(connection: &Connection, proof: &mut Proof) -> rusqlite::Result<()> {
    let tx = connection.unchecked_transaction()?;
    let mut said = tx.prepare("PRAGMA integrity_check")?;
    let said = said.query_map([], |row| row.get(0))?;
    for what in said.collect::<rusqlite::Result<Vec<String>>>()? {
        if what != "ok" {
            let place = "the file".to_owned();
            proof.faults.push(Fault { place, what });
        }
    }
    proof.epoch = tx.query_row("SELECT epoch FROM log", [], |row| row.get(0))?;
    if proof.epoch.parse::<Epoch>().is_err() {
        let place = "the log".to_owned();
        let what = "its epoch is not one".to_owned();
        proof.faults.push(Fault { place, what });
    }
    let count: i64 = tx.query_row("SELECT count(*) FROM entry", [], |row| row.get(0))?;
    proof.entries = u64::try_from(count).unwrap_or(0);
    for (question, what) in QUESTIONS {
        let mut asked = tx.prepare(question)?;
        let places = asked.query_map([], |row| row.get(0))?;
        for place in places.collect::<rusqlite::Result<Vec<String>>>()? {
            let what = what.to_owned();
            proof.faults.push(Fault { place, what });
        }
    }
    let sql = "SELECT id, count(seq), coalesce(max(seq), 0), top FROM room LEFT JOIN entry ON room = id GROUP BY id";
    let mut rooms = tx.prepare(sql)?;
    proof.rooms = rooms.query_map([], room)?.collect::<Result<_, _>>()?;
    Ok(())
}

fn room(row: &Row<'_>) -> rusqlite::Result<RoomProof> {
    let (room, entries, last, top) = (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
    Ok(RoomProof {
        room,
        entries,
        last,
        top,
        // That the seqs are 1 to `last` follows: no two are the same, and none is missing.
        is_sound: entries == last && last == top,
    })
}

/// Opens a file that may be in use, to look at it.
pub(super) fn open(path: &Path) -> rusqlite::Result<Connection> {
    if fence::has_leftovers(path).unwrap_or(true) {
        return open_as_it_lies(path);
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let opened = Connection::open_with_flags(path, flags);
    let opened = opened.and_then(|connection| {
        connection.busy_timeout(std::time::Duration::from_secs(5))?;
        connection.pragma_update(None, "query_only", "ON")?;
        version(&connection)?;
        Ok(connection)
    });
    match opened {
        // Where nothing can be written, nobody writes either: it can be read as it lies there.
        Err(error)
            if matches!(
                error.sqlite_error_code(),
                Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly)
            ) && !companion(path, "-wal").exists() =>
        {
            open_as_it_lies(path)
        }
        opened => opened,
    }
}

pub(super) fn version(connection: &Connection) -> rusqlite::Result<usize> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

fn unreadable(path: &Path, error: &rusqlite::Error) -> Error {
    Error(format!(
        "{} cannot be read as a store of Confab ({error}); give another file",
        path.display()
    ))
}
