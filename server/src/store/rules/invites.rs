//! Links into private rooms.

use protocol::{Kind, RoomId, RoomKind, UserId};

use super::deeds::done_before;
use super::members::admit;
use super::{Desk, entered, is_keeper};
use crate::store::{Changed, Deed, Error};

/// Has the link with this hash lead into the room, and no other one any more.
pub(in crate::store) fn invite(
    desk: &mut impl Desk,
    (by, room): (&UserId, &RoomId),
    hash: &[u8; 32],
) -> Result<(), Error> {
    let facts = entered(desk, room, by)?;
    if facts.kind != RoomKind::Private || !is_keeper(desk, &facts, by)? {
        return Err(Error::NotAllowed);
    }
    desk.link(room, hash)
}

/// Lets in who has the link.
pub(in crate::store) fn accept(
    desk: &mut impl Desk,
    deed: Deed,
    hash: &[u8; 32],
) -> Result<Changed, Error> {
    let room = desk.linked(hash)?.ok_or(Error::RoomUnknown)?;
    let told = (&room, Kind::Added, &(&deed.by.id).into());
    if let Some(before) = done_before(desk, &deed, told)? {
        return Ok(before);
    }
    let facts = desk.room(&room)?.ok_or(Error::RoomUnknown)?;
    let who = deed.by.clone();
    admit(desk, deed, (&room, &facts), &who)
}
