//! Rows as the protocol's types.

use protocol::{Entry, Kind, Name};
use rusqlite::Row;

/// What [`entry`] reads, in its order.
pub(super) const COLUMNS: &str = "room, seq, log_offset, sender, name, cid, kind, body, at";

pub(super) fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    Ok(Entry {
        room: parsed(row, 0)?,
        seq: row.get(1)?,
        offset: row.get(2)?,
        sender: parsed(row, 3)?,
        name: name(row, 4)?,
        cid: parsed(row, 5)?,
        kind: kind(&row.get::<_, String>(6)?),
        body: row.get(7)?,
        at: row.get(8)?,
    })
}

/// A column that holds an id.
pub(super) fn parsed<T: std::str::FromStr<Err = protocol::BadId>>(
    row: &Row<'_>,
    column: usize,
) -> rusqlite::Result<T> {
    row.get::<_, String>(column)?
        .parse()
        .map_err(|bad| unreadable(column, bad))
}

pub(super) fn name(row: &Row<'_>, column: usize) -> rusqlite::Result<Name> {
    Name::try_from(row.get::<_, String>(column)?).map_err(|bad| unreadable(column, bad))
}

fn unreadable(
    column: usize,
    bad: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, bad.into())
}

pub(super) fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Posted => "posted",
        Kind::Unknown => "unknown",
    }
}

fn kind(name: &str) -> Kind {
    match name {
        "posted" => Kind::Posted,
        _ => Kind::Unknown,
    }
}
