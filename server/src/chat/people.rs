//! Who may sign in: names kept with a password, and who is banned. Each end of a sign-in is spread to its sessions.

use protocol::{Entry, Name, Person, SessionId, UserId};

use super::Chat;
use crate::store::name::fold;
use crate::store::{Account, Error, PasswordChange, Token};

/// People looked at for one whose name is written out: those whose names begin so.
const NAMED_MAX: usize = 100;

impl Chat {
    /// A new sign-in of who has shown the account's password; the one of the former token ends.
    pub async fn sign_in(&self, account: &Account, former: Option<&Token>) -> Result<Token, Error> {
        let user = &account.person.id;
        let signed_in = self.accounts.sign_in(user, &account.password, former).await;
        let (token, ended) = signed_in?;
        self.delivery.spread_all(ended);
        Ok(token)
    }

    /// Keeps a name with a password from now on, and ends the user's other sign-ins.
    pub async fn keep(&self, token: &Token, change: PasswordChange) -> Result<(), Error> {
        let ended = self.accounts.keep(token, change).await?;
        self.delivery.spread_all(ended);
        Ok(())
    }

    /// Ends all sign-ins of the user, and their sessions on every node.
    pub async fn sign_out_everywhere(&self, user: &UserId) -> Result<(), Error> {
        let ended = self.accounts.sign_out_everywhere(user).await?;
        self.delivery.spread_all(ended);
        Ok(())
    }

    /// Who is here under this name, however it is written.
    pub async fn named(&self, name: &Name) -> Result<Option<Person>, Error> {
        let wanted = fold(name);
        let begin_so = self.directory.people(name.as_str(), NAMED_MAX).await?;
        let mut found = begin_so.into_iter();
        Ok(found.find(|person| fold(&person.name) == wanted))
    }

    /// Tells the user's other sessions that this one has begun; the entry that does.
    pub async fn begin(&self, user: &Person, session: &SessionId) -> Result<Entry, Error> {
        let begun = self.accounts.begin(user, session).await?;
        self.delivery.spread(begun.clone());
        Ok(begun)
    }

    /// Ends all sign-ins of the user for good, and their sessions on every node.
    pub async fn ban(&self, by: &Person, user: &UserId, why: &str) -> Result<(), Error> {
        let told = self.bans.ban(by, user, why).await?;
        self.delivery.spread_all(told);
        Ok(())
    }
}
