//! Names kept with a password, and who may not sign in at all.

use std::fmt;

use async_trait::async_trait;
use protocol::{Entry, Name, Person, SessionId, UserId};

use super::name::fold;
use super::{Error, Token};

/// Names kept with a password. What ends a sign-in says so in its user's inbox, in the same commit.
#[async_trait]
pub trait Accounts: Send + Sync {
    /// The account of this name, or of one that looks the same.
    async fn account(&self, name: &Name) -> Result<Option<Account>, Error>;

    /// Keeps the name of the token's user for who knows the password, and ends all other sign-ins of theirs; the entries that
    /// say so. `PasswordWrong` if the password before is not the one named, `SignInEnded` if the token is not good, `NotAllowed` for who
    /// comes in by [ticket](super::Tickets) alone.
    async fn keep(&self, token: &Token, change: PasswordChange) -> Result<Vec<Entry>, Error>;

    /// A new sign-in for who has shown this password; the one of the former token ends, whoever's it is. `PasswordWrong` if it
    /// is another one meanwhile, `Banned` for who may not sign in.
    async fn sign_in(
        &self,
        user: &UserId,
        password: &Hashed,
        former: Option<&Token>,
    ) -> Result<(Token, Option<Entry>), Error>;

    /// Ends all sign-ins of the user; an entry each.
    async fn sign_out_everywhere(&self, user: &UserId) -> Result<Vec<Entry>, Error>;

    /// Says in the user's inbox that this session has begun: those that began before are to end.
    async fn begin(&self, user: &Person, session: &SessionId) -> Result<Entry, Error>;
}

/// What administrators do with people.
#[async_trait]
pub trait Bans: Send + Sync {
    /// Makes administrators of the accounts of these names, as far as there are any.
    async fn promote(&self, names: &[Name]) -> Result<(), Error>;

    /// Makes an administrator an account like others. Whether there was such an administrator.
    async fn demote(&self, name: &Name) -> Result<bool, Error>;

    /// Ends all sign-ins of the user, who gets no other one; the entry that tells them why. None if it was so before.
    /// `NotAllowed` if `by` is no administrator, or the user is one.
    async fn ban(&self, by: &Person, user: &UserId, why: &str) -> Result<Option<Entry>, Error>;

    /// Lets the user sign in again. `NotAllowed` if `by` is no administrator.
    async fn unban(&self, by: &Person, user: &UserId) -> Result<(), Error>;

    /// Why the user is banned, if they are.
    async fn ban_of(&self, user: &UserId) -> Result<Option<String>, Error>;

    /// Who is banned, by name, at most `limit`.
    async fn banned(&self, limit: usize) -> Result<Vec<Banned>, Error>;
}

/// A name somebody keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub person: Person,
    pub password: Hashed,
    pub is_admin: bool,
    /// Why its person is banned, if they are.
    pub banned: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasswordChange {
    /// What it is now; none for a guest.
    pub from: Option<Hashed>,
    pub to: Hashed,
    pub admins: Admins,
}

/// Whose account is an administrator's when it is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Admins {
    /// The first one of the log.
    First,
    /// Those of these names.
    Named(Vec<Name>),
}

/// Somebody who may not sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Banned {
    pub person: Person,
    pub why: String,
}

/// A password as its hash is written (the PHC string format), which tells salt and costs as well.
#[derive(Clone, PartialEq, Eq)]
pub struct Hashed(pub String);

impl Admins {
    /// Whether a new account of this name is an administrator's.
    pub(super) fn has(&self, name: &Name, is_first: bool) -> bool {
        match self {
            Self::First => is_first,
            Self::Named(names) => names.iter().any(|named| fold(named) == fold(name)),
        }
    }
}

impl fmt::Debug for Hashed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hashed(…)")
    }
}
