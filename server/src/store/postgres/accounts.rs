//! Accounts and bans in PostgreSQL.

use std::sync::Arc;

use async_trait::async_trait;
use protocol::{Entry, Kind, Name, Person, SessionId, Target, UserId};
use tokio_postgres::Row;

use super::batch::Batch;
use super::rows::{self, each, get, name, number};
use super::sign_ins;
use super::{Error, Readers, Writer, tickets};
use crate::store::name::fold;
use crate::store::sign_in::Hash;
use crate::store::{self, Account, Banned, Hashed, PasswordChange, Token};

pub(super) struct Accounts {
    pub(super) readers: Arc<Readers>,
    pub(super) writer: Arc<Writer>,
}

#[async_trait]
impl store::Accounts for Accounts {
    async fn account(&self, name: &Name) -> Result<Option<Account>, Error> {
        let sql = "SELECT id, name, password, admin, banned FROM person
                   WHERE folded = $1 AND password IS NOT NULL";
        let found = self.readers.row(sql, &[&fold(name)]).await?;
        found.map(|row| account(&row)).transpose()
    }

    async fn keep(&self, token: &Token, change: PasswordChange) -> Result<Vec<Entry>, Error> {
        let hash = token.hash();
        self.writer
            .change(move |batch| keep(batch, hash, &change))
            .await
    }

    async fn sign_in(
        &self,
        user: &UserId,
        password: &Hashed,
        former: Option<&Token>,
    ) -> Result<(Token, Option<Entry>), Error> {
        let token = Token::random();
        let (hash, user, password) = (token.hash(), user.clone(), password.clone());
        let former = former.map(Token::hash);
        let ended = self.writer.change(move |batch| {
            let sql = "SELECT banned FROM person WHERE id = $1 AND password = $2";
            let found = batch.row(sql, &[&user.as_str(), &password.0])?;
            let found = found.ok_or(Error::PasswordWrong)?;
            if get::<Option<&str>>(&found, 0)?.is_some() {
                return Err(Error::Banned);
            }
            sign_ins::begin(batch, hash, &user)?;
            let former = former.map(|former| sign_ins::of(batch, former));
            let former = former.transpose()?.flatten();
            let ended = former.map(|(root, person)| sign_ins::end(batch, root, &person));
            ended.transpose()
        });
        Ok((token, ended.await?))
    }

    async fn sign_out_everywhere(&self, user: &UserId) -> Result<Vec<Entry>, Error> {
        let user = user.clone();
        self.writer
            .change(move |batch| {
                let person = person(batch, &user)?.ok_or(Error::PersonUnknown)?;
                sign_ins::end_others(batch, &person, None)
            })
            .await
    }

    async fn begin(&self, user: &Person, session: &SessionId) -> Result<Entry, Error> {
        let (user, begun) = (user.clone(), Target::from(session));
        self.writer
            .change(move |batch| {
                sign_ins::tell(batch, (&user, &user), Kind::Connected, (begun, ""))
            })
            .await
    }
}

#[async_trait]
impl store::Bans for Accounts {
    async fn promote(&self, names: &[Name]) -> Result<(), Error> {
        let folded: Vec<String> = names.iter().map(fold).collect();
        self.writer
            .change(move |batch| {
                let sql = "UPDATE person SET admin = true
                           WHERE folded = ANY ($1) AND password IS NOT NULL AND NOT admin";
                batch.change(sql, &[&folded])?;
                Ok(())
            })
            .await
    }

    async fn demote(&self, name: &Name) -> Result<bool, Error> {
        let folded = fold(name);
        self.writer
            .change(move |batch| {
                let sql = "UPDATE person SET admin = false WHERE folded = $1 AND admin";
                Ok(batch.change(sql, &[&folded])? > 0)
            })
            .await
    }

    async fn ban(&self, by: &Person, user: &UserId, why: &str) -> Result<Option<Entry>, Error> {
        let (by, user, why) = (by.clone(), user.clone(), why.to_owned());
        self.writer
            .change(move |batch| ban(batch, &by, &user, &why))
            .await
    }

