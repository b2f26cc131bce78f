//! What is said while somebody's list of rooms is being read.

use std::collections::HashSet;
use std::sync::Mutex;

use async_trait::async_trait;
use protocol::{RoomId, RoomState, UserId};
use server::store::{Draft, Error, Listed, Log, Members, Shelf};

use crate::guest::Guest;
use crate::place::{Place, draft};

/// Right after the list was read the first time, something more is said.
struct Late {
    usual: Box<dyn Shelf>,
    log: Box<dyn Log>,
    said: Mutex<Vec<Draft>>,
}

#[async_trait]
impl Shelf for Late {
    async fn rooms(&self, user: &UserId) -> Result<Vec<RoomState>, Error> {
        let list = self.usual.rooms(user).await;
        let said = std::mem::take(&mut *self.said.lock().expect("no holder panics"));
        for draft in said {
            self.log.append(draft).await.expect("it is stored");
        }
        list
    }

    async fn room(&self, user: &UserId, room: &RoomId) -> Result<RoomState, Error> {
        self.usual.room(user, room).await
    }

    async fn is_in(&self, user: &UserId, room: &RoomId) -> Result<bool, Error> {
        self.usual.is_in(user, room).await
    }

    async fn among(&self, room: &RoomId, users: Vec<UserId>) -> Result<HashSet<UserId>, Error> {
        self.usual.among(room, users).await
    }

    async fn public(&self, after_name: Option<&str>, limit: usize) -> Result<Vec<Listed>, Error> {
        self.usual.public(after_name, limit).await
    }

    async fn members(&self, user: &UserId, room: &RoomId, limit: usize) -> Result<Members, Error> {
        self.usual.members(user, room, limit).await
    }

    async fn read(&self, marks: Vec<(UserId, RoomId, u64)>) -> Result<(), Error> {
        self.usual.read(marks).await
    }

    async fn mute(&self, user: &UserId, room: &RoomId, muted: bool) -> Result<(), Error> {
        self.usual.mute(user, room, muted).await
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_said_while_the_list_of_rooms_is_read_is_told_after_it() {
    let place = Place::new().await;
    let (ann, bob) = (place.joins("Ann").await, place.joins("Bob").await);
    let room = place.room_of(&ann).await;
    let top = place.add(&ann, &room, &bob).await;
    let said = (0..3).map(|nth| draft(&ann, &room, nth.to_string()));
    let said = Mutex::new(said.collect());
    let late = |usual, log| -> Box<dyn Shelf> { Box::new(Late { usual, log, said }) };
    let node = place.node_with_shelf(late).await;
    let mut guest = Guest::arrives(&node, &bob, &RoomId::lobby(), None);
    guest.gathers(&room);
    guest.listens().await;
    let listed = guest.rooms.iter().find(|state| state.id == room);
    assert_eq!(listed.expect("he is in it").top, top);
    assert_eq!(guest.seqs, [top + 1, top + 2, top + 3]);
}
