//! The people and rooms of programs, and tickets, in maps.

use std::collections::BTreeMap;

use async_trait::async_trait;
use protocol::{Name, Person, RoomId, UserId};

use super::{Opened, State};
use crate::store::name::fold;
use crate::store::rules::{Aliases, Names, embedding, tickets};
use crate::store::{
    Alias, Called, Deed, Embedding, Error, Member, MembersWanted, NotPut, PersonPut, Redeemed,
    RoomPut, RoomWanted, Tickets, Token,
};

/// What programs have made.
#[derive(Default)]
pub(super) struct Made {
    people: BTreeMap<(String, Alias), UserId>,
    rooms: BTreeMap<(String, Alias), RoomId>,
    tickets: BTreeMap<[u8; 32], (UserId, Option<RoomId>)>,
}

impl Made {
    pub(super) fn has_person(&self, user: &UserId) -> bool {
        self.people.values().any(|made| made == user)
    }

    pub(super) fn has_room(&self, room: &RoomId) -> bool {
        self.rooms.values().any(|made| made == room)
    }
}

#[async_trait]
impl Embedding for Opened {
    async fn put_person(
        &self,
        program: &Person,
        alias: &Alias,
        name: &Name,
    ) -> Result<PersonPut, Error> {
        embedding::put_person(&mut *self.state(), program, alias, name)
    }

    async fn put_room(
        &self,
        deed: Deed,
        alias: &Alias,
        wanted: RoomWanted,
    ) -> Result<Result<RoomPut, NotPut>, Error> {
        embedding::put_room(&mut *self.state(), deed, alias, wanted)
    }

    async fn put_members(
        &self,
        deed: Deed,
        alias: &Alias,
        wanted: MembersWanted,
    ) -> Result<Result<RoomPut, NotPut>, Error> {
        embedding::put_members(&mut *self.state(), deed, alias, &wanted)
    }

    async fn person(&self, program: &Person, alias: &Alias) -> Result<Option<Person>, Error> {
        self.state().person_called(&fold(&program.name), alias)
    }

    async fn room(&self, program: &Person, alias: &Alias) -> Result<Option<RoomId>, Error> {
        self.state().room_called(&fold(&program.name), alias)
    }
}

#[async_trait]
impl Tickets for Opened {
    async fn issue(
        &self,
        program: &Person,
        who: Called<UserId>,
        room: Option<Called<RoomId>>,
    ) -> Result<Token, Error> {
        let mut state = self.state();
        let issued = tickets::issue(&mut *state, program, &who, room.as_ref())?;
        let ticket = Token::random();
        state.made.tickets.insert(ticket.hash(), issued);
        Ok(ticket)
    }

    async fn redeem(
        &self,
        ticket: &Token,
        former: Option<&Token>,
    ) -> Result<Option<Redeemed>, Error> {
        let mut state = self.state();
        let Some((user, room)) = state.made.tickets.get(&ticket.hash()).cloned() else {
            return Ok(None);
        };
        if state.kept.bans.contains_key(&user) {
            return Err(Error::Banned);
        }
        state.made.tickets.remove(&ticket.hash());
        let person = state.person(&user).ok_or(Error::PersonUnknown)?;
        let former = former.and_then(|former| state.sign_ins.get(&former.hash()).cloned());
        let mut redeemed = Redeemed {
            person: person.clone(),
            room,
            token: None,
            ended: None,
        };
        if former
            .as_ref()
            .is_some_and(|former| former.person.id == user)
        {
            return Ok(Some(redeemed));
        }
        redeemed.token = Some(state.sign_in(person));
        let former = former.filter(|former| state.made.has_person(&former.person.id));
        redeemed.ended = former.map(|former| state.end(&former));
        Ok(Some(redeemed))
    }
}

impl Aliases for State {
    fn person_called(&self, whose: &str, alias: &Alias) -> Result<Option<Person>, Error> {
        let user = self.made.people.get(&(whose.to_owned(), alias.clone()));
        Ok(user.and_then(|user| self.person(user)))
    }

    fn room_called(&self, whose: &str, alias: &Alias) -> Result<Option<RoomId>, Error> {
        let room = self.made.rooms.get(&(whose.to_owned(), alias.clone()));
        Ok(room.cloned())
    }

    fn call_room(&mut self, room: &RoomId, (whose, alias): (&str, &Alias)) -> Result<(), Error> {
        let called = (whose.to_owned(), alias.clone());
        self.made.rooms.insert(called, room.clone());
        Ok(())
    }

    fn alias_of(&self, user: &UserId, whose: &str) -> Result<Option<Alias>, Error> {
        let mut made = self.made.people.iter();
        let found = made.find(|((program, _), made)| program == whose && *made == user);
        Ok(found.map(|((_, alias), _)| alias.clone()))
    }

    fn members(&self, room: &RoomId, whose: &str) -> Result<Vec<Member>, Error> {
        let room = self.rooms.get(room).ok_or(Error::RoomUnknown)?;
        let member = |user: &UserId| {
            Ok(Member {
                person: self.person(user).ok_or(Error::PersonUnknown)?,
                alias: self.alias_of(user, whose)?,
            })
        };
        room.people().map(member).collect()
    }
}

impl Names for State {
    fn bearer(&self, folded: &str) -> Result<Option<UserId>, Error> {
        let programs = self.programs.values().map(|key| &key.program);
        let mut programs = programs.filter(|program| fold(&program.name) == folded);
        let program = programs.next().map(|program| program.id.clone());
        Ok(self.names.get(folded).cloned().or(program))
    }

    fn rename(&mut self, user: &UserId, name: &Name) -> Result<(), Error> {
        self.names.retain(|_, bearer| bearer != user);
        self.names.insert(fold(name), user.clone());
        let signed_in = self
            .sign_ins
            .values_mut()
            .map(|sign_in| &mut sign_in.person);
        for person in self.people.iter_mut().chain(signed_in) {
            if person.id == *user {
                person.name = name.clone();
            }
        }
        Ok(())
    }

    fn settle(&mut self, name: &Name, (whose, alias): (&str, &Alias)) -> Result<Person, Error> {
        let person = self.take_in(name.clone());
        let called = (whose.to_owned(), alias.clone());
        self.made.people.insert(called, person.id.clone());
        Ok(person)
    }
}
