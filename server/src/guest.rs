//! Who comes in under a name alone.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use protocol::{Name, Person, Reason, UserId};

use crate::network::network;
use crate::node::Node;
use crate::store::{Error, Token, VISIT_TIME, Visits, name};

/// How often visits are renewed: five times may fail.
pub const RENEW_EVERY: Duration = Duration::from_secs(VISIT_TIME.as_secs() / 6);

/// Visits that are renewed in one commit.
const RENEWED_AT_ONCE: usize = 1_000;

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
    let name = admit(node, from, name)?;
    let (person, token) = node.chat.directory.join(name).await?;
    tracing::info!(user = %person.id, address = %from, "joined");
    Ok((person, token))
}

/// The same for as long as the visit is kept, and not much longer if this node dies.
pub async fn visit(node: &Node, from: IpAddr, name: &str) -> Result<(Person, Visit), Not> {
    let name = admit(node, from, name)?;
    let (person, token) = node.chat.visits.visit(name).await?;
    tracing::info!(user = %person.id, address = %from, "visits");
    let user = person.id.clone();
    node.visitors.here().insert(user.clone(), token.clone());
    let visit = Visit {
        visitors: node.visitors.clone(),
        user,
        token,
    };
    Ok((person, visit))
}

fn admit(node: &Node, from: IpAddr, name: &str) -> Result<Name, Not> {
    let name = match Name::parse(name) {
        Ok(name) if name::is_reserved(&name) => return Err(Not::Because(Reason::NameReserved)),
        Ok(name) => name,
        Err(reason) => return Err(Not::Because(reason)),
    };
    // Each one is a write, and a name that is nobody else's for as long as the guest stays.
    if let Err(wait) = node.joins.take(network(from)) {
        tracing::warn!(address = %from, "too many guests");
        return Err(Not::Yet(wait));
    }
    Ok(name)
}

/// A guest who stays while this is kept.
pub struct Visit {
    visitors: Arc<Visitors>,
    user: UserId,
    pub token: Token,
}

impl Drop for Visit {
    fn drop(&mut self) {
        self.visitors.here().remove(&self.user);
    }
}

/// This node's visits.
#[derive(Default)]
pub struct Visitors(Mutex<HashMap<UserId, Token>>);

impl Visitors {
    /// Renews all visits.
    pub async fn renew(&self, store: &dyn Visits) -> Result<(), Error> {
        let visits: Vec<Token> = self.here().values().cloned().collect();
        for some in visits.chunks(RENEWED_AT_ONCE) {
            store.stay(some).await?;
        }
        Ok(())
    }

    fn here(&self) -> MutexGuard<'_, HashMap<UserId, Token>> {
        self.0.lock().expect("no holder of the lock panics")
    }
}

impl From<Error> for Not {
    fn from(error: Error) -> Self {
        match error {
            Error::NameTaken => Self::Because(Reason::NameTaken),
            error => Self::Failed(error),
        }
    }
}
