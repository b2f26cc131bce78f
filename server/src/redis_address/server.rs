//! One server, and connections to it.

use redis::aio::{MultiplexedConnection, PubSub};
use redis::io::tcp::{TcpSettings, socket2::TcpKeepalive};
use redis::{
    AsyncConnectionConfig, Client, ConnectionAddr, ConnectionInfo, IntoConnectionInfo,
    RedisConnectionInfo, RedisError,
};
use tokio::net::TcpStream;

use super::slots::Place;
use super::unfit::Error;
use super::{ANSWER_MAX, UNACKNOWLEDGED_MAX};

#[derive(Debug, Clone)]
pub(crate) struct Server {
    client: Client,
}

impl Server {
    /// Takes `redis://[[user]:password@]host[:port][/db]`.
    pub(super) fn parse(address: &str) -> Result<Self, RedisError> {
        Self::open(address.into_connection_info()?)
    }

    /// Another one, with the same user, password and database.
    pub(crate) fn at(&self, (host, port): &Place) -> Result<Self, Error> {
        let settings = self.settings().clone();
        let address = ConnectionAddr::Tcp(host.clone(), *port);
        Ok(Self::open(settings.set_addr(address))?)
    }

    /// The same one, for somebody who has no user, no password, and no database.
    pub(super) fn without_login(&self) -> Result<Self, Error> {
        let settings = self.settings().clone();
        Ok(Self::open(
            settings.set_redis_settings(RedisConnectionInfo::default()),
        )?)
    }

    fn open(settings: ConnectionInfo) -> Result<Self, RedisError> {
        let keepalive = TcpKeepalive::new()
            .with_time(UNACKNOWLEDGED_MAX)
            .with_interval(UNACKNOWLEDGED_MAX);
        let tcp = TcpSettings::default()
            .set_nodelay(true)
            .set_keepalive(keepalive);
        #[cfg(target_os = "linux")]
        let tcp = tcp.set_user_timeout(UNACKNOWLEDGED_MAX);
        let client = Client::open(settings.set_tcp_settings(tcp))?;
        Ok(Self { client })
    }

    pub(crate) fn settings(&self) -> &ConnectionInfo {
        self.client.get_connection_info()
    }

    pub(crate) fn place(&self) -> Place {
        match self.settings().addr() {
            ConnectionAddr::Tcp(host, port) => (host.clone(), *port),
            other => (other.to_string(), 0),
        }
    }

    /// `host:port`
    pub(crate) fn host(&self) -> String {
        match self.place() {
            (host, port) if host.contains(':') => format!("[{host}]:{port}"),
            (host, port) => format!("{host}:{port}"),
        }
    }

    /// A connection for commands; it does not come back by itself.
    pub(crate) async fn commands(&self) -> Result<MultiplexedConnection, Error> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(ANSWER_MAX))
            .set_response_timeout(Some(ANSWER_MAX));
        self.client
            .get_multiplexed_async_connection_with_config(&config)
            .await
            .map_err(|error| Error::said(&self.host(), error))
    }

    /// A connection for channels; it does not come back by itself, and making it has no time limit.
    pub(crate) async fn channels(&self) -> Result<PubSub, Error> {
        let channels = self.client.get_async_pubsub().await;
        channels.map_err(|error| Error::said(&self.host(), error))
    }

    /// A connection on which nothing was said yet; making it has no time limit.
    pub(crate) async fn stream(&self) -> Result<TcpStream, Error> {
        let connected = async {
            let stream = TcpStream::connect(self.place()).await?;
            stream.set_nodelay(true)?;
            #[cfg(target_os = "linux")]
            socket2::SockRef::from(&stream).set_tcp_user_timeout(Some(UNACKNOWLEDGED_MAX))?;
            Ok::<_, std::io::Error>(stream)
        };
        Ok(connected.await.map_err(RedisError::from)?)
    }
}
