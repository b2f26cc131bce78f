//! Redis by its address, for both that keep something there, the backplane and presence: one server, a cluster, or whichever server
//! is the master by what its sentinels say.

mod cluster;
mod gathering;
mod nature;
mod sentinels;
mod server;
mod slots;
mod unfit;

use std::time::Duration;

use redis::ConnectionAddr;
use redis::aio::MultiplexedConnection;

pub(crate) use self::cluster::Cluster;
pub(crate) use self::nature::Nature;
use self::sentinels::Sentinels;
pub(crate) use self::server::Server;
pub(crate) use self::slots::{Place, Slots, slot};
pub(crate) use self::unfit::Error;
use self::unfit::Unfit;

/// How long one answer of a Redis may take. A slower one counts as away.
pub(crate) const ANSWER_MAX: Duration = Duration::from_secs(2);

/// How long sent bytes may stay unacknowledged before the kernel gives the connection up.
const UNACKNOWLEDGED_MAX: Duration = Duration::from_secs(5);

#[derive(Debug, Clone)]
pub(crate) struct RedisAddress {
    kind: Kind,
    shown: String,
}

#[derive(Debug, Clone)]
enum Kind {
    Single(Server),
    Cluster(Cluster),
    /// With a server that has the user, password and database of all.
    Master(Sentinels, Server),
}

/// The server that has a key now, and a connection to it.
pub(crate) struct Opened {
    pub(crate) server: Server,
    pub(crate) commands: MultiplexedConnection,
    pub(crate) nature: Nature,
}

impl RedisAddress {
    /// Takes `redis://[[user]:password@]host[:port][/db]`, `redis+cluster://[…@]host[:port][,host[:port]…]` and
    /// `redis+sentinel://[…@]host[:port][,host[:port]…]/name[/db]`.
    pub(crate) fn parse(address: &str) -> Option<Self> {
        let (scheme, rest) = address.split_once("://")?;
        match scheme {
            "redis" => {
                let server = Server::parse(address).ok()?;
                let shown = shown(&server);
                let kind = Kind::Single(server);
                Some(Self { kind, shown })
            }
            "redis+cluster" => {
                let (named, path) = named(rest, 6_379)?;
                path.is_empty().then_some(())?;
                let servers = servers(&named, "")?;
                let shown = format!("{scheme}://{}", hosts(&servers));
                let known = std::sync::Arc::default();
                let kind = Kind::Cluster(Cluster { servers, known });
                Some(Self { kind, shown })
            }
            "redis+sentinel" => {
                let (named, path) = named(rest, 26_379)?;
                let (name, db) = path.split_once('/').unwrap_or((path, ""));
                let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
                (!name.is_empty() && name.chars().all(is_name)).then_some(())?;
                let login = servers(&named, db)?.into_iter().next()?;
                let servers = servers(&named, "")?;
                let shown = format!("{scheme}://{}/{path}", hosts(&servers));
                let sentinels = Sentinels {
                    servers,
                    name: name.to_owned(),
                    links: std::sync::Arc::default(),
                };
                let kind = Kind::Master(sentinels, login);
                Some(Self { kind, shown })
            }
            _ => None,
        }
    }

    /// The address without its password.
    pub(crate) fn shown(&self) -> &str {
        &self.shown
    }

    /// What stands before keys that a script uses together: in a cluster, braces around it keep them in one slot.
    pub(crate) fn together(&self, prefix: &str) -> String {
        match self.kind {
            Kind::Cluster(_) => format!("{{{prefix}}}"),
            _ => prefix.to_owned(),
        }
    }

    /// Connects to the server that has this key now. Takes for ever if the network does.
    pub(crate) async fn open(&self, key: &str) -> Result<Opened, Error> {
        let server = match &self.kind {
            Kind::Single(server) => server.clone(),
            Kind::Master(sentinels, login) => login.at(&sentinels.master().await?)?,
            Kind::Cluster(cluster) => {
                let slots = cluster.slots().await?;
                let owner = slots.owner(key).expect("a cluster's slots all have one");
                cluster.at(owner)?
            }
        };
        let mut commands = server.commands().await?;
        let nature = Nature::ask(&server.host(), &mut commands).await?;
        match &self.kind {
            Kind::Single(_) => nature.is_single()?,
            Kind::Cluster(_) => nature.is_cluster()?,
            Kind::Master(..) if nature.is_replica() => {
                return Err(Unfit::Demoted(server.host()).into());
            }
            Kind::Master(..) => nature.is_single()?,
        }
        Ok(Opened {
            server,
            commands,
            nature,
        })
    }

