//! What programs say, and what they do to sessions.

use protocol::{Kind, RoomId, RoomKind, UserId};

use super::members::{let_in, present};
use super::{Desk, is_for_people};
use crate::store::{Changed, Deed, Draft, Error, NewRoom, Stored};

/// How the room is called where a user reads what programs tell them alone.
const NAME: &str = "Notices for you";

/// Stores what a program says or does. It is in no room, and speaks in every one that is there.
pub(super) fn say(desk: &mut impl Desk, draft: &Draft) -> Result<Stored, Error> {
    let facts = desk.room(&draft.room)?.ok_or(Error::RoomUnknown)?;
    let fits = match draft.kind {
        Kind::Kicked => facts.kind == RoomKind::Inbox,
        _ => is_for_people(facts.kind),
    };
    if !fits {
        return Err(Error::RoomUnknown);
    }
    if let Some(reader) = draft.room.reader() {
        present(desk, &reader)?;
    }
    desk.place(draft).map(Stored::Now)
}

/// Makes the room where a user reads what programs tell them alone, and lets them in.
pub(in crate::store) fn open(
    desk: &mut impl Desk,
    deed: Deed,
    user: &UserId,
) -> Result<Changed, Error> {
    let who = present(desk, user)?;
    let room = RoomId::notices_of(user).ok_or(Error::PersonUnknown)?;
    if let Some((since, _)) = desk.ranges(&room, user)?.last() {
        let made_so = desk.at(&room, *since)?.ok_or(Error::RoomUnknown)?;
        return Ok(Changed::Before(made_so));
    }
    let new = NewRoom {
        kind: RoomKind::Private,
        name: NAME.to_owned(),
        topic: String::new(),
        people: Vec::new(),
    };
    desk.make(&room, &new, None)?;
    let facts = desk.room(&room)?.ok_or(Error::RoomUnknown)?;
    Ok(Changed::Now(let_in(desk, deed, (&room, &facts), &who)?))
}
