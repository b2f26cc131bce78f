//! Why a Redis is of no use under the address given, in a sentence that tells the remedy.

use redis::{ErrorKind, RedisError};

#[derive(Debug, thiserror::Error)]
pub(crate) enum Unfit {
    #[error(
        "{0} refuses the user or the password: give them in the address, as redis://user:password@host:port, with %40 for an @ in them"
    )]
    Password(String),
    #[error("{0} belongs to a Redis Cluster: give redis+cluster://{0} instead of redis://")]
    IsCluster(String),
    #[error("{0} is a single Redis, no cluster: give redis://{0} instead of redis+cluster://")]
    NoCluster(String),
    #[error(
        "{0} is a sentinel: give redis+sentinel://{0}/NAME, the name being that of its `sentinel monitor` line"
    )]
    IsSentinel(String),
    #[error(
        "{0} is a Redis, no sentinel: give the sentinels' own port, 26379 by default, or redis://{0} for this server alone"
    )]
    NoSentinel(String),
    #[error(
        "the sentinels at {hosts} know no master named {name}: end the address with the name of their `sentinel monitor` line"
    )]
    UnknownMaster { hosts: String, name: String },
    #[error(
        "{host} is Redis {version}, and channels in a cluster need 7.0: update it, or give the redis://host:port of a server outside of a cluster"
    )]
    Old { host: String, version: String },
    #[error(
        "{0} is a replica: give the address of its primary, or redis+sentinel:// for whichever is it"
    )]
    Replica(String),
    #[error("{0} is a replica, although the sentinels name it: wait until their failover is over")]
    Demoted(String),
    #[error(
        "the cluster at {hosts} serves only {served} of its 16384 slots: start its missing nodes, or mend it with `redis-cli --cluster fix`"
    )]
    Holes { hosts: String, served: usize },
}

/// What went wrong with a Redis.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Unfit(#[from] Unfit),
    #[error("{0}")]
    Redis(#[from] RedisError),
    #[error("no answer within {0} ms")]
    Slow(u128),
    #[error("no sentinel answers ({0})")]
    NoSentinel(Box<Self>),
    #[error("no node of the cluster answers ({0})")]
    NoNode(Box<Self>),
}

impl Error {
    pub(super) fn no_sentinel(self) -> Self {
        match self {
            Self::Unfit(unfit) => unfit.into(),
            away => Self::NoSentinel(Box::new(away)),
        }
    }

    pub(super) fn no_node(self) -> Self {
        match self {
            Self::Unfit(unfit) => unfit.into(),
            away => Self::NoNode(Box::new(away)),
        }
    }

    /// What the server at `host` said.
    pub(super) fn said(host: &str, error: RedisError) -> Self {
        let refused = error.kind() == ErrorKind::AuthenticationFailed
            || matches!(error.code(), Some("NOAUTH" | "WRONGPASS"));
        if refused {
            Unfit::Password(host.to_owned()).into()
        } else {
            error.into()
        }
    }
}
