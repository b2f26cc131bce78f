//! A node's hand on the log that is slow, fails before or after it has stored, and may die in between.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed};

use async_trait::async_trait;
use protocol::{Epoch, Page, RoomId, RoomState, UserId};
use server::store::{Draft, Error, Log, Place, Reader, Span, Stored};

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

pub struct Troubled {
    pub log: Box<dyn Log>,
    pub chance: Chance,
    pub trouble: Arc<Trouble>,
    pub life: Arc<Life>,
}

impl Troubled {
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
impl Log for Troubled {
    fn epoch(&self) -> &Epoch {
        self.log.epoch()
    }

    async fn append(&self, draft: Draft) -> Result<Stored, Error> {
        self.is_slow().await;
        self.fails()?;
        let stored = self.log.append(draft).await?;
        if self.trouble.next_is_last.swap(false, Relaxed) {
            self.chance.note(format_args!("dies after commit"));
            self.life.end();
            std::future::pending::<()>().await;
        }
        self.is_slow().await;
        self.fails()?; // stored all the same
        Ok(stored)
    }

    async fn read(&self, reader: Reader<'_>, room: &RoomId, span: Span) -> Result<Page, Error> {
        self.is_slow().await;
        self.fails()?;
        let page = self.log.read(reader, room, span).await;
        self.is_slow().await;
        page
    }

    async fn tail(&self, after: u64, limit: usize) -> Result<Vec<Place>, Error> {
        self.is_slow().await;
        self.fails()?;
        let places = self.log.tail(after, limit).await;
        self.is_slow().await;
        places
    }

    async fn changed(&self) {
        self.log.changed().await;
        // A real one looks each 10 ms.
        self.chance.pause(0..=10).await;
    }

    async fn rooms(&self, user: &UserId) -> Result<Vec<RoomState>, Error> {
        self.is_slow().await;
        self.fails()?;
        let rooms = self.log.rooms(user).await;
        self.is_slow().await;
        rooms
    }
}
