//! Connections to the server, with the time limits the promises hold under.

use std::error::Error as _;
use std::time::Duration;

use deadpool_postgres::{
    Client, GenericClient, Hook, HookError, Manager, Pool, PoolError, Runtime,
};
use tokio_postgres::config::{SslMode, TargetSessionAttrs};
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Config, NoTls, Row};

use super::Error;

/// How long anything asked of the server may take: more than it gives a statement itself.
pub(super) const ANSWER_MAX: Duration = Duration::from_secs(6);

/// How long a new connection may take.
const CONNECT_MAX: Duration = Duration::from_secs(2);

/// How long the other side may be silent, all in all, before the connection counts as lost.
const SILENCE_MAX: Duration = Duration::from_secs(5);

/// The server's own limits: for a lock, a statement, and between two statements of a transaction, in milliseconds. And each
/// commit is on the disk when it is answered, whatever the server's own setting.
const LIMITS: &str = "-c lock_timeout=2000 -c statement_timeout=5000 -c idle_in_transaction_session_timeout=5000 \
                      -c default_transaction_isolation=read\\ committed";

/// Where a server only promises to store, it is to store.
const STORE: &str = "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'";

pub(super) type Params<'a> = &'a [&'a (dyn ToSql + Sync)];

/// How to connect to the server at `address`.
pub(super) fn settings(address: &str) -> Result<Config, Error> {
    let unfit = |why: &str| {
        let wanted = "give it as postgres://user:password@host/database";
        Error::Unavailable(format!("the address of the store: {why}; {wanted}"))
    };
    let mut config: Config = address
        .parse()
        .map_err(|error: tokio_postgres::Error| unfit(&told(&error)))?;
    if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
        return Err(unfit("it names no host"));
    }
    if config.get_dbname().is_none() {
        return Err(unfit("it names no database"));
    }
    if config.get_ssl_mode() == SslMode::Require {
        let why = "this build speaks to it without TLS; leave sslmode=require out, in a network of your own";
        return Err(unfit(why));
    }
    let theirs = config.get_options().unwrap_or_default().to_owned();
    config
        .application_name("confab")
        .connect_timeout(CONNECT_MAX)
        .tcp_user_timeout(SILENCE_MAX)
        .keepalives_idle(Duration::from_secs(2))
        .keepalives_interval(Duration::from_secs(1))
        .keepalives_retries(3)
        .target_session_attrs(TargetSessionAttrs::ReadWrite)
        .options(format!("{theirs} {LIMITS}"));
    Ok(config)
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
    Pool::builder(Manager::new(config, NoTls))
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

/// With its cause: the error itself says only on which side it is.
fn told(error: &tokio_postgres::Error) -> String {
    match error.source() {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}
