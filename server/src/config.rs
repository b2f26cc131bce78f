//! What an operator can set, by flag or environment.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use clap::Parser;
use ipnet::IpNet;
use protocol::Name;
use url::Url;

use crate::failpoint::{self, Failpoint};
use crate::limits::Limits;
use crate::site::Carried;
use crate::store::{Admins, name};

/// A Confab node: a chat room in the browser. Alone it needs nothing; several of them with one store and one backplane are a
/// cluster.
#[derive(Parser, Debug, Clone)]
#[command(
    name = "confab",
    version,
    max_term_width = 100,
    args_override_self = true
)]
pub struct Config {
    /// Where to listen: ip:port. 0.0.0.0 is every interface; port 0 is any free one
    #[arg(
        long,
        global = true,
        env = "CONFAB_LISTEN",
        value_name = "ADDRESS",
        default_value = "127.0.0.1:8080"
    )]
    pub listen: SocketAddr,

    /// Where browsers reach this node [default: http:// and the address it listens on]
    #[arg(long, env = "CONFAB_PUBLIC_URL", value_name = "URL", value_parser = public_url)]
    pub public_url: Option<String>,

    /// The folder for what stays
    #[arg(
        long,
        global = true,
        env = "CONFAB_DATA",
        value_name = "FOLDER",
        default_value = "data"
    )]
    pub data: PathBuf,

    /// The log: sqlite:FILE, or postgres://user:password@host/database for nodes on several hosts
    /// [default: confab.db in the data folder]
    #[arg(long, global = true, env = "CONFAB_STORE", hide_env_values = true, value_name = "URL", value_parser = store)]
    pub store: Option<String>,

    /// What joins the nodes: memory: for one node alone, or redis://[user:password@]host:port[/db], redis+cluster://…,
    /// redis+sentinel://…, amqp://user:password@host:port or kafka://host:port[,host:port][/topic]
    #[arg(long, env = "CONFAB_BACKPLANE", value_name = "URL", default_value = "memory:", value_parser = backplane)]
    pub backplane: String,

    /// Where the nodes keep who is online: an address as of --backplane, or postgres://user:password@host/database
    /// [default: the backplane, or the store in PostgreSQL where the backplane cannot keep it]
    #[arg(long, env = "CONFAB_PRESENCE", hide_env_values = true, value_name = "URL", value_parser = presence)]
    pub presence: Option<String>,

    /// Stands before every channel and key of this cluster
    #[arg(long, env = "CONFAB_PREFIX", value_name = "TEXT", default_value = "confab:", value_parser = prefix)]
    pub prefix: String,

    /// Another page that may open sockets here: https://host. May be given several times
    #[arg(long, env = "CONFAB_ALLOW_ORIGIN", value_name = "URL", value_delimiter = ',', value_parser = public_url)]
    pub allow_origin: Vec<String>,

    /// Another site whose pages may show the chat in an iframe: https://host, or https://*.host. May be given several times
    /// [default: none]
    #[arg(long, env = "CONFAB_FRAME_ANCESTORS", value_name = "ORIGIN", value_delimiter = ',', value_parser = ancestor)]
    pub frame_ancestors: Vec<String>,

    /// An account that is an administrator's, by its name; keep the name before others can. May be given several times
    /// [default: the first account made]
    #[arg(long, env = "CONFAB_ADMIN", value_name = "NAME", value_delimiter = ',', value_parser = admin)]
    pub admin: Vec<Name>,

    /// Proxies whose X-Forwarded-For is believed: 10.0.0.0/8 or one address. May be given several times
    #[arg(long, env = "CONFAB_TRUSTED_PROXIES", value_name = "CIDR", value_delimiter = ',', value_parser = network)]
    pub trusted_proxies: Vec<IpNet>,

    /// The folder with the built page [default: the page in this program, or target/site where it has none]
    #[arg(long, env = "CONFAB_SITE", value_name = "FOLDER")]
    pub site: Option<PathBuf>,

    /// The page in this program.
    #[arg(skip)]
    pub carried: Option<Carried>,

    /// What to log: error, warn, info, debug, or filters such as confab=info,server::session=debug
    #[arg(
        long,
        env = "CONFAB_LOG",
        value_name = "FILTER",
        default_value = "info"
    )]
    pub log: String,

    /// Log as JSON, a line an event
    #[arg(long, env = "CONFAB_LOG_JSON")]
    pub log_json: bool,

    /// What is to fail, in test builds alone: point:action, several with commas
    #[arg(long, env = "CONFAB_FAILPOINT", hide = true, value_delimiter = ',', value_parser = failpoint::parse)]
    pub failpoint: Vec<Failpoint>,

    #[command(flatten)]
    pub limits: Limits,
}

