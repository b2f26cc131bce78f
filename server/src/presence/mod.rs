//! Who is online, and on which node.

mod book;
mod memory;
mod postgres;
mod redis;
mod shared;

use async_trait::async_trait;
use protocol::{NodeId, Person, SessionId, UserId};

use crate::redis_address::without_password;

/// How long somebody whose last session ended still counts as online: a reload is no leave.
pub const GRACE_SECS: u64 = 5;

/// How long a node that does not beat counts as alive.
pub const DEAD_SECS: u64 = 6;

#[async_trait]
pub trait Presence: Send + Sync {
    /// A session began. Tells the change if its user was not online before. On an error it is remembered: a later good
    /// [`beat`](Self::beat) brings it in, told by the version only.
    async fn enter(&self, session: &SessionId, person: &Person) -> Result<Option<Change>, Error>;

    /// A session ended. If it was its user's last, they leave when the grace is over: a later [`beat`](Self::beat), of whatever
    /// node, tells the change.
    async fn leave(&self, session: &SessionId, person: &Person) -> Result<(), Error>;

    /// This node lives; called each second. Dead nodes' sessions end with it, counted from their last sign of life. Who left is
    /// told to exactly one node of the cluster. After an outage, or when this node was taken for dead, it also writes all of this
    /// node's sessions again, told by the version only.
    async fn beat(&self) -> Result<Beat, Error>;

    /// Everybody online.
    async fn online(&self) -> Result<Online, Error>;

    /// The sessions of each of these users, in the order asked for: empty for who is offline, or in the grace.
    async fn sessions(&self, users: &[UserId]) -> Result<Vec<Vec<Place>>, Error>;

    /// This node stops: what is left of its sessions leaves after the grace, and it is no longer told as alive.
    async fn retire(&self) -> Result<(), Error>;
}

/// Who came and who went between the version before and `version`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub version: u64,
    pub count: u64,
    pub joined: Vec<Person>,
    pub left: Vec<Person>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beat {
    /// The list's version now, this beat's change included; a node that knows a lower one takes a snapshot.
    pub version: u64,
    /// Who left by this beat.
    pub change: Option<Change>,
    /// Sessions of dead nodes that this beat ended; each is told to exactly one node of the cluster.
    pub reaped: u64,
    /// The live nodes' public addresses, sorted.
    pub nodes: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Online {
    pub version: u64,
    /// Sorted by name.
    pub people: Vec<Person>,
}

/// Where a session is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub session: SessionId,
    /// The public address of its node; none if that is not known, as the node has just died.
    pub node: Option<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(
        "{0:?} is no presence address; use memory:, redis://host:port[/db] or postgres://user:password@host/database"
    )]
    Address(String),
    #[error("with --backplane {0} presence needs --presence redis://… or a PostgreSQL store")]
    Nowhere(String),
    #[error(
        "with --backplane {0} nodes cannot keep presence in memory: each would know its own sessions alone; leave --presence away, or give redis://… or postgres://…"
    )]
    Apart(String),
    #[error(
        "{0:?} wants TLS, which this build does not speak; use redis://host:port[/db] in a private network"
    )]
    Tls(String),
    /// What is there is not what the address says, or cannot serve.
    #[error("{0}")]
    Unfit(String),
    #[error("the presence store is away: {0}")]
    Away(String),
}

/// Who keeps presence.
#[derive(Debug, Clone)]
pub struct Member {
    pub node: NodeId,
    /// Where browsers reach this node: `http://host:port`.
    pub public_url: String,
    /// Stands before every key.
    pub prefix: String,
}

/// The address of where presence is kept: the chosen one, else the backplane if it can keep it, else the store if that can.
pub fn place(chosen: Option<&str>, backplane: &str, store: &str) -> Result<String, Error> {
    let is_alone = scheme(backplane) == "memory";
    let shown = || without_password(backplane);
    match chosen {
        Some(chosen) if scheme(chosen) == "memory" && !is_alone => Err(Error::Apart(shown())),
        Some(chosen) => Ok(chosen.to_owned()),
        None if is_alone || scheme(backplane).starts_with("redis") => Ok(backplane.to_owned()),
        None if scheme(store).starts_with("postgres") => Ok(store.to_owned()),
        None => Err(Error::Nowhere(shown())),
    }
}

/// Connects to where presence is kept; the address's scheme picks the kind.
pub async fn connect(address: &str, member: Member) -> Result<Box<dyn Presence>, Error> {
    match address.split(':').next() {
        Some("memory") => Ok(memory::connect(member)),
        Some("redis" | "redis+cluster" | "redis+sentinel") => redis::connect(address, member).await,
        Some("postgres" | "postgresql") => postgres::connect(address, member).await,
        Some("rediss") => Err(Error::Tls(without_password(address))),
        _ => Err(Error::Address(without_password(address))),
    }
}

/// What stands before the first colon.
fn scheme(address: &str) -> &str {
    address.split(':').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presence_is_kept_where_it_can_be() {
        let (redis, amqp) = ("redis://one", "amqp://ann:secret@two");
        let (file, database) = ("sqlite:chat.db", "postgres://three/chat");
        let place = |chosen, backplane, store| place(chosen, backplane, store).ok();
        let is = |place: &str| Some(place.to_owned());
        assert_eq!(place(None, "memory:", database), is("memory:"));
        assert_eq!(place(None, redis, database), is(redis));
        assert_eq!(place(None, amqp, database), is(database));
        assert_eq!(place(Some(redis), amqp, file), is(redis));
        assert_eq!(place(Some(database), redis, file), is(database));
    }

    #[test]
    fn where_it_cannot_be_kept_the_remedy_is_told() {
        let refusal = |chosen| {
            let place = place(chosen, "amqp://ann:secret@two", "sqlite:chat.db");
            place.expect_err("no place").to_string()
        };
        assert_eq!(
            refusal(None),
            "with --backplane amqp://***@two presence needs --presence redis://… or a PostgreSQL store"
        );
        assert!(refusal(Some("memory:")).contains("leave --presence away"));
    }
}
