//! A look at a part of the log: whether each entry follows the one before it, in the log and in its room, and each room ends
//! where it says. At the cost of reading one index.

use std::collections::BTreeMap;

use deadpool_postgres::{Client, GenericClient};

use super::Error;
use super::fence::{Fence, Head, head};
use super::link::{row, rows};
use super::readers::moment;
use super::rows::{get, number};
use crate::store::{Checked, Fault};

/// With the seq that is before this one in its room and in the log.
const PLACES: &str = "SELECT log_offset, room, seq, coalesce(
      (SELECT before.seq FROM entry AS before WHERE before.room = entry.room AND before.seq < entry.seq
         AND before.log_offset < entry.log_offset ORDER BY before.seq DESC LIMIT 1), 0)
    FROM entry WHERE log_offset > $1 ORDER BY log_offset LIMIT $2";

/// Each of these rooms with its highest seq by its entries, and by itself if it is there.
const TOPS: &str =
    "SELECT looked.id, coalesce((SELECT max(seq) FROM entry WHERE room = looked.id), 0), room.top
    FROM unnest($1::text[]) AS looked (id) LEFT JOIN room ON room.id = looked.id";

pub(super) async fn check(
    link: &mut Client,
    fence: &Fence,
    after: u64,
    limit: usize,
) -> Result<Checked, Error> {
    let expected = fence.expect();
    // So that the entries and the tops are of one moment.
    let tx = moment(link).await?;
    let head = Head::found(row(&tx, head!(), &[]).await?)?;
    let top = number(expected.is_met(&head)?);
    let mut look = Look {
        last: number(after),
        rooms: BTreeMap::new(),
        faults: Vec::new(),
    };
    let places = rows(&tx, PLACES, &[&number(after), &number(limit)]).await?;
    for place in &places {
        look.at(
            (get(place, 0)?, get(place, 1)?, get(place, 2)?),
            get(place, 3)?,
        );
    }
    if places.len() < limit && look.last != top {
        let what = format!(
            "it knows offset {top} as its highest, and ends at {}",
            look.last
        );
        look.blame("the log".to_owned(), what);
    }
    look.at_tops(&tx).await?;
    Ok(Checked {
        offset: u64::try_from(look.last).unwrap_or(0),
        entries: places.len() as u64,
        faults: look.faults,
    })
}

/// A look at one place after the other.
struct Look {
    /// The offset looked at last.
    last: i64,
    /// The seq looked at last in each room.
    rooms: BTreeMap<String, i64>,
    faults: Vec<Fault>,
}

impl Look {
    fn at(&mut self, (offset, room, seq): (i64, String, i64), found_before: i64) {
        let before = self.rooms.get(&room).copied().unwrap_or(found_before);
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
    }

    /// Of the rooms looked at.
    async fn at_tops(&mut self, tx: &impl GenericClient) -> Result<(), Error> {
        let looked: Vec<String> = std::mem::take(&mut self.rooms).into_keys().collect();
        for row in rows(tx, TOPS, &[&looked]).await? {
            let (room, last, top): (String, i64, Option<i64>) =
                (get(&row, 0)?, get(&row, 1)?, get(&row, 2)?);
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
