//! A node's hand on the store that is slow, fails before or after it has stored, and may die in between.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed};

use async_trait::async_trait;
use protocol::{Epoch, Name, Page, Person, RoomId, RoomState, UserId};
use server::store::{Directory, Draft, Error, Log, Place, Reader, Span, Stored, Token};

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
        if self.hand.trouble.next_is_last.swap(false, Relaxed) {
            self.hand.chance.note(format_args!("dies after commit"));
            self.hand.life.end();
            std::future::pending::<()>().await;
        }
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

    async fn changed(&self) {
        self.side.changed().await;
        // A real one looks each 10 ms.
        self.hand.chance.pause(0..=10).await;
    }

    async fn rooms(&self, user: &UserId) -> Result<Vec<RoomState>, Error> {
        self.hand.is_slow().await;
        self.hand.fails()?;
        let rooms = self.side.rooms(user).await;
        self.hand.is_slow().await;
        rooms
    }
}

#[async_trait]
impl Directory for Troubled<Box<dyn Directory>> {
    async fn join(&self, name: Name) -> Result<(Person, Token), Error> {
        self.side.join(name).await // nobody here joins through a node
    }

    async fn recognise(&self, token: &Token) -> Result<Option<Person>, Error> {
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

    async fn sign_out(&self, token: &Token) -> Result<(), Error> {
        self.side.sign_out(token).await // nor signs out
    }

    async fn announce(&self, public_url: &str) -> Result<Vec<String>, Error> {
        self.hand.is_slow().await;
        self.hand.fails()?;
        self.side.announce(public_url).await
    }
}
