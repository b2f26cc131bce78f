//! The rooms as their people see them, in maps.

use std::collections::HashSet;

use async_trait::async_trait;
use protocol::{Entry, Kind, LastLine, Person, RoomId, RoomKind, RoomState, Target, UserId};

use super::{Opened, Room, State};
use crate::store::counted::{Counted, LAST_LOOK, UNREAD_LOOK, in_short};
use crate::store::{Error, Listed, Members, Shelf};

#[async_trait]
impl Shelf for Opened {
    async fn rooms(&self, user: &UserId) -> Result<Vec<RoomState>, Error> {
        let state = self.state();
        let own = state.rooms.iter();
        let is_empty = |(id, room): &(&RoomId, &Room)| **id == RoomId::notices() && room.top() == 0;
        let own = own.filter(|(_, room)| room.kind != RoomKind::Inbox && room.is_in(user));
        let own = own.filter(|own| !is_empty(own));
        let mut told: Vec<_> = own.map(|own| state.told(own, user)).collect();
        told.sort_by(|one, other| (&one.name, &one.id).cmp(&(&other.name, &other.id)));
        Ok(told)
    }

    async fn room(&self, user: &UserId, id: &RoomId) -> Result<RoomState, Error> {
        let state = self.state();
        let room = state.rooms.get(id).ok_or(Error::RoomUnknown)?;
        if room.kind != RoomKind::Inbox && room.is_in(user) {
            Ok(state.told((id, room), user))
        } else if room.kind == RoomKind::Public {
            Ok(RoomState {
                read: room.top(),
                ..state.outline((id, room), user)
            })
        } else {
            Err(Error::RoomUnknown)
        }
    }

    async fn is_in(&self, user: &UserId, room: &RoomId) -> Result<bool, Error> {
        let state = self.state();
        Ok(state.rooms.get(room).is_some_and(|room| room.is_in(user)))
    }

    async fn among(&self, room: &RoomId, users: Vec<UserId>) -> Result<HashSet<UserId>, Error> {
        let state = self.state();
        let room = state.rooms.get(room);
        let is_in = |user: &UserId| room.is_some_and(|room| room.is_in(user));
        Ok(users.into_iter().filter(is_in).collect())
    }

    async fn public(&self, after_name: Option<&str>, limit: usize) -> Result<Vec<Listed>, Error> {
        let state = self.state();
        let after = after_name.unwrap_or_default();
        let is_public = |(id, room): &(&RoomId, &Room)| {
            room.kind == RoomKind::Public && !id.is_for_notices() && room.name.as_str() > after
        };
        let public = state.rooms.iter().filter(is_public);
        let mut listed: Vec<Listed> = public
            .map(|(id, room)| Listed {
                id: id.clone(),
                name: room.name.clone(),
                topic: room.topic.clone(),
                people: room.people().count() as u64,
            })
            .collect();
        listed.sort_by(|one, other| one.name.cmp(&other.name));
        listed.truncate(limit);
        Ok(listed)
    }

    async fn members(&self, user: &UserId, room: &RoomId, limit: usize) -> Result<Members, Error> {
        let state = self.state();
        let may = |room: &&Room| match room.kind {
            RoomKind::Inbox => false,
            RoomKind::Public => true,
            _ => room.is_in(user),
        };
        let room = state
            .rooms
            .get(room)
            .filter(may)
            .ok_or(Error::RoomUnknown)?;
        let mut people = state.people_of(room);
        let count = people.len() as u64;
        people.truncate(limit);
        Ok(Members {
            count,
            owner: room.owner.clone(),
            people,
        })
    }

    async fn read(&self, marks: Vec<(UserId, RoomId, u64)>) -> Result<(), Error> {
        let mut state = self.state();
        for (user, room, seq) in marks {
            if let Some(room) = state.rooms.get_mut(&room) {
                let seq = seq.min(room.top());
                if let Some(member) = room.member(&user) {
                    member.read = member.read.max(seq);
                }
            }
        }
        Ok(())
    }

    async fn mute(&self, user: &UserId, room: &RoomId, muted: bool) -> Result<(), Error> {
        let mut state = self.state();
        let room = state.rooms.get_mut(room).ok_or(Error::RoomUnknown)?;
        room.member(user).ok_or(Error::RoomUnknown)?.muted = muted;
        Ok(())
    }
}

impl State {
    fn told(&self, (id, room): (&RoomId, &Room), user: &UserId) -> RoomState {
        let now = room.members.get(user).and_then(|members| members.last());
        let now = now.expect("who is told of the room is in it");
        let name = self.person(user).expect("who is in a room is known").name;
        let mut counted = Counted::by(&name);
        let after = now.read.max(room.top().saturating_sub(UNREAD_LOOK));
        for entry in room.said().filter(|entry| entry.seq > after) {
            if entry.sender != *user {
                counted.take(id.clone(), Some(&entry.body));
            }
        }
        let unread = counted.of(id);
        let from = now.range.0.max(room.top().saturating_sub(LAST_LOOK));
        let last = room.said().filter(|entry| entry.seq >= from).last();
        let people = room.kind.is_personal().then(|| self.people_of(room));
        RoomState {
            read: now.read,
            muted: now.muted,
            unread: unread.messages,
            mentions: unread.mentions,
            last: last.map(|entry| room.line(entry)),
            people: people.unwrap_or_default(),
            ..self.outline((id, room), user)
        }
    }

    /// What is the same for everybody in it, but whether it is theirs.
    fn outline(&self, (id, room): (&RoomId, &Room), user: &UserId) -> RoomState {
        let is_admin = self.kept.admins.contains(user) && room.kind != RoomKind::Direct;
        RoomState {
            id: id.clone(),
            name: room.name.clone(),
            kind: room.kind,
            topic: room.topic.clone(),
            top: room.top(),
            owned: is_admin || room.owner.as_ref() == Some(user),
            ..RoomState::default()
        }
    }

    fn people_of(&self, room: &Room) -> Vec<Person> {
        let mut people: Vec<Person> = room.people().filter_map(|user| self.person(user)).collect();
        people.sort_by(|one, other| (&one.name, &one.id).cmp(&(&other.name, &other.id)));
        people
    }
}

impl Room {
    /// Messages that are not taken back.
    fn said(&self) -> impl Iterator<Item = &Entry> {
        let is_said = |entry: &&Entry| entry.kind.is_said() && !entry.body.is_empty();
        self.entries.iter().filter(is_said)
    }

    /// A message as it reads now.
    fn line(&self, message: &Entry) -> LastLine {
        let target = Some(Target::message(message.seq));
        let is_edit = |entry: &&Entry| entry.kind == Kind::Edited && entry.target == target;
        let newest = self.entries.iter().rev().find(is_edit).unwrap_or(message);
        LastLine {
            name: message.name.clone(),
            body: in_short(&newest.body),
            at: message.at,
        }
    }
}
