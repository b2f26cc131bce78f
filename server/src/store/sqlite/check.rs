//! Whether the entries after a place stand where they must, at the cost of reading one index.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension as _, Transaction};

use super::{Error, Fence};
use crate::store::{Checked, Fault};

/// An entry's place: offset, room, seq. As it stands in the file, which may be wrong.
type Place = (i64, String, i64);

pub(super) fn check(
    connection: &Connection,
    fence: &Fence,
    after: u64,
    limit: usize,
) -> Result<Checked, Error> {
    let expected = fence.expect()?;
    // One transaction, so that the entries and the tops are of one moment.
    let tx = connection.unchecked_transaction()?;
    let top = i64::try_from(expected.is_met(&tx)?).unwrap_or(i64::MAX);
    let after = i64::try_from(after).unwrap_or(i64::MAX);
    let mut look = Look {
        tx: &tx,
        last: after,
        rooms: BTreeMap::new(),
        faults: Vec::new(),
    };
    let places = places(&tx, after, limit)?;
    let entries = places.len();
    for place in places {
        look.at(place)?;
    }
    if entries < limit && look.last != top {
        let what = format!(
            "it knows offset {top} as its highest, and ends at {}",
            look.last
        );
        look.blame("the log".to_owned(), what);
    }
    look.at_tops()?;
    Ok(Checked {
        offset: u64::try_from(look.last).unwrap_or(0),
        entries: entries as u64,
        faults: look.faults,
    })
}

/// A look at one place after the other.
struct Look<'a> {
    tx: &'a Transaction<'a>,
    /// The offset looked at last.
    last: i64,
    /// The seq looked at last in each room.
    rooms: BTreeMap<String, i64>,
    faults: Vec<Fault>,
}

impl Look<'_> {
    fn at(&mut self, (offset, room, seq): Place) -> rusqlite::Result<()> {
        let before = match self.rooms.get(&room) {
            Some(before) => *before,
            None => seq_before(self.tx, &room, seq, offset)?,
        };
        let place = format!("room {room}, seq {seq}");
        if offset != self.last + 1 {
            let what = format!(
                "offset {offset} follows offset {}: entries are missing",
                self.last
            );
            self.blame(place.clone(), what);
        }
        if seq != before + 1 {
            let what = format!("it follows seq {before} in the log");
            self.blame(place, what);
        }
        self.last = offset;
        self.rooms.insert(room, seq);
        Ok(())
    }

    /// Of the rooms looked at.
    fn at_tops(&mut self) -> rusqlite::Result<()> {
        for room in std::mem::take(&mut self.rooms).into_keys() {
            let (last, top) = tops(self.tx, &room)?;
            if top != Some(last) {
                let what = match top {
                    Some(top) => format!("it knows seq {top} as its highest, and ends at {last}"),
                    None => "there is no such room".to_owned(),
                };
                self.blame(format!("room {room}"), what);
            }
        }
        Ok(())
    }

    fn blame(&mut self, place: String, what: String) {
        self.faults.push(Fault { place, what });
    }
}

fn places(tx: &Transaction<'_>, after: i64, limit: usize) -> rusqlite::Result<Vec<Place>> {
    let sql = "SELECT log_offset, room, seq FROM entry INDEXED BY entry_tail
               WHERE log_offset > ?1 ORDER BY log_offset LIMIT ?2";
    tx.prepare_cached(sql)?
        .query_map((after, limit), |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?
        .collect()
}

/// The seq that is before this one in its room and in the log; 0 if there is none.
fn seq_before(tx: &Transaction<'_>, room: &str, seq: i64, offset: i64) -> rusqlite::Result<i64> {
    let sql = "SELECT seq FROM entry WHERE room = ?1 AND seq < ?2 AND log_offset < ?3
               ORDER BY seq DESC LIMIT 1";
    let found = tx
        .prepare_cached(sql)?
        .query_row((room, seq, offset), |row| row.get(0))
        .optional()?;
    Ok(found.unwrap_or(0))
}

/// A room's highest seq by its entries, and by itself if it is there.
fn tops(tx: &Transaction<'_>, room: &str) -> rusqlite::Result<(i64, Option<i64>)> {
    let sql =
        "SELECT (SELECT max(seq) FROM entry WHERE room = ?1), (SELECT top FROM room WHERE id = ?1)";
    tx.prepare_cached(sql)?
        .query_row([room], |row| Ok((row.get(0)?, row.get(1)?)))
}
