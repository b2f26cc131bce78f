//! Rows as the protocol's types.

use std::str::FromStr;

use protocol::{BadId, Entry, Name, Person};
use tokio_postgres::Row;
use tokio_postgres::types::FromSql;

use super::Error;
use crate::store::Alias;
use crate::store::words::kind;

/// What [`entry`] reads, in its order.
pub(super) const COLUMNS: &str =
    "room, seq, log_offset, sender, name, cid, kind, target, body, at, enclosed";

pub(super) fn entry(row: &Row) -> Result<Entry, Error> {
    let enclosed: Option<String> = get(row, 10)?;
    let enclosed = enclosed.map(|json| serde_json::from_str(&json));
    Ok(Entry {
        room: parsed(row, 0)?,
        seq: count(row, 1)?,
        offset: count(row, 2)?,
        sender: parsed(row, 3)?,
        name: name(row, 4)?,
        cid: parsed(row, 5)?,
        kind: kind(get(row, 6)?),
        target: id(row, 7)?,
        body: get(row, 8)?,
        at: count(row, 9)?,
        enclosed: enclosed.transpose().map_err(unreadable)?,
    })
}

pub(super) fn get<'a, T: FromSql<'a>>(row: &'a Row, column: usize) -> Result<T, Error> {
    Ok(row.try_get(column)?)
}

/// A column that holds a seq, an offset, a time or a count.
pub(super) fn count(row: &Row, column: usize) -> Result<u64, Error> {
    u64::try_from(get::<i64>(row, column)?).map_err(unreadable)
}

/// A column that may hold one.
pub(super) fn maybe_count(row: &Row, column: usize) -> Result<Option<u64>, Error> {
    let number: Option<i64> = get(row, column)?;
    number.map(u64::try_from).transpose().map_err(unreadable)
}

/// A column that holds an id.
pub(super) fn parsed<T: FromStr<Err = BadId>>(row: &Row, column: usize) -> Result<T, Error> {
    get::<&str>(row, column)?.parse().map_err(unreadable)
}

/// A column that may hold an id.
pub(super) fn id<T: FromStr<Err = BadId>>(row: &Row, column: usize) -> Result<Option<T>, Error> {
    let text: Option<&str> = get(row, column)?;
    text.map(str::parse).transpose().map_err(unreadable)
}

/// A column that may hold what a program calls something.
pub(super) fn alias(row: &Row, column: usize) -> Result<Option<Alias>, Error> {
    let text: Option<&str> = get(row, column)?;
    text.map(str::parse).transpose().map_err(unreadable)
}

/// A number as a column takes it; a column has none that is higher.
pub(super) fn number(number: impl TryInto<i64>) -> i64 {
    number.try_into().unwrap_or(i64::MAX)
}

pub(super) fn name(row: &Row, column: usize) -> Result<Name, Error> {
    Name::try_from(get::<String>(row, column)?).map_err(unreadable)
}

/// Somebody, by their id in this column and their name in the next one.
pub(super) fn person(row: &Row, column: usize) -> Result<Person, Error> {
    Ok(Person {
        id: parsed(row, column)?,
        name: name(row, column + 1)?,
    })
}

/// What each of these rows is read as.
pub(super) fn each<T>(
    rows: &[Row],
    read: impl FnMut(&Row) -> Result<T, Error>,
) -> Result<Vec<T>, Error> {
    rows.iter().map(read).collect()
}

pub(super) fn unreadable(bad: impl std::fmt::Display) -> Error {
    Error::Unavailable(format!("a row cannot be read: {bad}"))
}
