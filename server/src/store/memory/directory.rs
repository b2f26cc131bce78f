//! People and sign-ins in maps.

use async_trait::async_trait;
use protocol::{Entry, Name, Person, RoomId, RoomKind, UserId};

use super::{Member, Opened, Room};
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
        let id = format!("user{}", state.people.len() + 1);
        let id: UserId = id.parse().expect("letters and digits are an id");
        let person = Person { id, name };
        state.names.insert(folded, person.id.clone());
        state.people.push(person.clone());
        let inbox = Room {
            kind: RoomKind::Inbox,
            members: [(person.id.clone(), vec![Member::from(1, 0)])].into(),
            ..Room::default()
        };
        state.rooms.insert(RoomId::inbox(&person.id), inbox);
        for room in [RoomId::lobby(), RoomId::notices()] {
            let room = state.rooms.get_mut(&room);
            let room = room.expect("it is there from the beginning");
            let member = Member::from(1, room.top());
            room.members.insert(person.id.clone(), vec![member]);
        }
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
