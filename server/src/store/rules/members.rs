//! Who is let in, and who is put out.

use protocol::{Entry, Kind, Person, RoomId, RoomKind, Target, UserId, limits};

use super::deeds::{done_before, draft};
use super::{Desk, Facts, entered, is_in, known_room, may_order};
use crate::store::{Changed, Deed, Error};

/// Goes into a public room.
pub(in crate::store) fn join(
    desk: &mut impl Desk,
    deed: Deed,
    room: &RoomId,
) -> Result<Changed, Error> {
    let (user, inbox) = (deed.by.id.clone(), RoomId::inbox(&deed.by.id));
    let told = (&inbox, Kind::Added, &Target::from(room));
    if let Some(before) = done_before(desk, &deed, told)? {
        return Ok(before);
    }
    let facts = desk.room(room)?;
    let facts = facts.filter(|facts| facts.kind == RoomKind::Public);
    let facts = facts.ok_or(Error::RoomUnknown)?;
    if desk.restraint(room, &user)?.is_banned {
        return Err(Error::Banned);
    }
    if is_in(desk, room, &user)? {
        let told = desk
            .newest_about(told.0, told.1, told.2)?
            .map(Changed::Before);
        // Of who was in from the beginning, it was not told.
        return told.map_or_else(
            || {
                Ok(Changed::Now(vec![tell_added(
                    desk,
                    deed,
                    (room, &facts),
                    &user,
                )?]))
            },
            Ok,
        );
    }
    has_place(desk, room, &facts)?;
    has_room(desk, &user)?;
    let who = deed.by.clone();
    Ok(Changed::Now(let_in(desk, deed, (room, &facts), &who)?))
}

/// Lets somebody else into a room that is not for all.
pub(in crate::store) fn add(
    desk: &mut impl Desk,
    deed: Deed,
    room: &RoomId,
    user: &UserId,
) -> Result<Changed, Error> {
    if let Some(before) = done_before(desk, &deed, (room, Kind::Added, &user.into()))? {
        return Ok(before);
    }
    let facts = entered(desk, room, &deed.by.id)?;
    let is_open = matches!(facts.kind, RoomKind::Private | RoomKind::Group);
    if !is_open || facts.is_programs || room.is_for_notices() {
        return Err(Error::NotAllowed);
    }
    let who = present(desk, user)?;
    admit(desk, deed, (room, &facts), &who)
}

/// Lets somebody into a room that is not for all, if they are not in and nothing is against it.
pub(super) fn admit(
    desk: &mut impl Desk,
    deed: Deed,
    (room, facts): (&RoomId, &Facts),
    who: &Person,
) -> Result<Changed, Error> {
    if let Some((since, None)) = desk.ranges(room, &who.id)?.last() {
        let made_so = desk.at(room, *since)?.ok_or(Error::RoomUnknown)?;
        return Ok(Changed::Before(made_so));
    }
    if desk.restraint(room, &who.id)?.is_banned {
        return Err(Error::Banned);
    }
    has_place(desk, room, facts)?;
    if deed.by.id == who.id {
        has_room(desk, &who.id)?;
    } else {
        has_room_for_others(desk, &who.id)?;
    }
    Ok(Changed::Now(let_in(desk, deed, (room, facts), who)?))
}

/// Leaves, or puts somebody out.
pub(in crate::store) fn remove(
    desk: &mut impl Desk,
    deed: Deed,
    (room, user): (&RoomId, &UserId),
    why: &str,
) -> Result<Changed, Error> {
    let facts = known_room(desk, room, &deed.by.id);
    let inbox = RoomId::inbox(user);
    let is_public = matches!(&facts, Ok(facts) if facts.kind == RoomKind::Public);
    let (by_room, by_user) = (Target::from(room), Target::from(user));
    let told = if is_public {
        (&inbox, Kind::Removed, &by_room)
    } else {
        (room, Kind::Removed, &by_user)
    };
    // First, as who has left does not know the room any more.
    if let Some(before) = done_before(desk, &deed, told)? {
        return Ok(before);
    }
    let facts = facts?;
    if facts.kind == RoomKind::Direct || room.is_for_notices() {
        return Err(Error::NotAllowed);
    }
    if *user != deed.by.id {
        may_order(desk, &facts, &deed.by.id, user)?;
    }
    let who = desk.known(user)?.ok_or(Error::PersonUnknown)?.person;
    if !is_in(desk, room, user)? {
        let made_so = desk
            .newest_about(told.0, told.1, told.2)?
            .map(Changed::Before);
        return made_so.ok_or(Error::PersonUnknown);
    }
    put_out(desk, deed, (room, &facts), (&who, why))
}

