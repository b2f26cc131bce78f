//! Rows as the protocol's types.

use protocol::{Enclosed, Entry, Name, Person};
use rusqlite::Row;

use crate::store::words::kind;
pub(super) use crate::store::words::{kind_name, room_kind, room_kind_name};

use crate::store::{Alias, BadAlias};

/// What [`entry`] reads, in its order.
pub(super) const COLUMNS: &str =
    "room, seq, log_offset, sender, name, cid, kind, target, body, at, enclosed";

pub(super) fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    Ok(Entry {
        room: parsed(row, 0)?,
        seq: row.get(1)?,
        offset: row.get(2)?,
        sender: parsed(row, 3)?,
        name: name(row, 4)?,
        cid: parsed(row, 5)?,
        kind: kind(&row.get::<_, String>(6)?),
        target: id(row, 7)?,
        body: row.get(8)?,
        at: row.get(9)?,
        enclosed: enclosed(row, 10)?,
    })
}

fn enclosed(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Enclosed>> {
    let json: Option<String> = row.get(column)?;
    let enclosed = json.map(|json| serde_json::from_str(&json));
    enclosed.transpose().map_err(|bad| unreadable(column, bad))
}

/// As [`entry`] reads it.
pub(super) fn enclosed_json(enclosed: &Enclosed) -> String {
    serde_json::to_string(enclosed).expect("it has only string keys")
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

/// A column that may hold an id.
pub(super) fn id<T: std::str::FromStr<Err = protocol::BadId>>(
    row: &Row<'_>,
    column: usize,
) -> rusqlite::Result<Option<T>> {
    let text: Option<String> = row.get(column)?;
    text.map(|text| text.parse().map_err(|bad| unreadable(column, bad)))
        .transpose()
}

/// A column that may hold what a program calls something.
pub(super) fn alias(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Alias>> {
    let text: Option<String> = row.get(column)?;
    text.map(|text| {
        text.parse()
            .map_err(|bad: BadAlias| unreadable(column, bad))
    })
    .transpose()
}

/// A seq or time as a column takes it; a column has none that is higher.
pub(super) fn number(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(super) fn name(row: &Row<'_>, column: usize) -> rusqlite::Result<Name> {
    Name::try_from(row.get::<_, String>(column)?).map_err(|bad| unreadable(column, bad))
}

/// Somebody, by their id in this column and their name in the next one.
pub(super) fn person(row: &Row<'_>, column: usize) -> rusqlite::Result<Person> {
    Ok(Person {
        id: parsed(row, column)?,
        name: name(row, column + 1)?,
    })
}

fn unreadable<E: Into<Box<dyn std::error::Error + Send + Sync>>>(
    column: usize,
    bad: E,
) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, bad.into())
}
