//! The people and rooms that a program makes.

use protocol::{Kind, Name, Person, RoomId, RoomKind, limits};

use super::attendance::{Plan, again};
use super::deeds::draft;
use super::rooms::public_id;
use super::{Desk, Facts};
use crate::store::name::{fold, fold_part};
use crate::store::{
    Alias, Deed, Error, MembersWanted, NewRoom, NotPut, PersonPut, RoomPut, RoomWanted,
};

/// Has somebody be called so.
pub(in crate::store) fn put_person(
    desk: &mut impl Desk,
    program: &Person,
    alias: &Alias,
    name: &Name,
) -> Result<PersonPut, Error> {
    let whose = fold(&program.name);
    let found = desk.person_called(&whose, alias)?;
    let name = free_name(desk, name, found.as_ref())?;
    let is_new = found.is_none();
    let person = match found {
        Some(person) if person.name == name => person,
        Some(Person { id, .. }) => {
            desk.rename(&id, &name)?;
            Person { id, name }
        }
        None => desk.settle(&name, (&whose, alias))?,
    };
    Ok(PersonPut { person, is_new })
}

/// The name if it is free, or else with a number behind it: the one it has already, or one before which all are taken.
fn free_name(desk: &impl Desk, wanted: &Name, now: Option<&Person>) -> Result<Name, Error> {
    let is_free = |name: &Name| {
        let bearer = desk.bearer(&fold(name))?;
        Ok::<_, Error>(bearer.is_none() || bearer.as_ref() == now.map(|person| &person.id))
    };
    if is_free(wanted)? {
        return Ok(wanted.clone());
    }
    if let Some(now) = now.filter(|person| is_numbered(wanted, &person.name)) {
        return Ok(now.name.clone());
    }
    let (mut taken, mut free) = (1, 2);
    while !is_free(&numbered(wanted, free))? {
        (taken, free) = (free, free * 2);
    }
    while free - taken > 1 {
        let middle = taken + (free - taken) / 2;
        if is_free(&numbered(wanted, middle))? {
            free = middle;
        } else {
            taken = middle;
        }
    }
    Ok(numbered(wanted, free))
}

/// The name with a number, cut where it would be too long.
fn numbered(name: &Name, number: u64) -> Name {
    let number = format!(" {number}");
    let kept = limits::NAME_CHARS_MAX - number.len();
    let cut: String = name.as_str().chars().take(kept).collect();
    Name::parse(&format!("{}{number}", cut.trim_end())).expect("a name stays one with a number")
}

fn is_numbered(wanted: &Name, name: &Name) -> bool {
    let number = name.as_str().rsplit_once(' ').map(|(_, number)| number);
    let number = number.and_then(|number| number.parse().ok());
    number.is_some_and(|number: u64| numbered(wanted, number) == *name)
}

/// Has a room be so.
pub(in crate::store) fn put_room(
    desk: &mut impl Desk,
    deed: Deed,
    alias: &Alias,
    wanted: RoomWanted,
) -> Result<Result<RoomPut, NotPut>, Error> {
    let whose = fold(&deed.by.name);
    let known = desk.room_called(&whose, alias)?;
    if let Some(room) = &known {
        let facts = desk.room(room)?.ok_or(Error::RoomUnknown)?;
        if facts.kind != wanted.kind {
            return Ok(Err(NotPut::OtherKind(facts.kind)));
        }
    }
    has_free_name(desk, known.as_ref(), &wanted)?;
    let place = (known.as_ref(), wanted.kind);
    let plan = match Plan::of(desk, &whose, place, &wanted.members)? {
        Ok(plan) => plan,
        Err(not) => return Ok(Err(not)),
    };
    let put = match known {
        Some(room) => redescribe(desk, &deed, room, &wanted)?,
        None => make(desk, (&whose, alias), wanted)?,
    };
    plan.carry_out(desk, &deed, put).map(Ok)
}

/// Changes who is in a room.
pub(in crate::store) fn put_members(
    desk: &mut impl Desk,
    deed: Deed,
    alias: &Alias,
    wanted: &MembersWanted,
) -> Result<Result<RoomPut, NotPut>, Error> {
    let whose = fold(&deed.by.name);
    let room = desk.room_called(&whose, alias)?;
    let room = room.ok_or(Error::RoomUnknown)?;
    let Facts { kind, .. } = desk.room(&room)?.ok_or(Error::RoomUnknown)?;
    match Plan::of(desk, &whose, (Some(&room), kind), wanted)? {
        Ok(plan) => plan.carry_out(desk, &deed, unchanged(room)).map(Ok),
        Err(not) => Ok(Err(not)),
    }
}

/// Refuses a public room that would be called as another one is.
fn has_free_name(
    desk: &impl Desk,
    room: Option<&RoomId>,
    wanted: &RoomWanted,
) -> Result<(), Error> {
    if wanted.kind != RoomKind::Public {
        return Ok(());
    }
    let called_so = desk.public_named(&fold_part(&wanted.name))?;
    if called_so.is_none() || called_so.as_ref() == room {
        Ok(())
    } else {
        Err(Error::RoomNameTaken)
    }
}

fn make(
    desk: &mut impl Desk,
    (whose, alias): (&str, &Alias),
    wanted: RoomWanted,
) -> Result<RoomPut, Error> {
    let room = match wanted.kind {
        RoomKind::Public => public_id(desk, &wanted.name)?,
        _ => desk.fresh_room(),
    };
    let new = NewRoom {
        kind: wanted.kind,
        name: wanted.name,
        topic: wanted.topic,
        people: Vec::new(),
    };
    desk.make(&room, &new, None)?;
    desk.call_room(&room, (whose, alias))?;
    let is_new = true;
    Ok(RoomPut {
        is_new,
        ..unchanged(room)
    })
}

/// Tells in the room what is another now of its name and topic.
fn redescribe(
    desk: &mut impl Desk,
    deed: &Deed,
    room: RoomId,
    wanted: &RoomWanted,
) -> Result<RoomPut, Error> {
    let mut put = unchanged(room);
    let facts = desk.room(&put.room)?.ok_or(Error::RoomUnknown)?;
    let topic = desk.topic(&put.room)?;
    for (kind, before, text) in [
        (Kind::Renamed, &facts.name, &wanted.name),
        (Kind::Described, &topic, &wanted.topic),
    ] {
        if before != text {
            let told = draft(again(desk, deed), &put.room, kind, (None, text));
            put.entries.push(desk.place(&told)?);
            desk.describe(&put.room, kind, text)?;
        }
    }
    Ok(put)
}

fn unchanged(room: RoomId) -> RoomPut {
    RoomPut {
        room,
        is_new: false,
        added: Vec::new(),
        removed: Vec::new(),
        left_out: Vec::new(),
        entries: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Name {
        Name::parse(text).expect("a name")
    }

    #[test]
    fn a_number_fits_behind_the_longest_name() {
        let long = name(&"李".repeat(limits::NAME_CHARS_MAX));
        for number in [2, 10, u64::MAX] {
            let numbered = numbered(&long, number);
            let chars = numbered.as_str().chars().count();
            assert_eq!(chars, limits::NAME_CHARS_MAX, "{numbered}");
            assert!(is_numbered(&long, &numbered));
        }
    }

    #[test]
    fn a_numbered_name_is_known_by_its_number() {
        let ann = name("Ann Lee");
        assert!(is_numbered(&ann, &name("Ann Lee 7")));
        for other in ["Ann Lee", "Ann 7", "Ann Lee 07", "Ann Lee seven"] {
            assert!(!is_numbered(&ann, &name(other)), "{other}");
        }
    }
}