/// Ends a membership; the entry in the room is the last that is seen of it.
pub(super) fn put_out(
    desk: &mut impl Desk,
    deed: Deed,
    (room, facts): (&RoomId, &Facts),
    (who, why): (&Person, &str),
) -> Result<Changed, Error> {
    let mut made = Vec::new();
    let mut cid = deed.cid.clone();
    let by = deed.clone();
    if facts.kind == RoomKind::Public {
        desk.leave(room, &who.id, None)?;
    } else {
        let about = Some((&who.id).into());
        let told = draft(
            deed.clone(),
            room,
            Kind::Removed,
            (about, who.name.as_str()),
        );
        let told = desk.place(&told)?;
        desk.leave(room, &who.id, Some(told.seq))?;
        made.push(told);
        cid = desk.fresh_cid();
    }
    made.push(tell_removed(desk, Deed { cid, ..deed }, (room, who), why)?);
    if facts.owner.as_ref() == Some(&who.id) {
        made.extend(pass_on(desk, by, (room, facts))?);
    }
    Ok(Changed::Now(made))
}

/// Has who has been in for longest look after a room that its owner is out of, and tells their sessions what the room is to them
/// now.
fn pass_on(
    desk: &mut impl Desk,
    deed: Deed,
    (room, facts): (&RoomId, &Facts),
) -> Result<Option<Entry>, Error> {
    let owner = desk.eldest(room)?;
    desk.own(room, owner.as_ref())?;
    let cid = desk.fresh_cid();
    let told = owner.map(|owner| tell_added(desk, Deed { cid, ..deed }, (room, facts), &owner));
    told.transpose()
}

/// Tells somebody that they are not in a room any more.
pub(super) fn tell_removed(
    desk: &mut impl Desk,
    deed: Deed,
    (room, who): (&RoomId, &Person),
    why: &str,
) -> Result<Entry, Error> {
    let inbox = RoomId::inbox(&who.id);
    desk.place(&draft(
        deed,
        &inbox,
        Kind::Removed,
        (Some(room.into()), why),
    ))
}

/// Begins a membership. In a room that is not for all, the entry there is the first that is seen of it.
pub(super) fn let_in(
    desk: &mut impl Desk,
    deed: Deed,
    (room, facts): (&RoomId, &Facts),
    who: &Person,
) -> Result<Vec<Entry>, Error> {
    let mut made = Vec::new();
    let mut cid = deed.cid.clone();
    if facts.kind == RoomKind::Public {
        desk.enter(room, &who.id, (1, facts.top))?;
    } else {
        let about = Some((&who.id).into());
        let told = draft(deed.clone(), room, Kind::Added, (about, who.name.as_str()));
        let told = desk.place(&told)?;
        desk.enter(room, &who.id, (told.seq, told.seq - 1))?;
        made.push(told);
        cid = desk.fresh_cid();
    }
    made.push(tell_added(
        desk,
        Deed { cid, ..deed },
        (room, facts),
        &who.id,
    )?);
    Ok(made)
}

/// Tells somebody of a room they are in.
fn tell_added(
    desk: &mut impl Desk,
    deed: Deed,
    (room, facts): (&RoomId, &Facts),
    user: &UserId,
) -> Result<Entry, Error> {
    let inbox = RoomId::inbox(user);
    let about = (Some(room.into()), facts.name.as_str());
    desk.place(&draft(deed, &inbox, Kind::Added, about))
}

pub(super) fn people_max(kind: RoomKind) -> usize {
    match kind {
        RoomKind::Group => limits::GROUP_PEOPLE_MAX,
        _ => limits::ROOM_PEOPLE_MAX,
    }
}

/// Somebody who can be let in: not a guest who has left for good.
pub(super) fn present(desk: &impl Desk, user: &UserId) -> Result<Person, Error> {
    let known = desk.known(user)?.filter(|known| !known.is_gone);
    Ok(known.ok_or(Error::PersonUnknown)?.person)
}

/// Refuses one more in a full room.
fn has_place(desk: &impl Desk, room: &RoomId, facts: &Facts) -> Result<(), Error> {
    if desk.people_in(room)? < people_max(facts.kind) {
        Ok(())
    } else {
        Err(Error::RoomFull)
    }
}

/// Refuses one room more to who is in as many as one may be.
pub(super) fn has_room(desk: &impl Desk, user: &UserId) -> Result<(), Error> {
    has_room_of(desk, user, limits::ROOMS_PER_USER_MAX)
}

/// Refuses one room more that somebody else wants them in.
pub(super) fn has_room_for_others(desk: &impl Desk, user: &UserId) -> Result<(), Error> {
    has_room_of(desk, user, limits::ROOMS_LET_INTO_MAX)
}

fn has_room_of(desk: &impl Desk, user: &UserId, rooms_max: usize) -> Result<(), Error> {
    if desk.rooms_of(user)? < rooms_max {
        Ok(())
    } else {
        Err(Error::TooManyRooms)
    }
}
