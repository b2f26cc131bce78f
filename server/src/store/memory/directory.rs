//! People and sign-ins in maps.

use async_trait::async_trait;
use protocol::{Entry, Name, Person, RoomId, RoomKind, UserId};

use super::{Member, Opened, Room, State};
use crate::store::name::{fold, fold_part};
use crate::store::token::sign_in_id;
use crate::store::{Directory, Error, SignedIn, Token};

#[async_trait]
impl Directory for Opened {
    async fn join(&self, name: Name) -> Result<(Person, Token), Error> {
        let mut state = self.state();
        let folded = fold(&name);
        let mut programs = state.programs.values();
        let is_program = programs.any(|key| fold(&key.program.name) == folded);
        if is_program || state.names.contains_key(&folded) {
            return Err(Error::NameTaken);
        }
        let person = state.take_in(name);
        let token = state.sign_in(person.clone());
        Ok((person, token))
    }

    async fn recognise(&self, token: &Token) -> Result<Option<SignedIn>, Error> {
        let state = self.state();
        let found = state.sign_ins.get(&token.hash());
        Ok(found.map(|found| SignedIn {
            person: found.person.clone(),
            sign_in: sign_in_id(&found.root),
            is_admin: state.kept.admins.contains(&found.person.id),
            is_programs: state.made.has_person(&found.person.id),
        }))
    }

    async fn resume_token(&self, token: &Token) -> Result<Token, Error> {
        let mut state = self.state();
        let parent = state.sign_ins.get(&token.hash()).cloned();
        let parent = parent.ok_or(Error::SignInEnded)?;
        let resume = Token::random();
        state.sign_ins.insert(resume.hash(), parent);
        Ok(resume)
    }

    async fn sign_out(&self, token: &Token) -> Result<Option<Entry>, Error> {
        let mut state = self.state();
        let ended = state.sign_ins.get(&token.hash()).cloned();
        Ok(ended.map(|ended| state.end(&ended)))
    }

    async fn people(&self, begins: &str, limit: usize) -> Result<Vec<Person>, Error> {
        let begins = fold_part(begins);
        let state = self.state();
        let found = state
            .names
            .range(begins.clone()..)
            .take_while(|(folded, _)| folded.starts_with(&begins))
            .filter(|(_, user)| !state.kept.bans.contains_key(user))
            .filter_map(|(_, user)| state.person(user));
        Ok(found.take(limit).collect())
    }

    async fn person(&self, user: &UserId) -> Result<Option<Person>, Error> {
        Ok(self.state().person(user))
    }

    async fn announce(&self, public_url: &str) -> Result<Vec<String>, Error> {
        let mut state = self.state();
        state.nodes.insert(public_url.to_owned());
        Ok(state.nodes.iter().cloned().collect())
    }
}

impl State {
    /// Somebody new under a free name, with an inbox and in the rooms that everybody is in.
    pub(super) fn take_in(&mut self, name: Name) -> Person {
        let id = format!("user{}", self.people.len() + 1);
        let id: UserId = id.parse().expect("letters and digits are an id");
        let person = Person { id, name };
        self.names.insert(fold(&person.name), person.id.clone());
        self.people.push(person.clone());
        let inbox = Room {
            kind: RoomKind::Inbox,
            members: [(person.id.clone(), vec![Member::from(1, 0)])].into(),
            ..Room::default()
        };
        self.rooms.insert(RoomId::inbox(&person.id), inbox);
        for room in [RoomId::lobby(), RoomId::notices()] {
            let room = self.rooms.get_mut(&room);
            let room = room.expect("it is there from the beginning");
            let member = Member::from(1, room.top());
            room.members.insert(person.id.clone(), vec![member]);
        }
        person
    }
}
