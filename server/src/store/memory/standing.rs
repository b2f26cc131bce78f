//! What the rules ask and change, in maps.

use std::collections::BTreeSet;

use protocol::{Cid, Entry, Kind, RoomId, RoomKind, Target, UserId};

use super::{Member, Room, State};
use crate::store::name::fold_part;
use crate::store::rules::{Doors, Entries, Facts, Known, Range, Standing, is_chosen};
use crate::store::{Draft, Error, NewRoom, Restraint};

impl Entries for State {
    fn before(&self, sender: &UserId, cid: &Cid) -> Result<Option<Entry>, Error> {
        let place = self.sends.get(&(sender.clone(), cid.clone()));
        Ok(place.and_then(|(room, seq)| self.rooms[room].entry(*seq).cloned()))
    }

    fn at(&self, room: &RoomId, seq: u64) -> Result<Option<Entry>, Error> {
        let room = self.rooms.get(room);
        Ok(room.and_then(|room| room.entry(seq).cloned()))
    }

    fn newest_about(
        &self,
        room: &RoomId,
        kind: Kind,
        target: &Target,
    ) -> Result<Option<Entry>, Error> {
        let Some(room) = self.rooms.get(room) else {
            return Ok(None);
        };
        let is_so = |entry: &&Entry| entry.kind == kind && entry.target.as_ref() == Some(target);
        Ok(room.entries.iter().rev().find(is_so).cloned())
    }

    fn reactions(
        &self,
        room: &RoomId,
        target: &Target,
        limit: usize,
    ) -> Result<Vec<String>, Error> {
        let entries = self.rooms.get(room).map(|room| room.entries.iter());
        let is_so =
            |entry: &&Entry| entry.kind == Kind::Reacted && entry.target.as_ref() == Some(target);
        let shown = entries.into_iter().flatten().filter(is_so);
        let different: BTreeSet<&str> = shown.map(|entry| entry.body.as_str()).collect();
        Ok(different
            .into_iter()
            .take(limit)
            .map(str::to_owned)
            .collect())
    }

    fn place(&mut self, draft: &Draft) -> Result<Entry, Error> {
        if self.rooms.contains_key(&draft.room) {
            Ok(self.place(draft.clone()))
        } else {
            Err(Error::RoomUnknown)
        }
    }

    fn blank(&mut self, room: &RoomId, seq: u64) -> Result<(), Error> {
        let target = Some(Target::message(seq));
        let room = self.rooms.get_mut(room).ok_or(Error::RoomUnknown)?;
        for entry in &mut room.entries {
            if entry.seq == seq || entry.kind == Kind::Edited && entry.target == target {
                entry.body.clear();
                entry.enclosed = None;
            }
        }
        Ok(())
    }

    fn fresh_cid(&self) -> Cid {
        self.own_cid()
    }
}

impl Doors for State {
    fn room(&mut self, id: &RoomId) -> Result<Option<Facts>, Error> {
        Ok(self.rooms.get(id).map(|room| Facts {
            kind: room.kind,
            name: room.name.clone(),
            top: room.top(),
            owner: room.owner.clone(),
            is_programs: self.made.has_room(id),
        }))
    }

    fn public_named(&self, folded: &str) -> Result<Option<RoomId>, Error> {
        let is_so = |room: &Room| room.kind == RoomKind::Public && fold_part(&room.name) == folded;
        let found = self.rooms.iter().find(|(_, room)| is_so(room));
        Ok(found.map(|(id, _)| id.clone()))
    }

    fn make(&mut self, id: &RoomId, new: &NewRoom, owner: Option<&UserId>) -> Result<(), Error> {
        let room = Room {
            kind: new.kind,
            name: new.name.clone(),
            topic: new.topic.clone(),
            owner: owner.cloned(),
            ..Room::default()
        };
        self.rooms.insert(id.clone(), room);
        Ok(())
    }

    fn topic(&self, id: &RoomId) -> Result<String, Error> {
        let room = self.rooms.get(id).ok_or(Error::RoomUnknown)?;
        Ok(room.topic.clone())
    }

