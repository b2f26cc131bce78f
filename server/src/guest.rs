//! Who comes in under a name alone.

use std::net::IpAddr;
use std::time::Duration;

use protocol::{Name, Person, Reason};

use crate::network::network;
use crate::node::Node;
use crate::store::{Error, Token, name};

/// Why there is no guest of this name.
#[derive(Debug)]
pub enum Not {
    Because(Reason),
    /// Too many came from there; not before this time has passed.
    Yet(Duration),
    Failed(Error),
}

/// A guest under this name, who comes from there, signed in by the token.
pub async fn join(node: &Node, from: IpAddr, name: &str) -> Result<(Person, Token), Not> {
    let name = match Name::parse(name) {
        Ok(name) if name::is_reserved(&name) => return Err(Not::Because(Reason::NameReserved)),
        Ok(name) => name,
        Err(reason) => return Err(Not::Because(reason)),
    };
    // Each one is a write, and a name that is nobody else's for a month.
    if let Err(wait) = node.joins.take(network(from)) {
        tracing::warn!(address = %from, "too many guests");
        return Err(Not::Yet(wait));
    }
    let (person, token) = node.chat.directory.join(name).await?;
    tracing::info!(user = %person.id, address = %from, "joined");
    Ok((person, token))
}

impl From<Error> for Not {
    fn from(error: Error) -> Self {
        match error {
            Error::NameTaken => Self::Because(Reason::NameTaken),
            error => Self::Failed(error),
        }
    }
}
