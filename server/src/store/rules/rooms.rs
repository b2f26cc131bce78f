//! Making rooms, and what they are called.

use protocol::{Entry, Kind, Person, RoomId, RoomKind};

use super::deeds::{before_if, draft};
use super::members::{has_room, has_room_for_others, let_in, people_max, present};
use super::slug::slug;
use super::{Desk, Facts, is_keeper, known_room};
use crate::store::name::fold_part;
use crate::store::{Changed, Deed, Error, NewRoom};

/// Makes a room with its people; of two people there is one for ever.
pub(in crate::store) fn open(
    desk: &mut impl Desk,
    deed: Deed,
    mut new: NewRoom,
) -> Result<Changed, Error> {
    if let Some(before) = desk.before(&deed.by.id, &deed.cid)? {
        return opened_before(desk, before, &new);
    }
    let people = people(desk, &deed.by, &new)?;
    let id = match new.kind {
        RoomKind::Public => public_id(desk, &new.name)?,
        RoomKind::Private | RoomKind::Group => desk.fresh_room(),
        RoomKind::Direct => {
            let id = RoomId::direct(&people[0].id, &people[1].id).ok_or(Error::PersonUnknown)?;
            if let Some(since) = desk.ranges(&id, &deed.by.id)?.last() {
                let made_so = desk.at(&id, since.0)?.ok_or(Error::RoomUnknown)?;
                return Ok(Changed::Before(made_so));
            }
            id
        }
        RoomKind::Inbox | RoomKind::Unknown => return Err(Error::NotAllowed),
    };
    have_room(desk, new.kind, &people)?;
    if new.kind.is_personal() {
        new.name = String::new();
    }
    let owner = Some(&deed.by.id).filter(|_| new.kind != RoomKind::Direct);
    desk.make(&id, &new, owner)?;
    let mut made = Vec::new();
    for (nth, who) in people.iter().enumerate() {
        let cid = (nth == 0).then(|| deed.cid.clone());
        let cid = cid.unwrap_or_else(|| desk.fresh_cid());
        let deed = Deed {
            cid,
            ..deed.clone()
        };
        let facts = desk.room(&id)?.ok_or(Error::RoomUnknown)?;
        made.extend(let_in(desk, deed, (&id, &facts), who)?);
    }
    Ok(Changed::Now(made))
}

/// Gives a room another name or topic.
pub(in crate::store) fn describe(
    desk: &mut impl Desk,
    deed: Deed,
    (room, kind): (&RoomId, Kind),
    text: &str,
) -> Result<Changed, Error> {
    if let Some(before) = desk.before(&deed.by.id, &deed.cid)? {
        let same = (&before.room, before.kind, before.body.as_str()) == (room, kind, text);
        return before_if(same, before);
    }
    let facts = known_room(desk, room, &deed.by.id)?;
    let is_named = !facts.kind.is_personal();
    let may = match kind {
        Kind::Renamed => is_named,
        Kind::Described => true,
        _ => false,
    };
    if !may || !is_keeper(desk, &facts, &deed.by.id)? {
        return Err(Error::NotAllowed);
    }
    if kind == Kind::Renamed && facts.kind == RoomKind::Public {
        let called_so = desk.public_named(&fold_part(text))?;
        if called_so.is_some_and(|other| other != *room) {
            return Err(Error::RoomNameTaken);
        }
    }
    let entry = desk.place(&draft(deed, room, kind, (None, text)))?;
    desk.describe(room, kind, text)?;
    Ok(Changed::Now(vec![entry]))
}

/// A new room's people, its maker first, if all of them are there and there may be so many.
fn people(desk: &impl Desk, by: &Person, new: &NewRoom) -> Result<Vec<Person>, Error> {
    let mut people = vec![by.clone()];
    for user in &new.people {
        if people.iter().all(|person| person.id != *user) {
            people.push(present(desk, user)?);
        }
    }
    match (new.kind, people.len()) {
        (RoomKind::Direct, count) if count != 2 => Err(Error::PersonUnknown),
        (RoomKind::Public, count) if count != 1 => Err(Error::NotAllowed),
        (kind, count) if count > people_max(kind) => Err(Error::RoomFull),
        _ => Ok(people),
    }
}

/// Refuses what would be a room too many for one of its people. Talk of two is not counted: whoever has others talk to them is
/// not kept from anything by it.
fn have_room(desk: &impl Desk, kind: RoomKind, people: &[Person]) -> Result<(), Error> {
    if kind == RoomKind::Direct {
        return Ok(());
    }
    let (maker, others) = people.split_first().expect("its maker is in it");
    has_room(desk, &maker.id)?;
    let mut others = others.iter();
    others.try_for_each(|person| has_room_for_others(desk, &person.id))
}

pub(super) fn public_id(desk: &mut impl Desk, name: &str) -> Result<RoomId, Error> {
    if desk.public_named(&fold_part(name))?.is_some() {
        return Err(Error::RoomNameTaken);
    }
    if let Some(id) = slug(name)
        && desk.room(&id)?.is_none()
    {
        return Ok(id);
    }
    Ok(desk.fresh_room())
}

fn opened_before(desk: &mut impl Desk, before: Entry, new: &NewRoom) -> Result<Changed, Error> {
    let id = before.target.as_ref().filter(|_| before.room.is_inbox());
    let id = id.and_then(|target| target.as_str().parse().ok());
    let facts = desk.room(id.as_ref().unwrap_or(&before.room))?;
    let is_so = |facts: Facts| {
        let is_named = new.kind.is_personal() || facts.name == new.name;
        facts.kind == new.kind && is_named
    };
    let is_opening = before.kind == Kind::Added && (before.room.is_inbox() || before.seq == 1);
    before_if(is_opening && facts.is_some_and(is_so), before)
}