    fn describe(&mut self, id: &RoomId, kind: Kind, text: &str) -> Result<(), Error> {
        let room = self.rooms.get_mut(id).ok_or(Error::RoomUnknown)?;
        let told = if kind == Kind::Renamed {
            &mut room.name
        } else {
            &mut room.topic
        };
        text.clone_into(told);
        Ok(())
    }

    fn fresh_room(&self) -> RoomId {
        let id = format!("room{}", self.rooms.len() + 1);
        id.parse().expect("letters and digits are an id")
    }

    fn ranges(&self, room: &RoomId, user: &UserId) -> Result<Vec<Range>, Error> {
        let room = self.rooms.get(room);
        Ok(room.map(|room| room.ranges(user)).unwrap_or_default())
    }

    fn enter(&mut self, room: &RoomId, user: &UserId, seqs: (u64, u64)) -> Result<(), Error> {
        let room = self.rooms.get_mut(room).ok_or(Error::RoomUnknown)?;
        let members = room.members.entry(user.clone()).or_default();
        members.push(Member::from(seqs.0, seqs.1));
        Ok(())
    }

    fn leave(&mut self, room: &RoomId, user: &UserId, last: Option<u64>) -> Result<(), Error> {
        let room = self.rooms.get_mut(room).ok_or(Error::RoomUnknown)?;
        let members = room.members.entry(user.clone()).or_default();
        match last {
            Some(_) => members
                .iter_mut()
                .filter(|member| member.is_now())
                .for_each(|member| member.range.1 = last),
            None => members.retain(|member| !member.is_now()),
        }
        Ok(())
    }

    fn eldest(&self, room: &RoomId) -> Result<Option<UserId>, Error> {
        let target = Target::from(room);
        let told = |user: &UserId| {
            let told = self.newest_about(&RoomId::inbox(user), Kind::Added, &target);
            told.map(|told| (told.map(|told| told.offset), user.clone()))
        };
        let people = self.rooms.get(room).into_iter().flat_map(Room::people);
        let here = people.filter(|user| self.is_here(user));
        let told: Vec<_> = here.map(told).collect::<Result<_, _>>()?;
        Ok(told.into_iter().min().map(|(_, user)| user))
    }

    fn own(&mut self, room: &RoomId, owner: Option<&UserId>) -> Result<(), Error> {
        let room = self.rooms.get_mut(room).ok_or(Error::RoomUnknown)?;
        room.owner = owner.cloned();
        Ok(())
    }

    fn people_in(&self, room: &RoomId) -> Result<usize, Error> {
        let room = self.rooms.get(room);
        Ok(room.map_or(0, |room| room.people().count()))
    }

    fn rooms_of(&self, user: &UserId) -> Result<usize, Error> {
        let is_in = |(id, room): &(&RoomId, &Room)| is_chosen(id, room.kind) && room.is_in(user);
        Ok(self.rooms.iter().filter(is_in).count())
    }
}

impl State {
    /// Not a guest who has left for good, nor banned.
    fn is_here(&self, user: &UserId) -> bool {
        !self.kept.bans.contains_key(user) && self.names.values().any(|owner| owner == user)
    }
}

impl Standing for State {
    fn known(&self, user: &UserId) -> Result<Option<Known>, Error> {
        Ok(self.person(user).map(|person| Known {
            person,
            is_admin: self.kept.admins.contains(user),
            is_gone: !self.is_here(user),
        }))
    }

    fn restraint(&self, room: &RoomId, user: &UserId) -> Result<Restraint, Error> {
        let room = self.rooms.get(room);
        let restraint = room.and_then(|room| room.restraints.get(user));
        Ok(restraint.copied().unwrap_or_default())
    }

    fn restrain(&mut self, room: &RoomId, user: &UserId, what: Restraint) -> Result<(), Error> {
        let room = self.rooms.get_mut(room).ok_or(Error::RoomUnknown)?;
        room.restraints.insert(user.clone(), what);
        Ok(())
    }
}
