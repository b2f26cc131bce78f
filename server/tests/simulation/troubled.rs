//! A node's hand on the store that is slow, fails before or after it has stored, and may die in between.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed};

use async_trait::async_trait;
use protocol::{Entry, Epoch, Kind, Name, Page, Person, RoomId, RoomState, UserId};
use server::store::{
    Changed, Checked, Deed, Directory, Draft, Error, Listed, Log, Members, NewRoom, Place, Reader,
    Rooms, Shelf, SignedIn, Span, Stored, Token,
};

use crate::chance::Chance;
use crate::life::Life;

/// How the log does for a while, told to all nodes.
#[derive(Default)]
pub struct Trouble {
    /// Of a thousand calls.
    pub fails: AtomicU32,
    pub slow_ms: AtomicU64,
    /// The next append of any node is its last act: stored, and told to nobody.
    pub next_is_last: AtomicBool,
}

/// A node's hand on the store.
#[derive(Clone)]
pub struct Hand {
    pub chance: Chance,
    pub trouble: Arc<Trouble>,
    pub life: Arc<Life>,
}

/// A side of the store as the node has it.
pub struct Troubled<S> {
    pub side: S,
    pub hand: Hand,
}

impl Hand {
    async fn is_slow(&self) {
        self.chance
            .pause(0..=self.trouble.slow_ms.load(Relaxed))
            .await;
    }

    /// After a commit, before anybody is told.
    async fn may_die(&self) {
        if self.trouble.next_is_last.swap(false, Relaxed) {
            self.chance.note(format_args!("dies after commit"));
            self.life.end();
            std::future::pending::<()>().await;
        }
    }

    fn fails(&self) -> Result<(), Error> {
        if !self.chance.permille(self.trouble.fails.load(Relaxed)) {
            Ok(())
        } else if self.chance.permille(500) {
            Err(Error::Busy)
        } else {
            Err(Error::Unavailable("so the seed wants it".to_owned()))
        }
    }
}

#[async_trait]
impl Log for Troubled<Box<dyn Log>> {
    fn epoch(&self) -> &Epoch {
        self.side.epoch()
    }

    async fn append(&self, draft: Draft) -> Result<Stored, Error> {
        self.hand.is_slow().await;
        self.hand.fails()?;
        let stored = self.side.append(draft).await?;
        self.hand.may_die().await;
        self.hand.is_slow().await;
        self.hand.fails()?; // stored all the same
        Ok(stored)
    }

    async fn read(&self, reader: Reader<'_>, room: &RoomId, span: Span) -> Result<Page, Error> {
        self.hand.is_slow().await;
        self.hand.fails()?;
        let page = self.side.read(reader, room, span).await;
        self.hand.is_slow().await;
        page
    }

    async fn tail(&self, after: u64, limit: usize) -> Result<Vec<Place>, Error> {
        self.hand.is_slow().await;
        self.hand.fails()?;
        let places = self.side.tail(after, limit).await;
        self.hand.is_slow().await;
        places
    }

    async fn check(&self, after: u64, limit: usize) -> Result<Checked, Error> {
        self.side.check(after, limit).await // nobody waits for it
    }

    async fn changed(&self) {
        self.side.changed().await;
        // A real one looks each 10 ms.
        self.hand.chance.pause(0..=10).await;
    }
}

#[async_trait]
impl Shelf for Troubled<Box<dyn Shelf>> {
    async fn rooms(&self, user: &UserId) -> Result<Vec<RoomState>, Error> {
        self.hand.is_slow().await;
        self.hand.fails()?;
        let rooms = self.side.rooms(user).await;
        self.hand.is_slow().await;
        rooms
    }

    async fn room(&self, user: &UserId, room: &RoomId) -> Result<RoomState, Error> {
        self.hand.is_slow().await;
        self.hand.fails()?;
        let room = self.side.room(user, room).await;
        self.hand.is_slow().await;
        room
    }

    async fn is_in(&self, user: &UserId, room: &RoomId) -> Result<bool, Error> {
        self.side.is_in(user, room).await // nobody here asks for a page
    }

