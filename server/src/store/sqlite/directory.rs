//! People, sign-ins and nodes' addresses in SQLite.

use std::sync::Arc;

use async_trait::async_trait;
use protocol::{Entry, Name, Person, RoomId, UserId};
use rusqlite::{Connection, OptionalExtension, Transaction};

use super::rows::person;
use super::sign_ins;
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
        let hash = token.hash();
        let found = self
            .readers
            .run(move |connection| find(connection, hash))
            .await?;
        let Some(Found {
            signed_in,
            root,
            expires,
            lasts,
        }) = found
        else {
            return Ok(None);
        };
        // Once a day is enough to keep it alive, and spares a write a visit.
        if expires < now() + lasts - DAY_SECS {
            self.writer
                .run(move |tx| {
                    let sql = "UPDATE sign_in SET expires = ?2 WHERE hash = ?1";
                    tx.execute(sql, (root, now() + lasts))?;
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
            .run(move |tx| {
                let found = find(tx, hash)?.ok_or(Error::SignInEnded)?;
                let user = &found.signed_in.person.id;
                sign_ins::begin_resume(tx, resume_hash, user, found.root)
            })
            .await?;
        Ok(resume)
    }

    async fn sign_out(&self, token: &Token) -> Result<Option<Entry>, Error> {
        let hash = token.hash();
        self.writer
            .change(move |batch| {
                let Some((root, person)) = sign_ins::of(batch.tx, hash)? else {
                    return Ok(None);
                };
                sign_ins::end(batch, root, &person).map(Some)
            })
            .await
    }

    async fn people(&self, begins: &str, limit: usize) -> Result<Vec<Person>, Error> {
        let from = fold_part(begins);
        let to = format!("{from}{}", char::MAX);
        self.readers
            .run(move |connection| {
                let sql = "SELECT id, name FROM person
                           WHERE folded >= ?1 AND folded < ?2 AND banned IS NULL
                           ORDER BY folded LIMIT ?3";
                let mut wanted = connection.prepare_cached(sql)?;
                let found = wanted.query_map((from, to, limit), |row| person(row, 0))?;
                Ok(found.collect::<rusqlite::Result<_>>()?)
            })
            .await
    }

    async fn person(&self, user: &UserId) -> Result<Option<Person>, Error> {
        let id = user.to_string();
        self.readers
            .run(move |connection| {
                let sql = "SELECT id, name FROM person WHERE id = ?1";
                let mut wanted = connection.prepare_cached(sql)?;
                Ok(wanted.query_row([id], |row| person(row, 0)).optional()?)
            })
            .await
    }

    async fn announce(&self, public_url: &str) -> Result<Vec<String>, Error> {
        let public_url = public_url.to_owned();
        self.writer
            .change(move |batch| {
                sign_ins::forget_expired(batch)?;
                let tx = batch.tx;
                tickets::forget_expired(tx)?;
                let sql = "INSERT INTO node (public_url, seen) VALUES (?1, ?2)
                       ON CONFLICT (public_url) DO UPDATE SET seen = excluded.seen";
                tx.execute(sql, (&public_url, now()))?;
                tx.execute("DELETE FROM node WHERE seen < ?1", [now() - SIGN_IN_SECS])?;
                let mut known = tx.prepare("SELECT public_url FROM node ORDER BY public_url")?;
                Ok(known
                    .query_map([], |row| row.get(0))?
                    .collect::<rusqlite::Result<_>>()?)
            })
            .await
    }
}

impl Directory {
    /// Somebody new under a name nobody has who can still be signed in; `begin` signs them in.
    pub(super) async fn take_in(
        &self,
        name: Name,
        begin: fn(&Transaction<'_>, Hash, &UserId) -> Result<(), Error>,
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
                settle(batch.tx, &joining)?;
                begin(batch.tx, hash, &joining.id)
            })
            .await?;
        Ok((person, token))
    }
}

/// Somebody new, who is not signed in.
pub(super) fn settle(tx: &Transaction<'_>, person: &Person) -> Result<(), Error> {
    insert(tx, person)?;
    make_inbox(tx, &person.id)?;
    enter_common_rooms(tx, &person.id)
}

fn insert(tx: &Transaction<'_>, person: &Person) -> Result<(), Error> {
    if programs::is_program(tx, &fold(&person.name))? {
        return Err(Error::NameTaken);
    }
    let sql = "INSERT INTO person (id, name, folded, since) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (folded) DO NOTHING";
    let row = (
        person.id.as_str(),
        person.name.as_str(),
        fold(&person.name),
        now(),
    );
    if tx.execute(sql, row)? == 0 {
        Err(Error::NameTaken)
    } else {
        Ok(())
    }
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
pub(super) fn find(connection: &Connection, hash: Hash) -> Result<Option<Found>, Error> {
    let sql = "SELECT person.id, person.name, root.expires, root.hash, person.admin, person.program IS NOT NULL, root.lasts
               FROM sign_in JOIN sign_in AS root ON root.hash = coalesce(sign_in.parent, sign_in.hash)
                 JOIN person ON person.id = root.person
               WHERE sign_in.hash = ?1 AND root.expires > ?2";
    let found = connection
        .prepare_cached(sql)?
        .query_row((hash, now()), |row| {
            let root: Hash = row.get(3)?;
            Ok(Found {
                signed_in: SignedIn {
                    person: person(row, 0)?,
                    sign_in: sign_in_id(&root),
                    is_admin: row.get(4)?,
                    is_programs: row.get(5)?,
                },
                root,
                expires: row.get(2)?,
                lasts: row.get(6)?,
            })
        })
        .optional()?;
    Ok(found)
}

/// The room for what is told to this person alone.
fn make_inbox(tx: &Transaction<'_>, person: &UserId) -> Result<(), Error> {
    let inbox = RoomId::inbox(person);
    let sql = "INSERT INTO room (id, name, kind) VALUES (?1, '', 'inbox')";
    tx.execute(sql, [inbox.as_str()])?;
    let sql = "INSERT INTO member (room, person, from_seq) VALUES (?1, ?2, 1)";
    tx.execute(sql, [inbox.as_str(), person.as_str()])?;
    Ok(())
}

/// Everybody finds the lobby in their list, and what programs tell everyone; what was said there before is not new to them.
fn enter_common_rooms(tx: &Transaction<'_>, person: &UserId) -> Result<(), Error> {
    let sql = "INSERT INTO member (room, person, from_seq, read_seq)
               SELECT id, ?2, 1, top FROM room WHERE id = ?1";
    for room in [RoomId::lobby(), RoomId::notices()] {
        tx.execute(sql, [room.as_str(), person.as_str()])?;
    }
    Ok(())
}
