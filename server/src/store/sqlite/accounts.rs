//! Accounts and bans in SQLite.

use std::sync::Arc;

use async_trait::async_trait;
use protocol::{Entry, Kind, Name, Person, SessionId, Target, UserId};
use rusqlite::{OptionalExtension, Transaction};

use super::batch::Batch;
use super::rows::{self, name};
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
        let folded = fold(name);
        self.readers
            .run(move |connection| {
                let sql = "SELECT id, name, password, admin, banned FROM person
                           WHERE folded = ?1 AND password IS NOT NULL";
                let mut wanted = connection.prepare_cached(sql)?;
                Ok(wanted.query_row([folded], account).optional()?)
            })
            .await
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
            if !is_password(batch.tx, &user, &password)? {
                return Err(Error::PasswordWrong);
            }
            if ban_of(batch.tx, &user)?.is_some() {
                return Err(Error::Banned);
            }
            sign_ins::begin(batch.tx, hash, &user)?;
            let former = former.map(|former| sign_ins::of(batch.tx, former));
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
                let person = person(batch.tx, &user)?.ok_or(Error::PersonUnknown)?;
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
            .run(move |tx| {
                let sql = "UPDATE person SET admin = 1
                           WHERE folded = ?1 AND password IS NOT NULL AND admin = 0";
                for name in &folded {
                    tx.execute(sql, [name])?;
                }
                Ok(())
            })
            .await
    }

    async fn demote(&self, name: &Name) -> Result<bool, Error> {
        let folded = fold(name);
        self.writer
            .run(move |tx| {
                let sql = "UPDATE person SET admin = 0 WHERE folded = ?1 AND admin = 1";
                Ok(tx.execute(sql, [&folded])? > 0)
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
            .run(move |tx| {
                if !is_admin(tx, &by)? {
                    return Err(Error::NotAllowed);
                }
                let sql = "UPDATE person SET banned = NULL WHERE id = ?1";
                match tx.execute(sql, [user.as_str()])? {
                    0 => Err(Error::PersonUnknown),
                    _ => sign_ins::free_name(tx, user.as_str()),
                }
            })
            .await
    }

    async fn ban_of(&self, user: &UserId) -> Result<Option<String>, Error> {
        let user = user.clone();
        self.readers
            .run(move |connection| ban_of(connection, &user))
            .await
    }

    async fn banned(&self, limit: usize) -> Result<Vec<Banned>, Error> {
        self.readers
            .run(move |connection| {
                let sql = "SELECT id, name, banned FROM person WHERE banned IS NOT NULL
                           ORDER BY name, id LIMIT ?1";
                let mut wanted = connection.prepare_cached(sql)?;
                let found = wanted.query_map([limit], |row| {
                    let person = rows::person(row, 0)?;
                    let why = row.get(2)?;
                    Ok(Banned { person, why })
                })?;
                Ok(found.collect::<rusqlite::Result<_>>()?)
            })
            .await
    }
}

fn keep(batch: &mut Batch<'_>, token: Hash, change: &PasswordChange) -> Result<Vec<Entry>, Error> {
    let found = sign_ins::of(batch.tx, token)?;
    let (root, person) = found.ok_or(Error::SignInEnded)?;
    if tickets::is_of_a_program(batch.tx, &person.id)? {
        return Err(Error::NotAllowed);
    }
    let from = change.from.as_ref().map(|hashed| &hashed.0);
    let sql = "UPDATE person SET password = ?3 WHERE id = ?1 AND password IS ?2";
    let row = (person.id.as_str(), from, &change.to.0);
    if batch.tx.execute(sql, row)? == 0 {
        return Err(Error::PasswordWrong);
    }
    if from.is_none() {
        let sql =
            "SELECT NOT EXISTS (SELECT 1 FROM person WHERE password IS NOT NULL AND id <> ?1)";
        let id = [person.id.as_str()];
        let is_first: bool = batch.tx.query_row(sql, id, |row| row.get(0))?;
        if change.admins.has(&person.name, is_first) {
            let sql = "UPDATE person SET admin = 1 WHERE id = ?1";
            batch.tx.execute(sql, id)?;
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
    let person = person(batch.tx, user)?.ok_or(Error::PersonUnknown)?;
    if !is_admin(batch.tx, &by.id)? || is_admin(batch.tx, user)? {
        return Err(Error::NotAllowed);
    }
    let sql = "UPDATE person SET banned = ?2 WHERE id = ?1 AND banned IS NULL";
    if batch.tx.execute(sql, [user.as_str(), why])? == 0 {
        return Ok(None);
    }
    let sql = "DELETE FROM sign_in WHERE person = ?1";
    batch.tx.execute(sql, [user.as_str()])?;
    let about = (Target::from(user), why);
    let told = sign_ins::tell(batch, (&person, by), Kind::Banned, about);
    told.map(Some)
}

fn account(row: &rusqlite::Row<'_>) -> rusqlite::Result<Account> {
    Ok(Account {
        person: rows::person(row, 0)?,
        password: Hashed(row.get(2)?),
        is_admin: row.get(3)?,
        banned: row.get(4)?,
    })
}

pub(super) fn ban_of(
    connection: &rusqlite::Connection,
    user: &UserId,
) -> Result<Option<String>, Error> {
    let sql = "SELECT banned FROM person WHERE id = ?1";
    let mut wanted = connection.prepare_cached(sql)?;
    let found = wanted.query_row([user.as_str()], |row| row.get(0));
    Ok(found.optional()?.flatten())
}

fn is_password(tx: &Transaction<'_>, user: &UserId, password: &Hashed) -> Result<bool, Error> {
    let sql = "SELECT 1 FROM person WHERE id = ?1 AND password = ?2";
    let mut wanted = tx.prepare_cached(sql)?;
    Ok(wanted.exists([user.as_str(), &password.0])?)
}

fn is_admin(tx: &Transaction<'_>, user: &UserId) -> Result<bool, Error> {
    let sql = "SELECT 1 FROM person WHERE id = ?1 AND admin = 1";
    Ok(tx.prepare_cached(sql)?.exists([user.as_str()])?)
}

fn person(tx: &Transaction<'_>, user: &UserId) -> Result<Option<Person>, Error> {
    let mut wanted = tx.prepare_cached("SELECT name FROM person WHERE id = ?1")?;
    let found = wanted.query_row([user.as_str()], |row| name(row, 0));
    Ok(found.optional()?.map(|name| Person {
        id: user.clone(),
        name,
    }))
}
