//! People and sign-ins in maps.

use async_trait::async_trait;
use protocol::{Entry, Kind, Name, Person, RoomId, UserId};

use super::{Opened, Room, SignIn};
use crate::store::name::fold;
use crate::store::token::sign_in_id;
use crate::store::{Directory, Draft, Error, SignedIn, Token};

#[async_trait]
impl Directory for Opened {
    async fn join(&self, name: Name) -> Result<(Person, Token), Error> {
        let mut state = self.state();
        let folded = fold(&name);
        if state.names.contains_key(&folded) {
            return Err(Error::NameTaken);
        }
        let id = format!("user{}", state.people.len() + 1);
        let id: UserId = id.parse().expect("letters and digits are an id");
        let person = Person { id, name };
        state.names.insert(folded, person.id.clone());
        state.people.push(person.clone());
        let inbox = Room {
            members: Some([(person.id.clone(), vec![(1, None)])].into()),
            ..Room::default()
        };
        state.rooms.insert(RoomId::inbox(&person.id), inbox);
        let token = Token::random();
        let root = token.hash();
        let sign_in = SignIn {
            person: person.clone(),
            root,
        };
        state.sign_ins.insert(root, sign_in);
        Ok((person, token))
    }

    async fn recognise(&self, token: &Token) -> Result<Option<SignedIn>, Error> {
        let state = self.state();
        let found = state.sign_ins.get(&token.hash());
        Ok(found.map(|found| SignedIn {
            person: found.person.clone(),
            sign_in: sign_in_id(&found.root),
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
        let Some(ended) = state.sign_ins.get(&token.hash()).cloned() else {
            return Ok(None);
        };
        state
            .sign_ins
            .retain(|_, sign_in| sign_in.root != ended.root);
        let user = ended.person.id.clone();
        let is_in = |sign_in: &SignIn| sign_in.person.id == user;
        if !state.sign_ins.values().any(is_in) {
            state.names.retain(|_, owner| *owner != user);
        }
        let told = Draft {
            room: RoomId::inbox(&user),
            sender: ended.person,
            cid: state.own_cid(),
            kind: Kind::SignedOut,
            target: Some((&sign_in_id(&ended.root)).into()),
            body: String::new(),
            at: 0,
        };
        Ok(Some(state.place(told)))
    }

    async fn announce(&self, public_url: &str) -> Result<Vec<String>, Error> {
        let mut state = self.state();
        state.nodes.insert(public_url.to_owned());
        Ok(state.nodes.iter().cloned().collect())
    }
}