    async fn among(&self, room: &RoomId, users: Vec<UserId>) -> Result<HashSet<UserId>, Error> {
        self.hand.is_slow().await;
        self.side.among(room, users).await
    }

    async fn public(&self, after_name: Option<&str>, limit: usize) -> Result<Vec<Listed>, Error> {
        self.side.public(after_name, limit).await // nobody here looks for rooms
    }

    async fn members(&self, user: &UserId, room: &RoomId, limit: usize) -> Result<Members, Error> {
        self.side.members(user, room, limit).await // nor for who is there
    }

    async fn read(&self, marks: Vec<(UserId, RoomId, u64)>) -> Result<(), Error> {
        self.hand.is_slow().await;
        self.hand.fails()?;
        self.side.read(marks).await?;
        self.hand.is_slow().await;
        self.hand.fails() // written all the same
    }

    async fn mute(&self, user: &UserId, room: &RoomId, muted: bool) -> Result<(), Error> {
        self.side.mute(user, room, muted).await
    }
}

#[async_trait]
impl Rooms for Troubled<Box<dyn Rooms>> {
    async fn open(&self, deed: Deed, room: NewRoom) -> Result<Changed, Error> {
        self.side.open(deed, room).await // no room is opened through a node
    }

    async fn join(&self, deed: Deed, room: &RoomId) -> Result<Changed, Error> {
        self.side.join(deed, room).await // and none is joined
    }

    async fn add(&self, deed: Deed, room: &RoomId, user: &UserId) -> Result<Changed, Error> {
        self.hand.is_slow().await;
        self.hand.fails()?;
        let changed = self.side.add(deed, room, user).await?;
        self.hand.may_die().await;
        self.hand.is_slow().await;
        self.hand.fails()?; // done all the same
        Ok(changed)
    }

    async fn remove(
        &self,
        deed: Deed,
        room: &RoomId,
        user: &UserId,
        why: &str,
    ) -> Result<Changed, Error> {
        self.hand.is_slow().await;
        self.hand.fails()?;
        let changed = self.side.remove(deed, room, user, why).await?;
        self.hand.may_die().await;
        self.hand.is_slow().await;
        self.hand.fails()?; // done all the same
        Ok(changed)
    }

    async fn describe(
        &self,
        deed: Deed,
        room: &RoomId,
        kind: Kind,
        text: &str,
    ) -> Result<Changed, Error> {
        self.side.describe(deed, room, kind, text).await // nor renamed
    }
}

#[async_trait]
impl Directory for Troubled<Box<dyn Directory>> {
    async fn join(&self, name: Name) -> Result<(Person, Token), Error> {
        self.side.join(name).await // nobody here joins through a node
    }

    async fn recognise(&self, token: &Token) -> Result<Option<SignedIn>, Error> {
        self.hand.is_slow().await;
        self.hand.fails()?;
        self.side.recognise(token).await
    }

    async fn resume_token(&self, token: &Token) -> Result<Token, Error> {
        self.hand.is_slow().await;
        let resume = self.side.resume_token(token).await;
        self.hand.fails()?;
        resume
    }

    async fn sign_out(&self, token: &Token) -> Result<Option<Entry>, Error> {
        self.hand.is_slow().await;
        self.hand.fails()?;
        let told = self.side.sign_out(token).await?;
        self.hand.may_die().await;
        self.hand.is_slow().await;
        self.hand.fails()?; // it has ended all the same
        Ok(told)
    }

    async fn announce(&self, public_url: &str) -> Result<Vec<String>, Error> {
        self.hand.is_slow().await;
        self.hand.fails()?;
        self.side.announce(public_url).await
    }

    async fn people(&self, begins: &str, limit: usize) -> Result<Vec<Person>, Error> {
        self.side.people(begins, limit).await // nobody here looks for people
    }

    async fn person(&self, user: &UserId) -> Result<Option<Person>, Error> {
        self.side.person(user).await
    }
}
