//! Links into private rooms, in maps.

use async_trait::async_trait;
use protocol::{Person, RoomId};

use super::{Opened, State};
use crate::store::rules::{Links, invites};
use crate::store::{Changed, Deed, Error, Invites, Listed, Token};

#[async_trait]
impl Invites for Opened {
    async fn invite(&self, by: &Person, room: &RoomId) -> Result<Token, Error> {
        let link = Token::random();
        invites::invite(&mut *self.state(), (&by.id, room), &link.hash())?;
        Ok(link)
    }

    async fn invited(&self, link: &Token) -> Result<Option<Listed>, Error> {
        let state = self.state();
        let room = state.linked(&link.hash())?;
        Ok(room.map(|id| {
            let room = &state.rooms[&id];
            Listed {
                name: room.name.clone(),
                topic: room.topic.clone(),
                people: room.people().count() as u64,
                id,
            }
        }))
    }

    async fn accept(&self, deed: Deed, link: &Token) -> Result<Changed, Error> {
        invites::accept(&mut *self.state(), deed, &link.hash())
    }
}

impl Links for State {
    fn link(&mut self, room: &RoomId, hash: &[u8; 32]) -> Result<(), Error> {
        self.links.insert(room.clone(), *hash);
        Ok(())
    }

    fn linked(&self, hash: &[u8; 32]) -> Result<Option<RoomId>, Error> {
        let found = self.links.iter().find(|(_, known)| *known == hash);
        Ok(found.map(|(room, _)| room.clone()))
    }
}
