//! What the writing thread does: one transaction after the other, each with the log's row locked.

use std::sync::Arc;
use std::time::{Duration, Instant};

use deadpool_postgres::{Client, GenericClient, Pool};
use tokio::runtime::Runtime;
use tokio_postgres::Config;

use super::Error;
use super::ahead::Ahead;
use super::batch::Batch;
use super::fence::{Broken, Fence, Head, head};
use super::link::{cut, in_time, pool};
use super::opening::{begin_anew, open};
use crate::failpoint::{self, Point};
use crate::seal::Key;
use crate::store::{Draft, Stored};

/// Who has this row writes; all others wait. What is asked after it sees all that was committed before it.
const LOCK: &str = concat!(head!(), " FOR UPDATE");

/// How long after a failure to connect nobody tries again: what is queued meanwhile is answered at once.
const RETRY_AFTER: Duration = Duration::from_millis(200);

/// How often a transaction is begun anew if the connection turns out to be lost: at the beginning nothing is at stake.
const BEGINS: usize = 2;

pub(super) struct Desk {
    runtime: Runtime,
    pool: Pool,
    fence: Arc<Fence>,
    /// Until when the server counts as away.
    away: Option<Instant>,
}

/// A log that was opened.
pub(super) struct Opened {
    pub(super) fence: Arc<Fence>,
    pub(super) key: Key,
}

impl Desk {
    pub(super) fn open(config: Config) -> Result<(Self, Opened), Error> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Error::Unavailable(format!("the async runtime: {error}")))?;
        let pool = pool(config, 1);
        let (head, key) = runtime.block_on(async { open(&mut pool.get().await?).await })?;
        let fence = Arc::new(Fence::around(head));
        let opened = Opened {
            fence: fence.clone(),
            key,
        };
        let desk = Self {
            runtime,
            pool,
            fence,
            away: None,
        };
        Ok((desk, opened))
    }

    /// The connection goes on meanwhile.
    pub(super) fn wait<T>(&self, awaited: impl Future<Output = T>) -> T {
        self.runtime.block_on(awaited)
    }

    /// Whether the last commit has left a connection that can be used.
    pub(super) fn is_connected(&self) -> bool {
        self.away.is_none() && self.pool.status().size > 0
    }

    /// Stores drafts in one commit; an inner error refuses that draft alone.
    pub(super) fn append(&mut self, drafts: &[Draft]) -> Result<Vec<Result<Stored, Error>>, Error> {
        let outcomes = self.commit(drafts, |batch| {
            let stored = drafts.iter().map(|draft| batch.add(draft));
            let stored = stored.collect::<Result<Vec<_>, _>>()?;
            failpoint::pass(Point::BeforeCommit);
            Ok(stored)
        })?;
        failpoint::pass(Point::AfterCommit);
        Ok(outcomes)
    }

    /// Runs `write` in a transaction of its own. What it will ask for to append these drafts is read ahead.
    pub(super) fn commit<T>(
        &mut self,
        drafts: &[Draft],
        write: impl FnOnce(&mut Batch<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let (link, top, ahead) = self.begin(drafts)?;
        let mut batch = Batch::begin((&self.runtime, &link), top, ahead);
        let written = write(&mut batch);
        match written.and_then(|written| Ok((written, batch.end()?))) {
            Ok((written, top)) => {
                self.fence.saw(top);
                Ok(written)
            }
            Err(error) => {
                self.roll_back(link);
                Err(error)
            }
        }
    }

    fn begin(&mut self, drafts: &[Draft]) -> Result<(Client, u64, Ahead), Error> {
        let mut tries = 0;
        loop {
            tries += 1;
            let link = self.connect()?;
            let expected = self.fence.expect();
            let begun = self.wait(in_time(begin(&link, drafts)));
            let (mut head, ahead) = match begun {
                Ok(begun) => begun,
                Err(error) => {
                    let is_lost = link.is_closed();
                    self.roll_back(link);
                    if is_lost && tries < BEGINS {
                        continue;
                    }
                    return Err(error);
                }
            };
            match expected.is_met(&head) {
                Ok(top) => return Ok((link, top, ahead)),
                Err(Broken::Shorter(why)) => {
                    let anew = self.wait(in_time(async {
                        begin_anew(&link, &mut head).await?;
                        Ok(link.batch_execute("COMMIT").await?)
                    }));
                    self.roll_back(link);
                    anew?;
                    return Err(Error::Replaced(why));
                }
                Err(other) => {
                    self.roll_back(link);
                    return Err(other.into());
                }
            }
        }
    }

    fn connect(&mut self) -> Result<Client, Error> {
        if self.away.is_some_and(|until| Instant::now() < until) {
            let why = "the server cannot be reached; trying again";
            return Err(Error::Unavailable(why.to_owned()));
        }
        match self.wait(self.pool.get()) {
            Ok(link) => {
                self.away = None;
                Ok(link)
            }
            Err(error) => {
                self.away = Some(Instant::now() + RETRY_AFTER);
                Err(error.into())
            }
        }
    }

    /// Leaves the connection as one that can begin again, or cuts it.
    fn roll_back(&self, link: Client) {
        let rolled = self.wait(in_time(async { Ok(link.batch_execute("ROLLBACK").await?) }));
        if rolled.is_err() {
            cut(link);
        }
    }
}

/// In one round trip, once the statements are known to the server: the order in which they are sent is that in which it answers.
async fn begin(link: &Client, drafts: &[Draft]) -> Result<(Head, Ahead), Error> {
    let lock = link.prepare_cached(LOCK).await?; // known before, or the next ones would overtake it
    let (begun, head, ahead) = tokio::join!(
        biased;
        link.batch_execute("BEGIN"),
        link.query_opt(&lock, &[]),
        Ahead::of(link, drafts),
    );
    begun?;
    Ok((Head::found(head?)?, ahead?))
}
