//! Where a RabbitMQ is.

use lapin::uri::AMQPUri;
use url::{Host, Url};

/// A third of the seconds after which a queue of a node that is gone from the network is gone, too: the broker closes a connection
/// after two silent intervals, and looks once an interval.
const HEARTBEAT_SECS: u16 = 2;

#[derive(Debug, Clone)]
pub(super) struct RabbitmqAddress {
    uri: AMQPUri,
    shown: String,
}

impl RabbitmqAddress {
    /// Takes `amqp://[user:password@]host[:port][/vhost]`; without them it is `guest:guest`, 5672 and the virtual host `/`.
    pub(super) fn parse(address: &str) -> Option<Self> {
        let url = Url::parse(address).ok()?;
        let mut uri: AMQPUri = address.parse().ok()?;
        if url.scheme() != "amqp" || url.query().is_some() || url.fragment().is_some() {
            return None;
        }
        // The library knows no IPv6, and takes localhost for no host.
        let host = url.host()?;
        uri.authority.host = match &host {
            Host::Ipv6(ip) => ip.to_string(),
            _ => uri.authority.host,
        };
        if uri.vhost.is_empty() {
            uri.vhost = "/".to_owned();
        }
        uri.query.heartbeat = Some(HEARTBEAT_SECS);
        let path = url.path().trim_end_matches('/');
        let shown = format!("amqp://{host}:{}{path}", uri.authority.port);
        Some(Self { uri, shown })
    }

    /// The address without user and password.
    pub(super) fn shown(&self) -> &str {
        &self.shown
    }

    pub(super) fn uri(&self) -> &AMQPUri {
        &self.uri
    }

    pub(super) fn vhost(&self) -> &str {
        &self.uri.vhost
    }

    /// Host and port.
    pub(super) fn place(&self) -> (String, u16) {
        (self.uri.authority.host.clone(), self.uri.authority.port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_as_an_operator_means_it() {
        let read = |address| {
            let address = RabbitmqAddress::parse(address).expect(address);
            let user = &address.uri.authority.userinfo;
            let user = format!("{}:{}", user.username, user.password);
            let (host, port) = address.place();
            (user, host, port, address.vhost().to_owned(), address.shown)
        };
        let texts = |user: &str, host: &str, port, vhost: &str, shown: &str| {
            let [user, host, vhost, shown] = [user, host, vhost, shown].map(str::to_owned);
            (user, host, port, vhost, shown)
        };
        for (address, expected) in [
            (
                "amqp://rabbit",
                texts("guest:guest", "rabbit", 5672, "/", "amqp://rabbit:5672"),
            ),
            (
                "amqp://rabbit:1/",
                texts("guest:guest", "rabbit", 1, "/", "amqp://rabbit:1"),
            ),
            (
                "amqp://ann:s%40crt@127.0.0.1/chat",
                texts(
                    "ann:s@crt",
                    "127.0.0.1",
                    5672,
                    "chat",
                    "amqp://127.0.0.1:5672/chat",
                ),
            ),
            (
                "amqp://ann:x@[::1]:7/%2f",
                texts("ann:x", "::1", 7, "/", "amqp://[::1]:7/%2f"),
            ),
        ] {
            assert_eq!(read(address), expected, "{address}");
        }
        for wrong in [
            "amqp:",
            "amqp://",
            "amqp:///chat",
            "amqp://host:port",
            "amqp://host?heartbeat=0",
            "redis://host",
        ] {
            assert!(RabbitmqAddress::parse(wrong).is_none(), "{wrong}");
        }
    }
}
