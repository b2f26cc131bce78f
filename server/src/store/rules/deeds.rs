//! What a deed leaves in the log, and finds there when it comes again.

use protocol::{Entry, Kind, RoomId, Target};

use super::Desk;
use crate::store::{Changed, Deed, Draft, Error};

pub(super) fn draft(
    deed: Deed,
    room: &RoomId,
    kind: Kind,
    (target, body): (Option<Target>, &str),
) -> Draft {
    Draft {
        room: room.clone(),
        sender: deed.by,
        cid: deed.cid,
        kind,
        target,
        body: body.to_owned(),
        enclosed: None,
        at: deed.at,
    }
}

/// What a deed became when it came first, if it did.
pub(super) fn done_before(
    desk: &impl Desk,
    deed: &Deed,
    (room, kind, target): (&RoomId, Kind, &Target),
) -> Result<Option<Changed>, Error> {
    let Some(before) = desk.before(&deed.by.id, &deed.cid)? else {
        return Ok(None);
    };
    let same = (&before.room, before.kind, before.target.as_ref()) == (room, kind, Some(target));
    before_if(same, before).map(Some)
}

pub(super) fn before_if(same: bool, before: Entry) -> Result<Changed, Error> {
    if same {
        Ok(Changed::Before(before))
    } else {
        Err(Error::CidConflict)
    }
}
