//! Who is to be in a room that a program made.

use std::collections::BTreeSet;

use protocol::{Reason, RoomId, RoomKind, UserId};

use super::Desk;
use super::members::{has_room, let_in, people_max, present, put_out};
use crate::store::{Called, Changed, Deed, Error, Member, MembersWanted, NotPut, RoomPut};

/// What is to be done, when everything has been looked at and nothing changed yet.
#[derive(Default)]
pub(super) struct Plan {
    add: Vec<Member>,
    remove: Vec<Member>,
    left_out: Vec<(Member, Reason)>,
}

impl Plan {
    /// In a room there is, or in one of this kind that is to be made.
    pub(super) fn of(
        desk: &impl Desk,
        whose: &str,
        (room, kind): (Option<&RoomId>, RoomKind),
        wanted: &MembersWanted,
    ) -> Result<Result<Self, NotPut>, Error> {
        let named = match wanted {
            MembersWanted::AsTheyAre => &[],
            MembersWanted::Exactly(all) => &all[..],
            MembersWanted::With(one) | MembersWanted::Without(one) => std::slice::from_ref(one),
        };
        let named = match find_all(desk, whose, named)? {
            Ok(named) => named,
            Err(unknown) => return Ok(Err(NotPut::Unknown(unknown))),
        };
        let there = room.map(|room| desk.members(room, whose)).transpose()?;
        let there = there.unwrap_or_default();
        let mut plan = Self::default();
        match wanted {
            MembersWanted::AsTheyAre => {}
            MembersWanted::Without(_) => plan.remove = both(&there, &named),
            MembersWanted::With(_) => plan.let_come(desk, room, only_first(&named, &there))?,
            MembersWanted::Exactly(_) => {
                plan.let_come(desk, room, only_first(&named, &there))?;
                if kind != RoomKind::Public {
                    plan.remove = only_first(&there, &named);
                }
            }
        }
        if there.len() - plan.remove.len() + plan.add.len() > people_max(kind) {
            return Err(Error::RoomFull);
        }
        Ok(Ok(plan))
    }

    fn let_come(
        &mut self,
        desk: &impl Desk,
        room: Option<&RoomId>,
        people: Vec<Member>,
    ) -> Result<(), Error> {
        for member in people {
            match may_come(desk, room, &member.person.id) {
                Ok(()) => self.add.push(member),
                Err(Error::Banned) => self.left_out.push((member, Reason::Banned)),
                Err(Error::TooManyRooms) => self.left_out.push((member, Reason::TooManyRooms)),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Puts out and lets in, and tells each of them.
    pub(super) fn carry_out(
        self,
        desk: &mut impl Desk,
        deed: &Deed,
        mut put: RoomPut,
    ) -> Result<RoomPut, Error> {
        for Member { person, .. } in &self.remove {
            let facts = desk.room(&put.room)?.ok_or(Error::RoomUnknown)?;
            let deed = again(desk, deed);
            let told = put_out(desk, deed, (&put.room, &facts), (person, ""))?;
            if let Changed::Now(told) = told {
                put.entries.extend(told);
            }
        }
        for Member { person, .. } in &self.add {
            let facts = desk.room(&put.room)?.ok_or(Error::RoomUnknown)?;
            let deed = again(desk, deed);
            let told = let_in(desk, deed, (&put.room, &facts), person)?;
            put.entries.extend(told);
        }
        Ok(RoomPut {
            added: self.add,
            removed: self.remove,
            left_out: self.left_out,
            ..put
        })
    }
}

/// The same deed as another send: one makes many entries.
pub(super) fn again(desk: &impl Desk, deed: &Deed) -> Deed {
    Deed {
        cid: desk.fresh_cid(),
        ..deed.clone()
    }
}

/// All of them, each once, or those who are not there.
fn find_all(
    desk: &impl Desk,
    whose: &str,
    named: &[Called<UserId>],
) -> Result<Result<Vec<Member>, Vec<Called<UserId>>>, Error> {
    let (mut found, mut unknown) = (Vec::new(), Vec::new());
    for called in named {
        match find(desk, whose, called) {
            Ok(member) => found.push(member),
            Err(Error::PersonUnknown) => unknown.push(called.clone()),
            Err(error) => return Err(error),
        }
    }
    found.sort_by(|one, other| one.person.id.cmp(&other.person.id));
    found.dedup_by(|one, other| one.person.id == other.person.id);
    Ok(if unknown.is_empty() {
        Ok(found)
    } else {
        Err(unknown)
    })
}

/// Somebody as the program calls them; by their id, if they are here.
pub(super) fn find(
    desk: &impl Desk,
    whose: &str,
    called: &Called<UserId>,
) -> Result<Member, Error> {
    match called {
        Called::Alias(alias) => {
            let person = desk.person_called(whose, alias)?;
            Ok(Member {
                person: person.ok_or(Error::PersonUnknown)?,
                alias: Some(alias.clone()),
            })
        }
        Called::Id(user) => Ok(Member {
            person: present(desk, user)?,
            alias: desk.alias_of(user, whose)?,
        }),
    }
}

/// Refuses who is banned, and who is in as many rooms as one may be: an operator trusts a program with all of them.
fn may_come(desk: &impl Desk, room: Option<&RoomId>, user: &UserId) -> Result<(), Error> {
    let is_gone = desk.known(user)?.is_none_or(|known| known.is_gone);
    let restraint = room.map(|room| desk.restraint(room, user)).transpose()?;
    if is_gone || restraint.unwrap_or_default().is_banned {
        return Err(Error::Banned);
    }
    has_room(desk, user)
}

fn only_first(first: &[Member], second: &[Member]) -> Vec<Member> {
    let second = ids(second);
    let is_only = |member: &&Member| !second.contains(&member.person.id);
    first.iter().filter(is_only).cloned().collect()
}

fn both(first: &[Member], second: &[Member]) -> Vec<Member> {
    let second = ids(second);
    let is_both = |member: &&Member| second.contains(&member.person.id);
    first.iter().filter(is_both).cloned().collect()
}

fn ids(members: &[Member]) -> BTreeSet<&UserId> {
    members.iter().map(|member| &member.person.id).collect()
}
