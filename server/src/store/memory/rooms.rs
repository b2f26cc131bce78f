//! Private rooms and their members in maps.

use std::collections::BTreeMap;

use async_trait::async_trait;
use protocol::{Kind, Person, RoomId, Target, UserId};

use super::{Opened, Room, State};
use crate::store::{Changed, Deed, Draft, Error, Rooms};

#[async_trait]
impl Rooms for Opened {
    async fn open(&self, deed: Deed, name: &str) -> Result<Changed, Error> {
        let mut state = self.state();
        if let Some(before) = state.before(&deed.by.id, &deed.cid) {
            let is_opening = before.kind == Kind::Added && before.seq == 1;
            let same = is_opening && state.rooms[&before.room].name == name;
            return if same {
                Ok(Changed::Before(before.clone()))
            } else {
                Err(Error::CidConflict)
            };
        }
        let id = format!("room{}", state.rooms.len() + 1);
        let id: RoomId = id.parse().expect("letters and digits are an id");
        let room = Room {
            name: name.to_owned(),
            members: Some(BTreeMap::new()),
            ..Room::default()
        };
        state.rooms.insert(id.clone(), room);
        let who = deed.by.clone();
        Ok(state.tell(deed, Kind::Added, (&id, &who)))
    }

    async fn add(&self, deed: Deed, room: &RoomId, user: &UserId) -> Result<Changed, Error> {
        self.state().change(deed, Kind::Added, (room, user))
    }

    async fn remove(&self, deed: Deed, room: &RoomId, user: &UserId) -> Result<Changed, Error> {
        self.state().change(deed, Kind::Removed, (room, user))
    }
}

impl State {
    /// Adds or removes.
    fn change(
        &mut self,
        deed: Deed,
        kind: Kind,
        (id, user): (&RoomId, &UserId),
    ) -> Result<Changed, Error> {
        if let Some(before) = self.before(&deed.by.id, &deed.cid) {
            let target = Some(Target::from(user));
            let same = (&before.room, before.kind, &before.target) == (id, kind, &target);
            return if same {
                Ok(Changed::Before(before.clone()))
            } else {
                Err(Error::CidConflict)
            };
        }
        let is_private = |room: &&Room| room.members.is_some() && !id.is_inbox();
        let room = self.rooms.get(id).filter(is_private);
        let room = room.filter(|room| room.is_for(&deed.by.id));
        let room = room.ok_or(Error::RoomUnknown)?;
        let who = self.people.iter().find(|person| person.id == *user);
        let who = who.cloned().ok_or(Error::PersonUnknown)?;
        if room.is_for(user) == (kind == Kind::Added) {
            let ranges = room.members.as_ref().and_then(|members| members.get(user));
            let last = ranges.and_then(|ranges| ranges.last());
            let place = last.and_then(|(from, to)| if to.is_none() { Some(*from) } else { *to });
            let made_so = place.map(|seq| room.entries[seq as usize - 1].clone());
            return made_so.map(Changed::Before).ok_or(Error::PersonUnknown);
        }
        Ok(self.tell(deed, kind, (id, &who)))
    }

    /// The room's entry and the inbox's, and the range that goes with them.
    fn tell(&mut self, deed: Deed, kind: Kind, (id, who): (&RoomId, &Person)) -> Changed {
        let Deed { by, cid, at } = deed;
        let room = self.place(Draft {
            room: id.clone(),
            sender: by.clone(),
            cid,
            kind,
            target: Some((&who.id).into()),
            body: who.name.to_string(),
            at,
        });
        let changed = self.rooms.get_mut(id).expect("there is the room");
        let members = changed.members.get_or_insert_default();
        let ranges = members.entry(who.id.clone()).or_default();
        match ranges.last_mut() {
            Some((_, to)) if kind == Kind::Removed => *to = Some(room.seq),
            _ => ranges.push((room.seq, None)),
        }
        let body = changed.name.clone();
        let inbox = Draft {
            room: RoomId::inbox(&who.id),
            sender: by,
            cid: self.own_cid(),
            kind,
            target: Some(id.into()),
            body,
            at,
        };
        let inbox = self.place(inbox);
        Changed::Now { room, inbox }
    }
}