    /// Whether this server is still the master. Sentinels that do not answer say nothing against it.
    pub(crate) async fn is_still_there(&self, server: &Server) -> bool {
        let Kind::Master(sentinels, _) = &self.kind else {
            return true;
        };
        let master = sentinels.master().await;
        !master.is_ok_and(|place| place != server.place())
    }

    /// Whether another server may take its place.
    pub(crate) fn may_move(&self) -> bool {
        matches!(self.kind, Kind::Master(..))
    }

    pub(crate) fn cluster(&self) -> Option<&Cluster> {
        match &self.kind {
            Kind::Cluster(cluster) => Some(cluster),
            _ => None,
        }
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

/// Each host as `[login@]host:port`, and what stands behind the hosts and a slash.
fn named(rest: &str, port: u16) -> Option<(Vec<String>, &str)> {
    let (login, rest) = match rest.rsplit_once('@') {
        Some((login, rest)) => (format!("{login}@"), rest),
        None => (String::new(), rest),
    };
    let (hosts, path) = rest.split_once('/').unwrap_or((rest, ""));
    let full = |host: &str| {
        let has_port = host
            .rsplit_once(']')
            .map_or(host, |(_, port)| port)
            .contains(':');
        match host {
            "" => None,
            host if has_port => Some(format!("{login}{host}")),
            host => Some(format!("{login}{host}:{port}")),
        }
    };
    Some((hosts.split(',').map(full).collect::<Option<_>>()?, path))
}

fn servers(named: &[String], db: &str) -> Option<Vec<Server>> {
    let server = |named| Server::parse(&format!("redis://{named}/{db}")).ok();
    named.iter().map(server).collect()
}

/// As `host:port,host:port`.
fn hosts(servers: &[Server]) -> String {
    let hosts: Vec<String> = servers.iter().map(Server::host).collect();
    hosts.join(",")
}

fn shown(server: &Server) -> String {
    let settings = server.settings();
    let db = match settings.redis_settings().db() {
        0 => String::new(),
        db => format!("/{db}"),
    };
    match settings.addr() {
        ConnectionAddr::Tcp(..) => format!("redis://{}{db}", server.host()),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(address: &str) -> Option<String> {
        RedisAddress::parse(address).map(|address| address.shown().to_owned())
    }

    #[test]
    fn an_address_is_shown_without_its_password() {
        for (address, expected) in [
            (
                "redis://ann:secret@127.0.0.1:6380/2",
                "redis://127.0.0.1:6380/2",
            ),
            ("redis://:secret@[::1]/", "redis://[::1]:6379"),
            (
                "redis+cluster://ann:se%40cret@a:1,b,[::1]:7",
                "redis+cluster://a:1,b:6379,[::1]:7",
            ),
            (
                "redis+sentinel://:secret@a,b:7/main/3",
                "redis+sentinel://a:26379,b:7/main/3",
            ),
        ] {
            assert_eq!(shown(address).as_deref(), Some(expected));
        }
        assert_eq!(
            without_password("rediss://:se@cret@host/1"),
            "rediss://***@host/1"
        );
        assert_eq!(without_password("memory:"), "memory:");
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for address in [
            "redis:",
            "redis+cluster://",
            "redis+cluster://a,,b",
            "redis+cluster://a:1/2",
            "redis+cluster://a:port",
            "redis+sentinel://a:1",
            "redis+sentinel://a:1/",
            "redis+sentinel://a:1/my master",
            "redis+sentinel://a:1/main/x",
            "redis+tls://a",
        ] {
            assert_eq!(shown(address), None, "{address}");
        }
    }
}
