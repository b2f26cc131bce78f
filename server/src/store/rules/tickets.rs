//! Who gets a ticket, and whereto.

use protocol::{Person, RoomId, UserId};

use super::attendance::find;
use super::{Desk, known_room};
use crate::store::name::fold;
use crate::store::{Called, Error};

/// Whose it is to be, and where it is to lead.
pub(in crate::store) fn issue(
    desk: &mut impl Desk,
    program: &Person,
    who: &Called<UserId>,
    room: Option<&Called<RoomId>>,
) -> Result<(UserId, Option<RoomId>), Error> {
    let whose = fold(&program.name);
    let member = find(desk, &whose, who)?;
    if member.alias.is_none() {
        return Err(Error::PersonUnknown);
    }
    let user = member.person.id;
    if desk.known(&user)?.is_none_or(|known| known.is_gone) {
        return Err(Error::Banned);
    }
    let room = match room {
        None => None,
        Some(Called::Id(room)) => Some(room.clone()),
        Some(Called::Alias(alias)) => {
            let room = desk.room_called(&whose, alias)?;
            Some(room.ok_or(Error::RoomUnknown)?)
        }
    };
    if let Some(room) = &room {
        known_room(desk, room, &user)?;
    }
    Ok((user, room))
}
