//! Presence in PostgreSQL: tables of its own (`postgres/tables.sql`), each call one function there.

mod calls;
mod making;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use deadpool_postgres::{Client, ClientWrapper, Pool, PoolError};
use tokio::time::error::Elapsed;
use tokio::time::timeout;
use tokio_postgres::Config;
use tokio_postgres::error::SqlState;

use self::calls::Link;
use super::book::{Book, Calls};
use super::shared::{self, ANSWER_MAX};
use super::{Error, Member, Presence};
use crate::postgres_address::{manager, parse, told};
use crate::redis_address::without_password;

/// For a lock, and for all of a call: a node that waits longer has given up. What a crash empties is not worth a wait for the disk.
const SETTINGS: &str = "-c lock_timeout=2000 -c statement_timeout=2000 -c idle_in_transaction_session_timeout=2000 \
                        -c synchronous_commit=off -c default_transaction_isolation=read\\ committed";

/// How long it may take to make what presence needs in a database that has nothing of it yet.
const MAKE_MAX: Duration = Duration::from_secs(20);

pub(super) async fn connect(address: &str, member: Member) -> Result<Box<dyn Presence>, Error> {
    let config = parse(address, SETTINGS).map_err(|why| {
        let wanted = "give it as postgres://user:password@host/database";
        Error::Unfit(format!("the address of presence: {why}; {wanted}"))
    })?;
    let postgres = Postgres {
        config,
        shown: without_password(address),
    };
    match postgres.make().await {
        Err(Error::Away(cause)) => Err(Error::Away(format!("{} {cause}", postgres.shown))),
        Err(other) => Err(other),
        Ok(()) => shared::connect(Box::new(postgres), member).await,
    }
}

struct Postgres {
    config: Config,
    shown: String,
}

impl Postgres {
    async fn link(&self) -> Result<ClientWrapper, Error> {
        // It makes one connection, and is not asked for another: calls of all sessions go over it at once.
        let pool = Pool::builder(manager(self.config.clone())).max_size(1);
        let pool = pool.build().expect("it has no time limits");
        Ok(Client::take(pool.get().await?))
    }

    async fn make(&self) -> Result<(), Error> {
        let mut link = timeout(ANSWER_MAX, self.link()).await.map_err(slow)??;
        timeout(MAKE_MAX, making::make(&mut link))
            .await
            .map_err(slow)?
    }
}

#[async_trait]
impl Book for Postgres {
    fn shown(&self) -> &str {
        &self.shown
    }

    async fn open(&self, member: &Member) -> Result<Arc<dyn Calls>, Error> {
        let mut link = self.link().await?;
        making::make(&mut link).await?;
        Ok(Arc::new(Link {
            link,
            member: member.clone(),
        }))
    }
}

impl From<tokio_postgres::Error> for Error {
    fn from(error: tokio_postgres::Error) -> Self {
        let told = told(&error);
        match error.code() {
            Some(code) if *code == SqlState::INSUFFICIENT_PRIVILEGE => Self::Away(format!(
                "{told}; let this user make tables there, or give another --presence"
            )),
            _ => Self::Away(told),
        }
    }
}

impl From<PoolError> for Error {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Backend(error) => error.into(),
            other => Self::Away(other.to_string()),
        }
    }
}

fn slow(_: Elapsed) -> Error {
    Error::Away("does not answer in time".to_owned())
}
