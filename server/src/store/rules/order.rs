//! Silencing and banning.

use protocol::{Kind, RoomId, RoomKind, Target, UserId};

use super::deeds::done_before;
use super::members::{put_out, tell_removed};
use super::{Desk, is_in, is_keeper, known_room, may_order};
use crate::store::{Changed, Deed, Error, Restraint};

/// Until a time in milliseconds since 1970 UTC; none ends it.
pub(in crate::store) fn silence(
    desk: &mut impl Desk,
    by: &UserId,
    (room, user): (&RoomId, &UserId),
    silenced_until: Option<u64>,
) -> Result<(), Error> {
    let facts = known_room(desk, room, by)?;
    may_order(desk, &facts, by, user)?;
    desk.known(user)?.ok_or(Error::PersonUnknown)?;
    let restraint = Restraint {
        silenced_until,
        ..desk.restraint(room, user)?
    };
    desk.restrain(room, user, restraint)
}

/// Puts out for good. Who has been in is told why, and in a room for all who has not been in, too.
pub(in crate::store) fn ban(
    desk: &mut impl Desk,
    deed: Deed,
    (room, user): (&RoomId, &UserId),
    why: &str,
) -> Result<Changed, Error> {
    let facts = known_room(desk, room, &deed.by.id)?;
    let (inbox, by_room, by_user) = (RoomId::inbox(user), Target::from(room), user.into());
    let told = (&inbox, Kind::Removed, &by_room);
    let is_public = facts.kind == RoomKind::Public;
    let first = if is_public {
        told
    } else {
        (room, Kind::Removed, &by_user)
    };
    if let Some(before) = done_before(desk, &deed, first)? {
        return Ok(before);
    }
    may_order(desk, &facts, &deed.by.id, user)?;
    let who = desk.known(user)?.ok_or(Error::PersonUnknown)?.person;
    let restraint = desk.restraint(room, user)?;
    let (is_in, never) = (
        is_in(desk, room, user)?,
        desk.ranges(room, user)?.is_empty(),
    );
    if !is_in && !is_public && never {
        return Err(Error::PersonUnknown);
    }
    if restraint.is_banned
        && let Some(told) = desk.newest_about(told.0, told.1, told.2)?
    {
        return Ok(Changed::Before(told));
    }
    let banned = Restraint {
        is_banned: true,
        ..restraint
    };
    desk.restrain(room, user, banned)?;
    if is_in {
        put_out(desk, deed, (room, &facts), (&who, why))
    } else {
        let told = tell_removed(desk, deed, (room, &who), why)?;
        Ok(Changed::Now(vec![told]))
    }
}

pub(in crate::store) fn unban(
    desk: &mut impl Desk,
    by: &UserId,
    (room, user): (&RoomId, &UserId),
) -> Result<(), Error> {
    let facts = known_room(desk, room, by)?;
    if by == user || !is_keeper(desk, &facts, by)? {
        return Err(Error::NotAllowed);
    }
    let restraint = Restraint {
        is_banned: false,
        ..desk.restraint(room, user)?
    };
    desk.restrain(room, user, restraint)
}
