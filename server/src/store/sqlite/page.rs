//! A run of a room's entries as a reader may see it, with what belongs to it.

use std::collections::BTreeSet;

use protocol::{Entry, Epoch, Page, RoomId, RoomKind, UserId};
use rusqlite::{Connection, OptionalExtension, Transaction};

use super::Error;
use super::rows::{COLUMNS, entry, room_kind};
use crate::store::Span;
use crate::store::aside::{Aside, CHANGES_MAX};
use crate::store::sight::{Sight, Taken};

pub(super) fn page(
    connection: &Connection,
    epoch: Epoch,
    (user, room): (Option<&UserId>, &RoomId),
    span: Span,
) -> Result<Page, Error> {
    // One transaction, so that what one may see, the top and the entries are of one moment.
    let tx = connection.unchecked_transaction()?;
    let sight = sight(&tx, user, room)?.ok_or(Error::RoomUnknown)?;
    let sql = format!(
        "SELECT {COLUMNS} FROM entry WHERE room = ?1 AND seq BETWEEN ?2 AND ?3 ORDER BY seq"
    );
    let Taken { runs, closed } = sight.take(span);
    let mut entries = Vec::new();
    for (from, to) in &runs {
        let mut query = tx.prepare_cached(&sql)?;
        for entry in query.query_map((room.as_str(), from, to), entry)? {
            entries.push(entry?);
        }
    }
    let aside = match user {
        Some(_) => aside(&tx, room, Aside::of(&sight, &runs, &entries))?,
        None => Vec::new(),
    };
    Ok(Page {
        epoch,
        top: sight.top(),
        entries,
        closed,
        aside,
        ended: sight.ended,
    })
}

/// What a user, or the node, may see of a room; none if there is no such room for them.
fn sight(
    connection: &Connection,
    user: Option<&UserId>,
    room: &RoomId,
) -> Result<Option<Sight>, Error> {
    let found: Option<(u64, String)> = connection
        .prepare_cached("SELECT top, kind FROM room WHERE id = ?1")?
        .query_row([room.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((top, kind)) = found else {
        return Ok(None);
    };
    let user = user.filter(|_| room_kind(&kind) != RoomKind::Public);
    let Some(user) = user else {
        return Ok(Some(Sight::whole(top)));
    };
    let sql =
        "SELECT from_seq, to_seq FROM member WHERE room = ?1 AND person = ?2 ORDER BY from_seq";
    let ranges = connection
        .prepare_cached(sql)?
        .query_map([room.as_str(), user.as_str()], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?
        .collect::<rusqlite::Result<Vec<(u64, Option<u64>)>>>()?;
    Ok(Sight::of(top, ranges))
}

fn aside(tx: &Transaction<'_>, room: &RoomId, mut aside: Aside<'_>) -> Result<Vec<Entry>, Error> {
    if !aside.quoted().is_empty() {
        let sql = format!(
            "SELECT {COLUMNS} FROM entry
             WHERE room = ?1 AND seq IN (SELECT value FROM json_each(?2)) AND kind IN ('posted', 'notice')"
        );
        let mut query = tx.prepare_cached(&sql)?;
        let quoted = json(aside.quoted());
        for entry in query.query_map([room.as_str(), &quoted], entry)? {
            aside.take(entry?);
        }
    }
    for entry in changes(tx, room, (&aside.changed(), aside.edits_max()))? {
        aside.take(entry);
    }
    Ok(aside.told())
}

/// The newest changes of these messages, in their order: of each kind so many that nobody makes a page slow who reacts a
/// thousand times.
fn changes(
    tx: &Transaction<'_>,
    room: &RoomId,
    (messages, edits_max): (&BTreeSet<u64>, usize),
) -> Result<Vec<Entry>, Error> {
    let mut changes = Vec::new();
    if messages.is_empty() {
        return Ok(changes);
    }
    let sql = "SELECT DISTINCT target, kind FROM entry INDEXED BY entry_about
               WHERE room = ?1 AND target IN (SELECT CAST(value AS TEXT) FROM json_each(?2)) AND kind <> 'posted'
                 AND kind IN ('edited', 'deleted', 'reacted', 'unreacted')";
    let newest = format!(
        "SELECT {COLUMNS} FROM entry INDEXED BY entry_about
         WHERE room = ?1 AND target = ?2 AND kind = ?3 AND kind <> 'posted' ORDER BY log_offset DESC LIMIT ?4"
    );
    let (mut changed, mut newest) = (tx.prepare_cached(sql)?, tx.prepare_cached(&newest)?);
    let mut rows = changed.query([room.as_str(), &json(messages)])?;
    while let Some(row) = rows.next()? {
        let (target, kind): (String, String) = (row.get(0)?, row.get(1)?);
        let is_text = matches!(kind.as_str(), "edited" | "deleted");
        let limit = if is_text { edits_max } else { CHANGES_MAX };
        let found = newest.query_map((room.as_str(), target, kind, limit), entry)?;
        for entry in found {
            changes.push(entry?);
        }
    }
    changes.sort_by_key(|entry| entry.seq);
    Ok(changes)
}

/// As SQLite takes a list in one parameter.
fn json(seqs: &BTreeSet<u64>) -> String {
    let seqs: Vec<String> = seqs.iter().map(u64::to_string).collect();
    format!("[{}]", seqs.join(","))
}
