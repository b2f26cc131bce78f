//! Connections that only read, a few at a time.

use deadpool_postgres::{Client, Pool, Transaction};
use tokio_postgres::{Config, IsolationLevel, Row};

use super::Error;
use super::link::{Params, in_time, pool, row, rows};

/// Reads at the same time.
const READERS: usize = 8;

pub(super) struct Readers {
    pool: Pool,
}

impl Readers {
    /// They connect when they are wanted.
    pub(super) fn new(config: Config) -> Self {
        Self {
            pool: pool(config, READERS),
        }
    }

    /// Lets go of the server; reads under way are ended.
    pub(super) fn end(&self) {
        self.pool.close();
    }

    pub(super) async fn rows(&self, sql: &str, params: Params<'_>) -> Result<Vec<Row>, Error> {
        in_time(async { rows(&self.pool.get().await?, sql, params).await }).await
    }

    /// The only row, if there is one.
    pub(super) async fn row(&self, sql: &str, params: Params<'_>) -> Result<Option<Row>, Error> {
        in_time(async { row(&self.pool.get().await?, sql, params).await }).await
    }

    pub(super) async fn link(&self) -> Result<Client, Error> {
        Ok(self.pool.get().await?)
    }
}

/// All that is read in it is of one moment.
pub(super) async fn moment(link: &mut Client) -> Result<Transaction<'_>, Error> {
    let beginning = link
        .build_transaction()
        .isolation_level(IsolationLevel::RepeatableRead)
        .read_only(true);
    Ok(beginning.start().await?)
}