    async fn unban(&self, by: &Person, user: &UserId) -> Result<(), Error> {
        let (by, user) = (by.id.clone(), user.clone());
        self.writer
            .change(move |batch| {
                if !is_admin(batch, &by)? {
                    return Err(Error::NotAllowed);
                }
                let sql = "UPDATE person SET banned = NULL WHERE id = $1";
                match batch.change(sql, &[&user.as_str()])? {
                    0 => Err(Error::PersonUnknown),
                    _ => sign_ins::free_names(batch, &[user.as_str()]),
                }
            })
            .await
    }

    async fn ban_of(&self, user: &UserId) -> Result<Option<String>, Error> {
        let sql = "SELECT banned FROM person WHERE id = $1";
        let found = self.readers.row(sql, &[&user.as_str()]).await?;
        found.map_or(Ok(None), |row| get(&row, 0))
    }

    async fn banned(&self, limit: usize) -> Result<Vec<Banned>, Error> {
        let sql = "SELECT id, name, banned FROM person WHERE banned IS NOT NULL
                   ORDER BY name, id LIMIT $1";
        let found = self.readers.rows(sql, &[&number(limit)]).await?;
        each(&found, |row| {
            let person = rows::person(row, 0)?;
            let why = get(row, 2)?;
            Ok(Banned { person, why })
        })
    }
}

fn keep(batch: &mut Batch<'_>, token: Hash, change: &PasswordChange) -> Result<Vec<Entry>, Error> {
    let found = sign_ins::of(batch, token)?;
    let (root, person) = found.ok_or(Error::SignInEnded)?;
    if tickets::is_of_a_program(batch, &person.id)? {
        return Err(Error::NotAllowed);
    }
    let (id, from) = (
        person.id.as_str(),
        change.from.as_ref().map(|hashed| &hashed.0),
    );
    let sql = "UPDATE person SET password = $3 WHERE id = $1 AND password IS NOT DISTINCT FROM $2";
    if batch.change(sql, &[&id, &from, &change.to.0])? == 0 {
        return Err(Error::PasswordWrong);
    }
    if from.is_none() {
        let sql = "SELECT 1 FROM person WHERE password IS NOT NULL AND id <> $1 LIMIT 1";
        let is_first = batch.row(sql, &[&id])?.is_none();
        if change.admins.has(&person.name, is_first) {
            batch.change("UPDATE person SET admin = true WHERE id = $1", &[&id])?;
        }
    }
    sign_ins::end_others(batch, &person, Some(root))
}

fn ban(
    batch: &mut Batch<'_>,
    by: &Person,
    user: &UserId,
    why: &str,
) -> Result<Option<Entry>, Error> {
    let person = person(batch, user)?.ok_or(Error::PersonUnknown)?;
    if !is_admin(batch, &by.id)? || is_admin(batch, user)? {
        return Err(Error::NotAllowed);
    }
    let sql = "UPDATE person SET banned = $2 WHERE id = $1 AND banned IS NULL";
    if batch.change(sql, &[&user.as_str(), &why])? == 0 {
        return Ok(None);
    }
    batch.change("DELETE FROM sign_in WHERE person = $1", &[&user.as_str()])?;
    let about = (Target::from(user), why);
    let told = sign_ins::tell(batch, (&person, by), Kind::Banned, about);
    told.map(Some)
}

fn account(row: &Row) -> Result<Account, Error> {
    Ok(Account {
        person: rows::person(row, 0)?,
        password: Hashed(get(row, 2)?),
        is_admin: get(row, 3)?,
        banned: get(row, 4)?,
    })
}

fn is_admin(batch: &Batch<'_>, user: &UserId) -> Result<bool, Error> {
    let sql = "SELECT 1 FROM person WHERE id = $1 AND admin";
    Ok(batch.row(sql, &[&user.as_str()])?.is_some())
}

fn person(batch: &Batch<'_>, user: &UserId) -> Result<Option<Person>, Error> {
    let found = batch.row("SELECT name FROM person WHERE id = $1", &[&user.as_str()])?;
    let person = |row: Row| {
        Ok(Person {
            id: user.clone(),
            name: name(&row, 0)?,
        })
    };
    found.map(person).transpose()
}
