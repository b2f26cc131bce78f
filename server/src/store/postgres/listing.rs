//! The list of somebody's rooms, in a few queries however many rooms there are.

use std::collections::HashMap;

use deadpool_postgres::{Client, GenericClient};
use protocol::{LastLine, Name, Person, RoomId, RoomKind, RoomState, UserId};
use tokio_postgres::Row;

use super::Error;
use super::link::{row, rows};
use super::readers::moment;
use super::rows::{count, each, get, name, number, parsed, person};
use crate::store::counted::{Counted, LAST_LOOK, UNREAD_LOOK, in_short};
use crate::store::words::room_kind;

/// The rooms somebody is in, with their newest message as it reads now.
const ROOMS: &str = "
    SELECT room.id, room.name, room.kind, room.topic, room.top, member.read_seq, member.muted,
           room.owner IS NOT DISTINCT FROM $1, last.name, coalesce(edit.body, last.body), last.at
    FROM member JOIN room ON room.id = member.room
    LEFT JOIN LATERAL (
        SELECT seq, name, body, at FROM entry WHERE room = member.room AND seq >= greatest(member.from_seq, room.top - $4)
          AND kind IN ('posted', 'notice') AND body <> '' ORDER BY seq DESC LIMIT 1) AS last ON true
    LEFT JOIN LATERAL (
        SELECT body FROM entry WHERE room = member.room AND target = last.seq::text
          AND kind <> 'posted' AND kind = 'edited' ORDER BY log_offset DESC LIMIT 1) AS edit ON true
    WHERE member.person = $1 AND member.to_seq IS NULL AND member.room BETWEEN $2 AND $3 AND room.kind <> 'inbox'
      AND (room.id <> 'notices' OR room.top > 0)
    ORDER BY room.name, room.id";

/// What others have said there since somebody has read; without a body where nobody is mentioned. A room after the other, as the
/// planner knows nothing of how little of each is unread.
const UNREAD: &str = "
    SELECT member.room, CASE WHEN position('@' IN said.body) > 0 THEN said.body END
    FROM member JOIN room ON room.id = member.room
    CROSS JOIN LATERAL (
        SELECT body FROM entry WHERE room = member.room AND seq > greatest(member.read_seq, room.top - $4)
          AND kind IN ('posted', 'notice') AND body <> '' AND sender <> $1 OFFSET 0) AS said
    WHERE member.person = $1 AND member.to_seq IS NULL AND member.room BETWEEN $2 AND $3 AND room.kind <> 'inbox'";

/// Who is in those of them that are called by their people.
const PEOPLE: &str = "
    SELECT theirs.room, person.id, person.name
    FROM member AS own JOIN room ON room.id = own.room
    JOIN member AS theirs ON theirs.room = own.room AND theirs.to_seq IS NULL
    JOIN person ON person.id = theirs.person
    WHERE own.person = $1 AND own.to_seq IS NULL AND own.room BETWEEN $2 AND $3 AND room.kind IN ('direct', 'group')
    ORDER BY person.name, person.id";

const KNOWN: &str = "SELECT name, admin FROM person WHERE id = $1";

/// Lower than all ids, and higher than all: they are made of letters, digits, `-` and `_`.
const ALL: (&str, &str) = ("", "~");

/// Of all rooms somebody is in, or of one of them.
pub(super) async fn listing(
    link: &mut Client,
    user: &UserId,
    only: Option<&RoomId>,
) -> Result<Vec<RoomState>, Error> {
    let (from, to) = only.map_or(ALL, |room| (room.as_str(), room.as_str()));
    let wanted = (user.as_str(), from, to);
    // So that the counts are of the moment of the tops.
    let tx = moment(link).await?;
    let (known, rooms, unread, people) = tokio::join!(
        async { row(&tx, KNOWN, &[&user.as_str()]).await },
        rooms(&tx, wanted),
        rows_of(&tx, UNREAD, wanted, UNREAD_LOOK),
        people(&tx, wanted),
    );
    let Some(known) = known? else {
        return Ok(Vec::new());
    };
    let (name, is_admin): (Name, bool) = (name(&known, 0)?, get(&known, 1)?);
    let mut counted = Counted::by(&name);
    for row in unread? {
        counted.take(parsed(&row, 0)?, get(&row, 1)?);
    }
    let (mut rooms, mut people) = (rooms?, people?);
    for room in &mut rooms {
        let unread = counted.of(&room.id);
        (room.unread, room.mentions) = (unread.messages, unread.mentions);
        room.people = people.remove(&room.id).unwrap_or_default();
        room.owned |= is_admin && room.kind != RoomKind::Direct;
    }
    Ok(rooms)
}

/// Whose rooms, from which id to which.
type Wanted<'a> = (&'a str, &'a str, &'a str);

async fn rows_of(
    tx: &impl GenericClient,
    sql: &str,
    (user, from, to): Wanted<'_>,
    look: u64,
) -> Result<Vec<Row>, Error> {
    rows(tx, sql, &[&user, &from, &to, &number(look)]).await
}

async fn rooms(tx: &impl GenericClient, wanted: Wanted<'_>) -> Result<Vec<RoomState>, Error> {
    each(&rows_of(tx, ROOMS, wanted, LAST_LOOK).await?, room)
}

fn room(row: &Row) -> Result<RoomState, Error> {
    let body: Option<&str> = get(row, 9)?;
    let last = body.map(|body| {
        Ok::<_, Error>(LastLine {
            name: name(row, 8)?,
            body: in_short(body),
            at: count(row, 10)?,
        })
    });
    Ok(RoomState {
        id: parsed(row, 0)?,
        name: get(row, 1)?,
        kind: room_kind(get(row, 2)?),
        topic: get(row, 3)?,
        top: count(row, 4)?,
        read: count(row, 5)?,
        muted: get(row, 6)?,
        owned: get(row, 7)?,
        last: last.transpose()?,
        ..RoomState::default()
    })
}

async fn people(
    tx: &impl GenericClient,
    (user, from, to): Wanted<'_>,
) -> Result<HashMap<RoomId, Vec<Person>>, Error> {
    let mut people: HashMap<RoomId, Vec<Person>> = HashMap::new();
    for row in rows(tx, PEOPLE, &[&user, &from, &to]).await? {
        let person = person(&row, 1)?;
        people.entry(parsed(&row, 0)?).or_default().push(person);
    }
    Ok(people)
}
