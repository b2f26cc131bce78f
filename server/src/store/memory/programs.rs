//! Programs, their keys and where they speak, in maps.

use async_trait::async_trait;
use protocol::{Name, Person, RoomId, RoomKind, UserId};

use super::Opened;
use crate::store::name::fold;
use crate::store::rules::notices;
use crate::store::{Changed, Deed, Error, Hall, Keys, NewKey, Podium, ProgramKey as Key, Token};

#[async_trait]
impl Keys for Opened {
    async fn make(&self, new: NewKey) -> Result<Token, Error> {
        let mut state = self.state();
        let folded = fold(&new.name);
        let is_program = |key: &Key| fold(&key.program.name) == folded;
        if state.names.contains_key(&folded) || state.programs.values().any(is_program) {
            return Err(Error::NameTaken);
        }
        let token = Token::random();
        let id = format!("api-{}", state.programs.len() + 1);
        let key = Key {
            program: Person {
                id: id.parse().expect("letters and digits are an id"),
                name: new.name,
            },
            scopes: new.scopes,
            rooms: new.rooms,
            made: 0,
            used: None,
        };
        state.programs.insert(token.hash(), key);
        Ok(token)
    }

    async fn list(&self) -> Result<Vec<Key>, Error> {
        let mut keys: Vec<Key> = self.state().programs.values().cloned().collect();
        keys.sort_by(|one, other| one.program.name.cmp(&other.program.name));
        Ok(keys)
    }

    async fn revoke(&self, name: &Name) -> Result<bool, Error> {
        let programs = &mut self.state().programs;
        let before = programs.len();
        programs.retain(|_, key| fold(&key.program.name) != fold(name));
        Ok(programs.len() < before)
    }

    async fn recognise(&self, token: &Token) -> Result<Option<Key>, Error> {
        Ok(self.state().programs.get(&token.hash()).cloned())
    }
}

#[async_trait]
impl Podium for Opened {
    async fn open(&self, deed: Deed, user: &UserId) -> Result<Changed, Error> {
        notices::open(&mut *self.state(), deed, user)
    }

    async fn hall(&self, room: &RoomId) -> Result<Option<Hall>, Error> {
        let state = self.state();
        let found = state.rooms.get(room);
        let found = found.filter(|found| found.kind != RoomKind::Inbox);
        Ok(found.map(|found| Hall {
            id: room.clone(),
            kind: found.kind,
            name: found.name.clone(),
            topic: found.topic.clone(),
            top: found.top(),
            people: found.people().cloned().collect(),
        }))
    }
}