impl Config {
    pub fn store(&self) -> String {
        self.store
            .clone()
            .unwrap_or_else(|| format!("sqlite:{}", self.data.join("confab.db").display()))
    }

    /// Whose accounts are administrators' from the start.
    pub fn admins(&self) -> Admins {
        if self.admin.is_empty() {
            Admins::First
        } else {
            Admins::Named(self.admin.clone())
        }
    }

    /// The address told to browsers and other nodes, once the port is known.
    pub fn public_url(&self, bound: SocketAddr) -> String {
        self.public_url.clone().unwrap_or_else(|| match bound.ip() {
            // A node that listens everywhere can at least be reached from its own host.
            IpAddr::V4(ip) if ip.is_unspecified() => format!("http://127.0.0.1:{}", bound.port()),
            IpAddr::V6(ip) if ip.is_unspecified() => format!("http://[::1]:{}", bound.port()),
            _ => format!("http://{bound}"),
        })
    }
}

/// A scheme and a host, as browsers write an origin: no path, no slash at the end.
fn public_url(text: &str) -> Result<String, String> {
    let wanted = "give it as http://host:port or https://host";
    let url = Url::parse(text).map_err(|e| format!("{e}; {wanted}"))?;
    let is_bare = url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty();
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() || !is_bare {
        return Err(wanted.to_owned());
    }
    Ok(url.origin().ascii_serialization())
}

/// An origin that may stand in a policy, where some signs mean something.
fn ancestor(text: &str) -> Result<String, String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || ":/.-_*[]".contains(c);
    match public_url(text) {
        Ok(origin) if origin.chars().all(fits) => Ok(origin),
        _ => Err("give it as https://host or https://*.host, the site of the pages".to_owned()),
    }
}

/// The address of a store.
pub(crate) fn store(text: &str) -> Result<String, String> {
    match text.split_once(':') {
        Some(("sqlite", path)) if !path.is_empty() => Ok(text.to_owned()),
        Some(("postgres" | "postgresql", _))
            if Url::parse(text).is_ok_and(|url| url.has_host()) =>
        {
            Ok(text.to_owned())
        }
        _ => Err(
            "give it as sqlite:path/to/file.db or postgres://user:password@host/database"
                .to_owned(),
        ),
    }
}

fn admin(text: &str) -> Result<Name, String> {
    let name = Name::parse(text).map_err(|_| "give a name of 1 to 32 characters".to_owned())?;
    if name::is_reserved(&name) {
        return Err("nobody can have this name; give another".to_owned());
    }
    Ok(name)
}

fn network(text: &str) -> Result<IpNet, String> {
    let one = text.parse::<IpAddr>().map(IpNet::from);
    one.or_else(|_| text.parse::<IpNet>())
        .map_err(|_| "give it as 10.0.0.0/8, fd00::/8 or one address".to_owned())
}

/// What backplanes' addresses begin with, besides memory:, and how each is written.
const BACKPLANES: [(&str, &str); 5] = [
    ("redis", "redis://host:port"),
    ("redis+cluster", "redis+cluster://host:port,host:port"),
    (
        "redis+sentinel",
        "redis+sentinel://host:port,host:port/name",
    ),
    ("amqp", "amqp://user:password@host:port"),
    ("kafka", "kafka://host:port,host:port/topic"),
];

fn backplane(text: &str) -> Result<String, String> {
    place(text, &BACKPLANES)
}

