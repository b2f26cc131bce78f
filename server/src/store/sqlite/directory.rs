//! People, sign-ins and nodes' addresses in SQLite.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use protocol::{Cid, Entry, Kind, Name, Person, RoomId, UserId};
use rusqlite::{Connection, OptionalExtension, Transaction};

use super::batch::Batch;
use super::rows::{name, parsed};
use super::{Error, Readers, Writer};
use crate::store::name::fold;
use crate::store::token::sign_in_id;
use crate::store::{self, Draft, SignedIn, Token, random_id};

const DAY_SECS: i64 = 24 * 60 * 60;

/// A sign-in ends when it was not used for this long.
const SIGN_IN_SECS: i64 = 30 * DAY_SECS;

/// A resume token ends after this: pages are open for hours, and take a new one with each welcome.
const RESUME_SECS: i64 = DAY_SECS;

pub(super) struct Directory {
    pub(super) readers: Arc<Readers>,
    pub(super) writer: Arc<Writer>,
}

#[async_trait]
impl store::Directory for Directory {
    async fn join(&self, name: Name) -> Result<(Person, Token), Error> {
        let person = Person {
            id: random_id::<8, UserId>(),
            name,
        };
        let token = Token::random();
        let (joining, hash) = (person.clone(), token.hash());
        self.writer
            .run(move |tx| {
                forget_expired(tx)?;
                insert(tx, &joining)?;
                make_inbox(tx, &joining.id)?;
                sign_in(tx, hash, &joining.id, None, SIGN_IN_SECS)
            })
            .await?;
        Ok((person, token))
    }

    async fn recognise(&self, token: &Token) -> Result<Option<SignedIn>, Error> {
        let hash = token.hash();
        let found = self
            .readers
            .run(move |connection| find(connection, hash))
            .await?;
        let Some(Found {
            signed_in,
            expires,
            is_resume,
        }) = found
        else {
            return Ok(None);
        };
        // Once a day is enough to keep it alive, and spares a write a visit.
        if !is_resume && expires < now() + SIGN_IN_SECS - DAY_SECS {
            self.writer
                .run(move |tx| {
                    let sql = "UPDATE sign_in SET expires = ?2 WHERE hash = ?1";
                    tx.execute(sql, (hash, now() + SIGN_IN_SECS))?;
                    Ok(())
                })
                .await?;
        }
        Ok(Some(signed_in))
    }

    async fn resume_token(&self, token: &Token) -> Result<Token, Error> {
        let (hash, resume) = (token.hash(), Token::random());
        let resume_hash = resume.hash();
        self.writer.run(move |tx| {
            let sql = "SELECT coalesce(parent, hash), person FROM sign_in WHERE hash = ?1 AND expires > ?2";
            let found = tx.query_row(sql, (hash, now()), |row| Ok((row.get(0)?, parsed(row, 1)?))).optional()?;
            let (parent, person): ([u8; 32], UserId) = found.ok_or(Error::SignInEnded)?;
            sign_in(tx, resume_hash, &person, Some(parent), RESUME_SECS)
        }).await?;
        Ok(resume)
    }

    async fn sign_out(&self, token: &Token) -> Result<Option<Entry>, Error> {
        let hash = token.hash();
        self.writer.change(move |batch| sign_out(batch, hash)).await
    }

    async fn announce(&self, public_url: &str) -> Result<Vec<String>, Error> {
        let public_url = public_url.to_owned();
        self.writer
            .run(move |tx| {
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

fn insert(tx: &Transaction<'_>, person: &Person) -> Result<(), Error> {
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

fn sign_in(
    tx: &Transaction<'_>,
    hash: [u8; 32],
    person: &UserId,
    parent: Option<[u8; 32]>,
    secs: i64,
) -> Result<(), Error> {
    let sql = "INSERT INTO sign_in (hash, person, parent, expires) VALUES (?1, ?2, ?3, ?4)";
    tx.execute(sql, (hash, person.as_str(), parent, now() + secs))?;
    Ok(())
}

/// Ends a sign-in and tells its sessions so, in their user's inbox.
fn sign_out(batch: &mut Batch<'_>, hash: [u8; 32]) -> Result<Option<Entry>, Error> {
    let sql = "SELECT coalesce(sign_in.parent, sign_in.hash), person.id, person.name
               FROM sign_in JOIN person ON person.id = sign_in.person WHERE sign_in.hash = ?1";
    let found = batch
        .tx
        .query_row(sql, [hash], |row| {
            let person = Person {
                id: parsed(row, 1)?,
                name: name(row, 2)?,
            };
            Ok((row.get(0)?, person))
        })
        .optional()?;
    let Some((root, person)): Option<([u8; 32], Person)> = found else {
        return Ok(None);
    };
    let sql = "DELETE FROM sign_in WHERE hash = ?1";
    batch.tx.execute(sql, [root])?;
    free_names(batch.tx)?;
    let told = Draft {
        room: RoomId::inbox(&person.id),
        sender: person,
        cid: random_id::<16, Cid>(),
        kind: Kind::SignedOut,
        target: Some((&sign_in_id(&root)).into()),
        body: String::new(),
        at: now() as u64 * 1_000,
    };
    Ok(Some(batch.append(&told)?))
}

/// A good token.
struct Found {
    signed_in: SignedIn,
    /// Seconds since 1970 UTC.
    expires: i64,
    is_resume: bool,
}

fn find(connection: &Connection, hash: [u8; 32]) -> Result<Option<Found>, Error> {
    let sql = "SELECT person.id, person.name, sign_in.expires, sign_in.parent
               FROM sign_in JOIN person ON person.id = sign_in.person
               WHERE sign_in.hash = ?1 AND sign_in.expires > ?2";
    let found = connection
        .prepare_cached(sql)?
        .query_row((hash, now()), |row| {
            let person = Person {
                id: parsed(row, 0)?,
                name: name(row, 1)?,
            };
            let parent: Option<[u8; 32]> = row.get(3)?;
            let sign_in = sign_in_id(&parent.unwrap_or(hash));
            Ok(Found {
                signed_in: SignedIn { person, sign_in },
                expires: row.get(2)?,
                is_resume: parent.is_some(),
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

fn forget_expired(tx: &Transaction<'_>) -> Result<(), Error> {
    tx.execute("DELETE FROM sign_in WHERE expires <= ?1", [now()])?;
    free_names(tx)
}

/// Names of guests who can never come back are free again.
fn free_names(tx: &Transaction<'_>) -> Result<(), Error> {
    let sql = "UPDATE person SET folded = NULL
               WHERE folded IS NOT NULL AND NOT EXISTS (SELECT 1 FROM sign_in WHERE sign_in.person = person.id)";
    tx.execute(sql, [])?;
    Ok(())
}

/// Seconds since 1970 UTC.
fn now() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("the clock is past 1970");
    since.as_secs() as i64
}
