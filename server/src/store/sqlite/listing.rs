//! The list of somebody's rooms, in a few queries however many rooms there are.

use std::collections::HashMap;

use protocol::{LastLine, Name, Person, RoomId, RoomState, UserId};
use rusqlite::{Connection, OptionalExtension, Row, Transaction};

use super::Error;
use super::rows::{name, parsed, person, room_kind};
use crate::store::counted::{Counted, LAST_LOOK, UNREAD_LOOK, in_short};

/// The rooms somebody is in, with their newest message as it reads now.
const ROOMS: &str = "
    SELECT room.id, room.name, room.kind, room.topic, room.top, member.read_seq, member.muted, room.owner IS ?1,
           last.name, coalesce(edit.body, last.body), last.at
    FROM member CROSS JOIN room ON room.id = member.room
    LEFT JOIN entry AS last ON last.room = room.id AND last.seq = (
        SELECT seq FROM entry WHERE room = member.room AND seq >= max(member.from_seq, room.top - ?4)
          AND kind IN ('posted', 'notice') AND body <> '' ORDER BY seq DESC LIMIT 1)
    LEFT JOIN entry AS edit ON edit.log_offset = (
        SELECT log_offset FROM entry INDEXED BY entry_about WHERE room = member.room AND target = CAST(last.seq AS TEXT)
          AND kind <> 'posted' AND kind = 'edited' ORDER BY log_offset DESC LIMIT 1)
    WHERE member.person = ?1 AND member.to_seq IS NULL AND member.room BETWEEN ?2 AND ?3 AND room.kind <> 'inbox'
      AND (room.id <> 'notices' OR room.top > 0)
    ORDER BY room.name, room.id";

/// What others have said there since somebody has read; without a body where nobody is mentioned.
const UNREAD: &str = "
    SELECT entry.room, CASE WHEN instr(entry.body, '@') > 0 THEN entry.body END
    FROM member CROSS JOIN room ON room.id = member.room
    CROSS JOIN entry ON entry.room = member.room AND entry.seq > max(member.read_seq, room.top - ?4)
    WHERE member.person = ?1 AND member.to_seq IS NULL AND member.room BETWEEN ?2 AND ?3 AND room.kind <> 'inbox'
      AND entry.kind IN ('posted', 'notice') AND entry.body <> '' AND entry.sender <> ?1";

/// Who is in those of them that are called by their people.
const PEOPLE: &str = "
    SELECT theirs.room, person.id, person.name
    FROM member AS own CROSS JOIN room ON room.id = own.room
    CROSS JOIN member AS theirs ON theirs.room = own.room AND theirs.to_seq IS NULL
    CROSS JOIN person ON person.id = theirs.person
    WHERE own.person = ?1 AND own.to_seq IS NULL AND own.room BETWEEN ?2 AND ?3 AND room.kind IN ('direct', 'group')
    ORDER BY person.name, person.id";

/// Lower than all ids, and higher than all: they are made of letters, digits, `-` and `_`.
const ALL: (&str, &str) = ("", "~");

/// Of all rooms somebody is in, or of one of them.
pub(super) fn listing(
    connection: &Connection,
    user: &UserId,
    only: Option<&RoomId>,
) -> Result<Vec<RoomState>, Error> {
    // One transaction, so that the counts are of the moment of the tops.
    let tx = connection.unchecked_transaction()?;
    let mut known = tx.prepare_cached("SELECT name, admin FROM person WHERE id = ?1")?;
    let known = known.query_row([user.as_str()], |row| Ok((name(row, 0)?, row.get(1)?)));
    let Some((name, is_admin)): Option<(Name, bool)> = known.optional()? else {
        return Ok(Vec::new());
    };
    let (from, to) = only.map_or(ALL, |room| (room.as_str(), room.as_str()));
    let wanted = (user.as_str(), from, to);
    let mut rooms = rooms(&tx, wanted)?;
    let counted = unread(&tx, wanted, &name)?;
    let mut people = people(&tx, wanted)?;
    for room in &mut rooms {
        let unread = counted.of(&room.id);
        (room.unread, room.mentions) = (unread.messages, unread.mentions);
        room.people = people.remove(&room.id).unwrap_or_default();
        room.owned |= is_admin && room.kind != protocol::RoomKind::Direct;
    }
    Ok(rooms)
}

/// Whose rooms, from which id to which.
type Wanted<'a> = (&'a str, &'a str, &'a str);

fn rooms(tx: &Transaction<'_>, (user, from, to): Wanted<'_>) -> Result<Vec<RoomState>, Error> {
    let mut query = tx.prepare_cached(ROOMS)?;
    let found = query.query_map((user, from, to, LAST_LOOK), room)?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

fn room(row: &Row<'_>) -> rusqlite::Result<RoomState> {
    let body: Option<String> = row.get(9)?;
    let last = body.map(|body| {
        Ok::<_, rusqlite::Error>(LastLine {
            name: name(row, 8)?,
            body: in_short(&body),
            at: row.get(10)?,
        })
    });
    Ok(RoomState {
        id: parsed(row, 0)?,
        name: row.get(1)?,
        kind: room_kind(&row.get::<_, String>(2)?),
        topic: row.get(3)?,
        top: row.get(4)?,
        read: row.get(5)?,
        muted: row.get(6)?,
        owned: row.get(7)?,
        last: last.transpose()?,
        ..RoomState::default()
    })
}

fn unread<'a>(
    tx: &Transaction<'_>,
    (user, from, to): Wanted<'_>,
    name: &'a Name,
) -> Result<Counted<'a>, Error> {
    let mut counted = Counted::by(name);
    let mut query = tx.prepare_cached(UNREAD)?;
    let mut rows = query.query((user, from, to, UNREAD_LOOK))?;
    while let Some(row) = rows.next()? {
        let body: Option<String> = row.get(1)?;
        counted.take(parsed(row, 0)?, body.as_deref());
    }
    Ok(counted)
}

fn people(
    tx: &Transaction<'_>,
    (user, from, to): Wanted<'_>,
) -> Result<HashMap<RoomId, Vec<Person>>, Error> {
    let mut people: HashMap<RoomId, Vec<Person>> = HashMap::new();
    let mut query = tx.prepare_cached(PEOPLE)?;
    let mut rows = query.query((user, from, to))?;
    while let Some(row) = rows.next()? {
        let person = person(row, 1)?;
        people.entry(parsed(row, 0)?).or_default().push(person);
    }
    Ok(people)
}
