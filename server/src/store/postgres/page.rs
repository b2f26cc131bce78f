//! A run of a room's entries as a reader may see it, with what belongs to it.

use std::collections::BTreeSet;

use deadpool_postgres::{Client, GenericClient};
use protocol::{Entry, Page, RoomId, RoomKind, UserId};

use super::Error;
use super::fence::{Fence, Head, head};
use super::link::{row, rows};
use super::readers::moment;
use super::rows::{COLUMNS, count, each, entry, get, maybe_count, number};
use crate::store::Span;
use crate::store::aside::{Aside, CHANGES_MAX};
use crate::store::sight::{Sight, Taken};
use crate::store::words::room_kind;

pub(super) async fn page(
    link: &mut Client,
    fence: &Fence,
    (user, room): (Option<&UserId>, &RoomId),
    span: Span,
) -> Result<Page, Error> {
    let expected = fence.expect();
    // So that what one may see, the top and the entries are of one moment.
    let tx = moment(link).await?;
    let (found, sight) = tokio::join!(row(&tx, head!(), &[]), sight(&tx, user, room));
    expected.is_met(&Head::found(found?)?)?;
    let sight = sight?.ok_or(Error::RoomUnknown)?;
    let sql = format!(
        "SELECT {COLUMNS} FROM entry WHERE room = $1 AND seq BETWEEN $2 AND $3 ORDER BY seq"
    );
    let Taken { runs, closed } = sight.take(span);
    let mut entries = Vec::new();
    for (from, to) in &runs {
        let (from, to) = (number(*from), number(*to));
        let found = rows(&tx, &sql, &[&room.as_str(), &from, &to]).await?;
        entries.extend(each(&found, entry)?);
    }
    let aside = match user {
        Some(_) => aside(&tx, room, Aside::of(&sight, &runs, &entries)).await?,
        None => Vec::new(),
    };
    Ok(Page {
        epoch: fence.epoch.clone(),
        top: sight.top(),
        entries,
        closed,
        aside,
        ended: sight.ended,
    })
}

/// What a user, or the node, may see of a room; none if there is no such room for them.
async fn sight(
    tx: &impl GenericClient,
    user: Option<&UserId>,
    room: &RoomId,
) -> Result<Option<Sight>, Error> {
    let sql = "SELECT room.top, room.kind, member.from_seq, member.to_seq FROM room
               LEFT JOIN member ON member.room = room.id AND member.person = $2
               WHERE room.id = $1 ORDER BY member.from_seq";
    let user_id = user.map(UserId::as_str);
    let found = rows(tx, sql, &[&room.as_str(), &user_id]).await?;
    let Some(first) = found.first() else {
        return Ok(None);
    };
    let top = count(first, 0)?;
    if user.is_none() || room_kind(get(first, 1)?) == RoomKind::Public {
        return Ok(Some(Sight::whole(top)));
    }
    let mut ranges = Vec::new();
    for row in &found {
        if let Some(from) = maybe_count(row, 2)? {
            ranges.push((from, maybe_count(row, 3)?));
        }
    }
    Ok(Sight::of(top, ranges))
}

async fn aside(
    tx: &impl GenericClient,
    room: &RoomId,
    mut aside: Aside<'_>,
) -> Result<Vec<Entry>, Error> {
    if !aside.quoted().is_empty() {
        let sql = format!(
            "SELECT {COLUMNS} FROM entry
             WHERE room = $1 AND seq = ANY ($2) AND kind IN ('posted', 'notice')"
        );
        let quoted: Vec<i64> = aside.quoted().iter().copied().map(number).collect();
        let found = rows(tx, &sql, &[&room.as_str(), &quoted]).await?;
        each(&found, entry)?
            .into_iter()
            .for_each(|entry| aside.take(entry));
    }
    let changes = changes(tx, room, (&aside.changed(), aside.edits_max())).await?;
    changes.into_iter().for_each(|entry| aside.take(entry));
    Ok(aside.told())
}

/// The newest changes of these messages, in their order: of each kind so many that nobody makes a page slow who reacts a
/// thousand times.
async fn changes(
    tx: &impl GenericClient,
    room: &RoomId,
    (messages, edits_max): (&BTreeSet<u64>, usize),
) -> Result<Vec<Entry>, Error> {
    if messages.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT {COLUMNS} FROM unnest($2::text[]) AS message (changed)
         CROSS JOIN (VALUES ('edited', $3::bigint), ('deleted', $3), ('reacted', $4), ('unreacted', $4)) AS change (of, most)
         CROSS JOIN LATERAL
           (SELECT * FROM entry WHERE room = $1 AND target = message.changed AND kind = change.of AND kind <> 'posted'
            ORDER BY log_offset DESC LIMIT change.most) AS entry
         ORDER BY seq"
    );
    let messages: Vec<String> = messages.iter().map(u64::to_string).collect();
    let (edits, others) = (number(edits_max), number(CHANGES_MAX));
    let found = rows(tx, &sql, &[&room.as_str(), &messages, &edits, &others]).await?;
    each(&found, entry)
}
