//! Visits: guests who stay as long as their connection does.

use std::time::Duration;

use async_trait::async_trait;
use protocol::{Name, Person};

use super::{Error, Token};

/// How long a visit is good after it was last renewed: a node that lives renews it several times in this, and the name of a guest
/// whose node died is free after it.
pub const VISIT_TIME: Duration = Duration::from_secs(60);

#[async_trait]
pub trait Visits: Send + Sync {
    /// A guest like one who [joins](super::Directory::join), but whose sign-in is renewed by [`stay`](Self::stay) alone.
    async fn visit(&self, name: Name) -> Result<(Person, Token), Error>;

    /// Renews these visits, also one that has ended for want of it if nobody has taken the name.
    async fn stay(&self, visits: &[Token]) -> Result<(), Error>;
}
