//! What may be said in a room, and changed of what was said.

use protocol::{Entry, Kind, RoomId, limits};

use super::{Desk, Facts, entered, is_keeper, notices, sees};
use crate::store::{Draft, Error, Stored};

/// Stores what somebody says, or changes.
pub(in crate::store) fn send(desk: &mut impl Desk, draft: &Draft) -> Result<Stored, Error> {
    if let Some(before) = desk.before(&draft.sender.id, &draft.cid)? {
        return if draft.became(&before) {
            Ok(Stored::Before(before))
        } else {
            Err(Error::CidConflict)
        };
    }
    if matches!(draft.kind, Kind::Notice | Kind::Kicked) {
        return notices::say(desk, draft);
    }
    let facts = entered(desk, &draft.room, &draft.sender.id)?;
    let target = may_send(desk, &facts, draft)?;
    let entry = desk.place(draft)?;
    if let Some(message) = target.filter(|_| draft.kind == Kind::Deleted) {
        desk.blank(&message.room, message.seq)?;
    }
    Ok(Stored::Now(entry))
}

/// The message it answers or changes, if it does.
fn may_send(desk: &impl Desk, facts: &Facts, draft: &Draft) -> Result<Option<Entry>, Error> {
    let Draft { room, sender, .. } = draft;
    let says = matches!(draft.kind, Kind::Posted | Kind::Edited | Kind::Reacted);
    if !says && !draft.kind.is_change() {
        return Err(Error::NotAllowed);
    }
    let restraint = desk.restraint(room, &sender.id)?;
    if draft.kind == Kind::Posted && room.is_for_notices() {
        return Err(Error::NotAllowed);
    }
    if says && restraint.is_silent(draft.at) {
        return Err(Error::Silenced);
    }
    if draft.kind == Kind::Posted && draft.target.is_none() {
        return Ok(None);
    }
    let message = message(desk, facts, draft)?;
    match draft.kind {
        Kind::Edited if message.sender != sender.id => return Err(Error::NotAllowed),
        Kind::Deleted if message.sender != sender.id && !is_keeper(desk, facts, &sender.id)? => {
            return Err(Error::NotAllowed);
        }
        Kind::Reacted => has_place(desk, room, draft)?,
        _ => {}
    }
    Ok(Some(message))
}

/// The message at the target, if it is one that the sender sees and that is not taken back.
fn message(desk: &impl Desk, facts: &Facts, draft: &Draft) -> Result<Entry, Error> {
    let seq = draft.target.as_ref().and_then(|target| target.seq());
    let seq = seq.ok_or(Error::MessageUnknown)?;
    let found = desk.at(&draft.room, seq)?;
    let found = found.filter(|entry| entry.kind.is_said() && !entry.body.is_empty());
    let found = found.ok_or(Error::MessageUnknown)?;
    if sees(desk, (&draft.room, facts), &draft.sender.id, seq)? {
        Ok(found)
    } else {
        Err(Error::MessageUnknown)
    }
}

/// Refuses a reaction that would be one too many different ones on the message.
fn has_place(desk: &impl Desk, room: &RoomId, draft: &Draft) -> Result<(), Error> {
    let target = draft.target.as_ref().ok_or(Error::MessageUnknown)?;
    let shown = desk.reactions(room, target, limits::REACTIONS_MAX)?;
    if shown.len() < limits::REACTIONS_MAX || shown.contains(&draft.body) {
        Ok(())
    } else {
        Err(Error::BadReaction)
    }
}