/// What addresses of presence begin with, besides memory:.
const PRESENCES: [(&str, &str); 5] = [
    ("redis", "redis://host:port"),
    ("redis+cluster", "redis+cluster://host:port,host:port"),
    (
        "redis+sentinel",
        "redis+sentinel://host:port,host:port/name",
    ),
    ("postgres", "postgres://user:password@host/database"),
    ("postgresql", ""),
];

fn presence(text: &str) -> Result<String, String> {
    place(text, &PRESENCES)
}

/// memory:, or an address with a host and one of these schemes.
fn place(text: &str, known: &[(&str, &str)]) -> Result<String, String> {
    let (scheme, rest) = text.split_once(':').unwrap_or_default();
    let is_known = known.iter().any(|(one, _)| *one == scheme);
    // What stands behind a first host, others know how to read.
    let has_host =
        || Url::parse(text.split(',').next().unwrap_or(text)).is_ok_and(|url| url.has_host());
    if (scheme, rest) == ("memory", "") || is_known && has_host() {
        return Ok(text.to_owned());
    }
    let written = known.iter().map(|(_, written)| *written);
    let written: Vec<&str> = written.filter(|written| !written.is_empty()).collect();
    Err(format!("give it as memory: or {}", written.join(" or ")))
}

fn prefix(text: &str) -> Result<String, String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, ':' | '-' | '_' | '.');
    if !text.is_empty() && text.len() <= 64 && text.chars().all(fits) {
        Ok(text.to_owned())
    } else {
        Err("give 1 to 64 of a-z, A-Z, 0-9, : - _ .".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    fn parse(arguments: &[&str]) -> Result<Config, String> {
        let all = std::iter::once("confab").chain(arguments.iter().copied());
        Config::try_parse_from(all).map_err(|error| error.to_string())
    }

    #[test]
    fn the_flags_are_sound() {
        Config::command().debug_assert();
    }

    #[test]
    fn alone_it_needs_nothing() {
        let config = parse(&[]).expect("no flag is needed");
        assert_eq!(config.store(), "sqlite:data/confab.db");
        assert_eq!(config.public_url(config.listen), "http://127.0.0.1:8080");
    }

    #[test]
    fn a_wrong_value_is_refused_with_the_remedy() {
        for (flag, value, remedy) in [
            ("--listen", "8080", "invalid socket address"),
            ("--public-url", "ftp://x", "give it as http://host:port"),
            (
                "--public-url",
                "http://x/chat",
                "give it as http://host:port",
            ),
            ("--backplane", "mqtt://x", "give it as memory: or redis://"),
            ("--backplane", "redis:", "give it as memory: or redis://"),
            ("--presence", "amqp://x", "or postgres://"),
            ("--presence", "postgres:", "or postgres://"),
            ("--store", "chat.db", "give it as sqlite:"),
            ("--store", "postgres:", "give it as sqlite:"),
            ("--prefix", "a b", "give 1 to 64 of"),
            ("--admin", "System", "nobody can have this name"),
            ("--admin", " ", "give a name of 1 to 32"),
            ("--trusted-proxies", "10.0.0.0/33", "give it as 10.0.0.0/8"),
            (
                "--trusted-proxies",
                "proxy.example",
                "give it as 10.0.0.0/8",
            ),
            (
                "--frame-ancestors",
                "shop.example",
                "give it as https://host",
            ),
            (
                "--frame-ancestors",
                "https://shop.example/chat",
                "give it as https://host",
            ),
            (
                "--frame-ancestors",
                "https://a;b",
                "give it as https://host",
            ),
            ("--sends-per-sec", "0", "0 is not in 1..=1000000"),
            ("--sends-burst", "many", "invalid digit"),
            ("--sessions-per-user", "1000001", "not in 1..=1000000"),
            ("--handshakes", "0.5", "invalid digit"),
            ("--openers", "0", "0 is not in 1..=1000000"),
        ] {
            let refusal = parse(&[flag, value]).expect_err(value);
            assert!(
                refusal.contains(remedy) && refusal.contains(flag),
                "{refusal}"
            );
        }
    }

    #[test]
    fn an_address_is_kept_as_browsers_write_it() {
        let config = parse(&["--public-url", "HTTPS://Chat.Example:443/"]).expect("an address");
        assert_eq!(config.public_url.as_deref(), Some("https://chat.example"));
    }
}
