//! Rows as the protocol's types.

use protocol::{Entry, Kind, Name, Target};
use rusqlite::Row;

/// What [`entry`] reads, in its order.
pub(super) const COLUMNS: &str = "room, seq, log_offset, sender, name, cid, kind, target, body, at";

pub(super) fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    Ok(Entry {
        room: parsed(row, 0)?,
        seq: row.get(1)?,
        offset: row.get(2)?,
        sender: parsed(row, 3)?,
        name: name(row, 4)?,
        cid: parsed(row, 5)?,
        kind: kind(&row.get::<_, String>(6)?),
        target: target(row, 7)?,
        body: row.get(8)?,
        at: row.get(9)?,
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

fn target(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Target>> {
    let text: Option<String> = row.get(column)?;
    text.map(|text| {
        text.parse()
            .map_err(|bad| unreadable::<protocol::BadId>(column, bad))
    })
    .transpose()
}

pub(super) fn name(row: &Row<'_>, column: usize) -> rusqlite::Result<Name> {
    Name::try_from(row.get::<_, String>(column)?).map_err(|bad| unreadable(column, bad))
}

fn unreadable<E: Into<Box<dyn std::error::Error + Send + Sync>>>(
    column: usize,
    bad: E,
) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, bad.into())
}

pub(super) fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Posted => "posted",
        Kind::Added => "added",
        Kind::Removed => "removed",
        Kind::SignedOut => "signed_out",
        Kind::Unknown => "unknown",
    }
}

fn kind(name: &str) -> Kind {
    match name {
        "posted" => Kind::Posted,
        "added" => Kind::Added,
        "removed" => Kind::Removed,
        "signed_out" => Kind::SignedOut,
        _ => Kind::Unknown,
    }
}
