//! Rows as the protocol's types.

use protocol::{Entry, Kind, Name, Person, RoomKind};
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
        target: id(row, 7)?,
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

/// A column that may hold an id.
pub(super) fn id<T: std::str::FromStr<Err = protocol::BadId>>(
    row: &Row<'_>,
    column: usize,
) -> rusqlite::Result<Option<T>> {
    let text: Option<String> = row.get(column)?;
    text.map(|text| text.parse().map_err(|bad| unreadable(column, bad)))
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

pub(super) fn room_kind_name(kind: RoomKind) -> &'static str {
    match kind {
        RoomKind::Public => "public",
        RoomKind::Private => "private",
        RoomKind::Direct => "direct",
        RoomKind::Group => "group",
        RoomKind::Inbox => "inbox",
        RoomKind::Unknown => "unknown",
    }
}

pub(super) fn room_kind(name: &str) -> RoomKind {
    match name {
        "public" => RoomKind::Public,
        "private" => RoomKind::Private,
        "direct" => RoomKind::Direct,
        "group" => RoomKind::Group,
        "inbox" => RoomKind::Inbox,
        _ => RoomKind::Unknown,
    }
}

pub(super) fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Posted => "posted",
        Kind::Edited => "edited",
        Kind::Deleted => "deleted",
        Kind::Reacted => "reacted",
        Kind::Unreacted => "unreacted",
        Kind::Renamed => "renamed",
        Kind::Described => "described",
        Kind::Added => "added",
        Kind::Removed => "removed",
        Kind::SignedOut => "signed_out",
        Kind::Connected => "connected",
        Kind::Banned => "banned",
        Kind::Kicked => "kicked",
        Kind::Notice => "notice",
        Kind::Unknown => "unknown",
    }
}

fn kind(name: &str) -> Kind {
    match name {
        "posted" => Kind::Posted,
        "edited" => Kind::Edited,
        "deleted" => Kind::Deleted,
        "reacted" => Kind::Reacted,
        "unreacted" => Kind::Unreacted,
        "renamed" => Kind::Renamed,
        "described" => Kind::Described,
        "added" => Kind::Added,
        "removed" => Kind::Removed,
        "signed_out" => Kind::SignedOut,
        "connected" => Kind::Connected,
        "banned" => Kind::Banned,
        "kicked" => Kind::Kicked,
        "notice" => Kind::Notice,
        _ => Kind::Unknown,
    }
}
