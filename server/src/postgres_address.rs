//! A PostgreSQL database by its address, for both that keep something there: the store and presence.

use std::error::Error as _;
use std::time::Duration;

use deadpool_postgres::Manager;
use tokio_postgres::config::{SslMode, TargetSessionAttrs};
use tokio_postgres::{Config, Error, NoTls};

/// How long a new connection may take.
pub(crate) const CONNECT_MAX: Duration = Duration::from_secs(2);

/// How long the other side may be silent, all in all, before the connection counts as lost.
const SILENCE_MAX: Duration = Duration::from_secs(5);

/// How to connect to the database at `address`, where the server is to know these settings, each `-c name=value`; or why not.
pub(crate) fn parse(address: &str, settings: &str) -> Result<Config, String> {
    let mut config: Config = address.parse().map_err(|error| told(&error))?;
    if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
        return Err("it names no host".to_owned());
    }
    if config.get_dbname().is_none() {
        return Err("it names no database".to_owned());
    }
    if config.get_ssl_mode() == SslMode::Require {
        let why = "this build speaks to it without TLS; leave sslmode=require out, in a network of your own";
        return Err(why.to_owned());
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
        .options(format!("{theirs} {settings}"));
    Ok(config)
}

/// Makes the connections.
pub(crate) fn manager(config: Config) -> Manager {
    Manager::new(config, NoTls)
}

/// With its cause: the error itself says only on which side it is.
pub(crate) fn told(error: &Error) -> String {
    match error.source() {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}
