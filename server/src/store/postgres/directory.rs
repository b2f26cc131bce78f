//! People, sign-ins and nodes' addresses in PostgreSQL.

use std::sync::Arc;

use async_trait::async_trait;
use protocol::{Entry, Name, Person, RoomId, UserId};
use tokio_postgres::Row;

use super::batch::Batch;
use super::rows::{each, get, number, person};
use super::sign_ins::{self, hash};
use super::{Error, Readers, Writer, programs, tickets};
use crate::store::name::{fold, fold_part};
use crate::store::sign_in::{DAY_SECS, Hash, SIGN_IN_SECS, now};
use crate::store::token::sign_in_id;
use crate::store::{self, SignedIn, Token, random_id};

pub(super) struct Directory {
    pub(super) readers: Arc<Readers>,
    pub(super) writer: Arc<Writer>,
}

#[async_trait]
impl store::Directory for Directory {
    async fn join(&self, name: Name) -> Result<(Person, Token), Error> {
        self.take_in(name, sign_ins::begin).await
    }

    async fn recognise(&self, token: &Token) -> Result<Option<SignedIn>, Error> {
        let found = self
            .readers
            .row(FIND, &[&token.hash().as_slice(), &now()])
            .await?;
        let Some(Found {
            signed_in,
            root,
            expires,
            lasts,
        }) = found.map(|row| found_in(&row)).transpose()?
        else {
            return Ok(None);
        };
        // Once a day is enough to keep it alive, and spares a write a visit.
        if expires < now() + lasts - DAY_SECS {
            self.writer
                .change(move |batch| {
                    let sql = "UPDATE sign_in SET expires = $2 WHERE hash = $1";
                    batch.change(sql, &[&root.as_slice(), &(now() + lasts)])?;
                    Ok(())
                })
                .await?;
        }
        Ok(Some(signed_in))
    }

    async fn resume_token(&self, token: &Token) -> Result<Token, Error> {
        let (hash, resume) = (token.hash(), Token::random());
        let resume_hash = resume.hash();
        self.writer
            .change(move |batch| {
                let found = find(batch, hash)?.ok_or(Error::SignInEnded)?;
                let user = &found.signed_in.person.id;
                sign_ins::begin_resume(batch, resume_hash, user, found.root)
            })
            .await?;
        Ok(resume)
    }

    async fn sign_out(&self, token: &Token) -> Result<Option<Entry>, Error> {
        let hash = token.hash();
        self.writer
            .change(move |batch| {
                let Some((root, person)) = sign_ins::of(batch, hash)? else {
                    return Ok(None);
                };
                sign_ins::end(batch, root, &person).map(Some)
            })
            .await
    }

    async fn people(&self, begins: &str, limit: usize) -> Result<Vec<Person>, Error> {
        let from = fold_part(begins);
        let to = format!("{from}{}", char::MAX);
        let sql =
            "SELECT id, name FROM person WHERE folded >= $1 AND folded < $2 AND banned IS NULL
                   ORDER BY folded LIMIT $3";
        let found = self
            .readers
            .rows(sql, &[&from, &to, &number(limit)])
            .await?;
        each(&found, |row| person(row, 0))
    }

    async fn person(&self, user: &UserId) -> Result<Option<Person>, Error> {
        let sql = "SELECT id, name FROM person WHERE id = $1";
        let found = self.readers.row(sql, &[&user.as_str()]).await?;
        found.map(|row| person(&row, 0)).transpose()
    }

    async fn announce(&self, public_url: &str) -> Result<Vec<String>, Error> {
        let public_url = public_url.to_owned();
        self.writer
            .change(move |batch| {
                sign_ins::forget_expired(batch)?;
                tickets::forget_expired(batch)?;
                let sql = "INSERT INTO node (public_url, seen) VALUES ($1, $2)
                           ON CONFLICT (public_url) DO UPDATE SET seen = excluded.seen";
                batch.change(sql, &[&public_url, &now()])?;
                let sql = "DELETE FROM node WHERE seen < $1";
                batch.change(sql, &[&(now() - SIGN_IN_SECS)])?;
                let known = batch.rows("SELECT public_url FROM node ORDER BY public_url", &[])?;
                each(&known, |row| get(row, 0))
            })
            .await
    }
}

impl Directory {
    /// Somebody new under a name nobody has who can still be signed in; `begin` signs them in.
    pub(super) async fn take_in(
        &self,
        name: Name,
        begin: fn(&Batch<'_>, Hash, &UserId) -> Result<(), Error>,
    ) -> Result<(Person, Token), Error> {
        let person = Person {
            id: random_id::<8, UserId>(),
            name,
        };
        let token = Token::random();
        let (joining, hash) = (person.clone(), token.hash());
        self.writer
            .change(move |batch| {
                sign_ins::end_expired_of(batch, &fold(&joining.name))?;
                settle(batch, &joining)?;
                begin(batch, hash, &joining.id)
            })
            .await?;
        Ok((person, token))
    }
}

/// Somebody new, with the room for what is told to them alone. They find the lobby in their list, and what programs tell everyone;
/// what was said there before is not new to them.
pub(super) fn settle(batch: &Batch<'_>, person: &Person) -> Result<(), Error> {
    let folded = fold(&person.name);
    if programs::is_program(batch, &folded)? {
        return Err(Error::NameTaken);
    }
    let sql = "INSERT INTO person (id, name, folded, since) VALUES ($1, $2, $3, $4) ON CONFLICT (folded) DO NOTHING";
    let (id, inbox) = (person.id.as_str(), RoomId::inbox(&person.id));
    if batch.change(sql, &[&id, &person.name.as_str(), &folded, &now()])? == 0 {
        return Err(Error::NameTaken);
    }
    let sql = "INSERT INTO room (id, name, kind) VALUES ($1, '', 'inbox')";
    batch.change(sql, &[&inbox.as_str()])?;
    let sql = "INSERT INTO member (room, person, from_seq, read_seq)
               SELECT id, $1, 1, top FROM room WHERE id = ANY ($2)";
    let (lobby, notices) = (RoomId::lobby(), RoomId::notices());
    let common = [inbox.as_str(), lobby.as_str(), notices.as_str()];
    batch.change(sql, &[&id, &common.as_slice()])?;
    Ok(())
}

/// A good token.
pub(super) struct Found {
    pub(super) signed_in: SignedIn,
    /// The sign-in itself, where the token is for resuming.
    pub(super) root: Hash,
    /// When the sign-in ends, in seconds since 1970 UTC.
    expires: i64,
    /// For how long it is good after each use.
    lasts: i64,
}

/// A resume token is good as long as its sign-in is.
const FIND: &str = "SELECT person.id, person.name, root.expires, root.hash, person.admin, person.program IS NOT NULL, root.lasts
    FROM sign_in JOIN sign_in AS root ON root.hash = coalesce(sign_in.parent, sign_in.hash)
      JOIN person ON person.id = root.person
    WHERE sign_in.hash = $1 AND root.expires > $2";

pub(super) fn find(batch: &Batch<'_>, token: Hash) -> Result<Option<Found>, Error> {
    let found = batch.row(FIND, &[&token.as_slice(), &now()])?;
    found.map(|row| found_in(&row)).transpose()
}

fn found_in(row: &Row) -> Result<Found, Error> {
    let root = hash(get(row, 3)?)?;
    Ok(Found {
        signed_in: SignedIn {
            person: person(row, 0)?,
            sign_in: sign_in_id(&root),
            is_admin: get(row, 4)?,
            is_programs: get(row, 5)?,
        },
        root,
        expires: get(row, 2)?,
        lasts: get(row, 6)?,
    })
}
