//! What appending some drafts will ask for, asked for all of them at once.

use std::collections::{HashMap, HashSet};

use deadpool_postgres::GenericClient;
use protocol::{Cid, Entry, RoomId, UserId};

use super::Error;
use super::link::rows;
use super::rows::{COLUMNS, count, each, entry, maybe_count, parsed};
use super::standing::{facts, held};
use crate::store::rules::{Facts, Range};
use crate::store::{Draft, Restraint};

/// Answers to what is asked of a draft's sender, cid and room.
#[derive(Default)]
pub(super) struct Ahead {
    /// What each send became when it came first; known of all these sends.
    pub(super) sends: HashMap<(UserId, Cid), Option<Entry>>,
    pub(super) rooms: HashMap<RoomId, Facts>,
    pub(super) people: HashMap<(RoomId, UserId), (Vec<Range>, Restraint)>,
}

const ROOMS: &str =
    "SELECT id, kind, name, top, owner, program IS NOT NULL FROM room WHERE id = ANY ($1)";

/// The limit keeps the planner from reading more of the log than these.
fn sends_sql() -> String {
    format!(
        "SELECT {COLUMNS} FROM unnest($1::text[], $2::text[]) AS send (by, called) CROSS JOIN LATERAL
           (SELECT * FROM entry WHERE sender = send.by AND cid = send.called LIMIT 1) AS entry"
    )
}

const RANGES: &str = "SELECT member.room, member.person, from_seq, to_seq
    FROM unnest($1::text[], $2::text[]) AS pair (place, who)
    CROSS JOIN LATERAL (SELECT * FROM member WHERE room = pair.place AND person = pair.who OFFSET 0) AS member
    ORDER BY from_seq";

const RESTRAINTS: &str = "SELECT restraint.room, restraint.person, silenced_until, banned
    FROM unnest($1::text[], $2::text[]) AS pair (place, who)
    CROSS JOIN LATERAL (SELECT * FROM restraint WHERE room = pair.place AND person = pair.who LIMIT 1) AS restraint";

impl Ahead {
    /// All in one round trip, once the statements are known to the server.
    pub(super) async fn of(link: &impl GenericClient, drafts: &[Draft]) -> Result<Self, Error> {
        let mut ahead = Self::default();
        if drafts.is_empty() {
            return Ok(ahead);
        }
        let rooms: HashSet<&RoomId> = drafts.iter().map(|draft| &draft.room).collect();
        let rooms: Vec<&str> = rooms.into_iter().map(RoomId::as_str).collect();
        for draft in drafts {
            let by = draft.sender.id.clone();
            ahead
                .people
                .entry((draft.room.clone(), by.clone()))
                .or_default();
            ahead.sends.insert((by, draft.cid.clone()), None);
        }
        let (by, cids): (Vec<&str>, Vec<&str>) = ahead
            .sends
            .keys()
            .map(|(by, cid)| (by.as_str(), cid.as_str()))
            .unzip();
        let (places, who): (Vec<&str>, Vec<&str>) = ahead
            .people
            .keys()
            .map(|(room, who)| (room.as_str(), who.as_str()))
            .unzip();
        let sends_sql = sends_sql();
        let (rooms, sends, ranges, restraints) = tokio::join!(
            async { rows(link, ROOMS, &[&rooms]).await },
            async { rows(link, &sends_sql, &[&by, &cids]).await },
            async { rows(link, RANGES, &[&places, &who]).await },
            async { rows(link, RESTRAINTS, &[&places, &who]).await },
        );
        ahead.rooms = each(&rooms?, |row| Ok((parsed(row, 0)?, facts(row, 1)?)))?
            .into_iter()
            .collect();
        for found in each(&sends?, entry)? {
            let send = (found.sender.clone(), found.cid.clone());
            ahead.sends.insert(send, Some(found));
        }
        for row in ranges? {
            let pair = (parsed(&row, 0)?, parsed(&row, 1)?);
            let range = (count(&row, 2)?, maybe_count(&row, 3)?);
            ahead.people.entry(pair).or_default().0.push(range);
        }
        for row in restraints? {
            let pair = (parsed(&row, 0)?, parsed(&row, 1)?);
            ahead.people.entry(pair).or_default().1 = held(&row, 2)?;
        }
        Ok(ahead)
    }
}
