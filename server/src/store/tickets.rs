//! Tickets: each opens the pages once, as one of a program's people.

use std::time::Duration;

use async_trait::async_trait;
use protocol::{Entry, Person, RoomId, UserId};

use super::{Called, Error, Token};

/// How long a ticket is good: a page that asks for one uses it at once.
pub const TICKET_TIME: Duration = Duration::from_secs(60);

/// The tickets that are out. A store keeps only their hashes.
#[async_trait]
pub trait Tickets: Send + Sync {
    /// A new one for somebody whom this program made, and the room it leads to. `PersonUnknown` for anybody else, `RoomUnknown`
    /// for a room they do not know, `Banned` for who may not sign in.
    async fn issue(
        &self,
        program: &Person,
        who: Called<UserId>,
        room: Option<Called<RoomId>>,
    ) -> Result<Token, Error>;

    /// Ends the ticket, and signs its person in. A former sign-in of theirs goes on instead, one of another program's person ends.
    /// None if the ticket was used, has expired or never was; `Banned` for who may not sign in any more.
    async fn redeem(
        &self,
        ticket: &Token,
        former: Option<&Token>,
    ) -> Result<Option<Redeemed>, Error>;
}

/// What a ticket was good for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redeemed {
    pub person: Person,
    pub room: Option<RoomId>,
    /// None where the former sign-in goes on.
    pub token: Option<Token>,
    /// The end of the former one, to be spread.
    pub ended: Option<Entry>,
}
