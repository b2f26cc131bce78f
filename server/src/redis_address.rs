//! A Redis server by its address, for both that keep something there: the backplane and presence.

use std::time::Duration;

use redis::aio::{MultiplexedConnection, PubSub};
use redis::io::tcp::{TcpSettings, socket2::TcpKeepalive};
use redis::{AsyncConnectionConfig, Client, ConnectionAddr, IntoConnectionInfo, RedisError};

/// How long one answer of a Redis may take. A slower one counts as away.
pub(crate) const ANSWER_MAX: Duration = Duration::from_secs(2);

/// How long sent bytes may stay unacknowledged before the kernel gives the connection up.
const UNACKNOWLEDGED_MAX: Duration = Duration::from_secs(5);

#[derive(Debug, Clone)]
pub(crate) struct RedisAddress {
    client: Client,
    shown: String,
}

impl RedisAddress {
    /// Takes `redis://[[user]:password@]host[:port][/db]`.
    pub(crate) fn parse(address: &str) -> Result<Self, RedisError> {
        let keepalive = TcpKeepalive::new()
            .with_time(UNACKNOWLEDGED_MAX)
            .with_interval(UNACKNOWLEDGED_MAX);
        let settings = TcpSettings::default()
            .set_nodelay(true)
            .set_keepalive(keepalive);
        #[cfg(target_os = "linux")]
        let settings = settings.set_user_timeout(UNACKNOWLEDGED_MAX);
        let client = Client::open(address.into_connection_info()?.set_tcp_settings(settings))?;
        let shown = shown(&client);
        Ok(Self { client, shown })
    }

    /// The address without its password.
    pub(crate) fn shown(&self) -> &str {
        &self.shown
    }

    /// A connection for commands; it does not come back by itself.
    pub(crate) async fn commands(&self) -> Result<MultiplexedConnection, RedisError> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(ANSWER_MAX))
            .set_response_timeout(Some(ANSWER_MAX));
        self.client
            .get_multiplexed_async_connection_with_config(&config)
            .await
    }

    /// A connection for channels; it does not come back by itself, and making it has no time limit.
    pub(crate) async fn channels(&self) -> Result<PubSub, RedisError> {
        self.client.get_async_pubsub().await
    }
}

/// Hides what stands between `//` and the last `@`, so that an address can be told and logged.
pub(crate) fn without_password(address: &str) -> String {
    match (address.find("//"), address.rfind('@')) {
        (Some(start), Some(end)) if start < end => {
            format!("{}***{}", &address[..start + 2], &address[end..])
        }
        _ => address.to_owned(),
    }
}

fn shown(client: &Client) -> String {
    let settings = client.get_connection_info();
    let db = match settings.redis_settings().db() {
        0 => String::new(),
        db => format!("/{db}"),
    };
    match settings.addr() {
        ConnectionAddr::Tcp(host, port) if host.contains(':') => {
            format!("redis://[{host}]:{port}{db}")
        }
        ConnectionAddr::Tcp(host, port) => format!("redis://{host}:{port}{db}"),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_its_password() {
        let shown = |address| {
            RedisAddress::parse(address)
                .expect("an address")
                .shown()
                .to_owned()
        };
        assert_eq!(
            shown("redis://ann:secret@127.0.0.1:6380/2"),
            "redis://127.0.0.1:6380/2"
        );
        assert_eq!(shown("redis://:secret@[::1]/"), "redis://[::1]:6379");
        assert_eq!(
            without_password("rediss://:se@cret@host/1"),
            "rediss://***@host/1"
        );
        assert_eq!(without_password("memory:"), "memory:");
    }
}
