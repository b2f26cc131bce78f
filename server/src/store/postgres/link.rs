//! Connections to the server, with the time limits the promises hold under.

use std::time::Duration;

use deadpool_postgres::{Client, GenericClient, Hook, HookError, Pool, PoolError, Runtime};
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Config, Row};

use super::Error;
use crate::postgres_address::{CONNECT_MAX, manager, parse, told};

/// How long anything asked of the server may take: more than it gives a statement itself.
pub(super) const ANSWER_MAX: Duration = Duration::from_secs(6);

/// The server's own limits: for a lock, a statement, and between two statements of a transaction, in milliseconds. And each
/// commit is on the disk when it is answered, whatever the server's own setting.
const LIMITS: &str = "-c lock_timeout=2000 -c statement_timeout=5000 -c idle_in_transaction_session_timeout=5000 \
                      -c default_transaction_isolation=read\\ committed";

/// Where a server only promises to store, it is to store.
const STORE: &str = "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'";

pub(super) type Params<'a> = &'a [&'a (dyn ToSql + Sync)];

/// How to connect to the server at `address`.
pub(super) fn settings(address: &str) -> Result<Config, Error> {
    parse(address, LIMITS).map_err(|why| {
        let wanted = "give it as postgres://user:password@host/database";
        Error::Unavailable(format!("the address of the store: {why}; {wanted}"))
    })
}

/// At most so many connections, each made when it is wanted and made anew when it was lost.
pub(super) fn pool(config: Config, most: usize) -> Pool {
    let store = Hook::async_fn(|client: &mut deadpool_postgres::ClientWrapper, _| {
        Box::pin(async move {
            client
                .batch_execute(STORE)
                .await
                .map_err(HookError::Backend)
        })
    });
    Pool::builder(manager(config))
        .max_size(most)
        .wait_timeout(Some(ANSWER_MAX))
        .create_timeout(Some(CONNECT_MAX + CONNECT_MAX))
        .runtime(Runtime::Tokio1)
        .post_create(store)
        .build()
        .expect("it has a runtime for its time limits")
}

/// What is asked of the server, if it is answered in time.
pub(super) async fn in_time<T>(asked: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    match tokio::time::timeout(ANSWER_MAX, asked).await {
        Ok(answer) => answer,
        Err(_) => Err(Error::Unavailable("the server does not answer".to_owned())),
    }
}

pub(super) async fn rows(
    on: &impl GenericClient,
    sql: &str,
    params: Params<'_>,
) -> Result<Vec<Row>, Error> {
    let statement = on.prepare_cached(sql).await?;
    Ok(on.query(&statement, params).await?)
}

/// The only row, if there is one.
pub(super) async fn row(
    on: &impl GenericClient,
    sql: &str,
    params: Params<'_>,
) -> Result<Option<Row>, Error> {
    let statement = on.prepare_cached(sql).await?;
    Ok(on.query_opt(&statement, params).await?)
}

/// How many rows it has changed.
pub(super) async fn change(
    on: &impl GenericClient,
    sql: &str,
    params: Params<'_>,
) -> Result<u64, Error> {
    let statement = on.prepare_cached(sql).await?;
    Ok(on.execute(&statement, params).await?)
}

/// Ends a connection that nobody knows the state of any more.
pub(super) fn cut(link: Client) {
    drop(Client::take(link));
}

impl From<tokio_postgres::Error> for Error {
    fn from(error: tokio_postgres::Error) -> Self {
        const BUSY: [SqlState; 4] = [
            SqlState::LOCK_NOT_AVAILABLE,
            SqlState::QUERY_CANCELED,
            SqlState::T_R_DEADLOCK_DETECTED,
            SqlState::T_R_SERIALIZATION_FAILURE,
        ];
        match error.code() {
            Some(code) if BUSY.contains(code) => Self::Busy,
            Some(code) if *code == SqlState::DISK_FULL => Self::Full,
            _ => Self::Unavailable(told(&error)),
        }
    }
}

impl From<PoolError> for Error {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Backend(error) | PoolError::PostCreateHook(HookError::Backend(error)) => {
                error.into()
            }
            PoolError::Closed => Self::Unavailable("this node stops".to_owned()),
            PoolError::Timeout(_) => Self::Unavailable("the server does not answer".to_owned()),
            other => Self::Unavailable(other.to_string()),
        }
    }
}
