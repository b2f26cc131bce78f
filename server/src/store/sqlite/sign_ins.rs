//! Sign-ins in SQLite: how they begin and end, and what their ends tell.

use std::collections::BTreeSet;

use protocol::{Entry, Kind, Person, Target, UserId};
use rusqlite::{OptionalExtension, Params, Transaction};

use super::Error;
use super::batch::Batch;
use super::rows::person;
use crate::store::sign_in::{
    DAY_SECS, FORGOTTEN_AFTER_SECS, FORGOTTEN_MAX, Hash, OLD_RESUMES_MAX, SIGN_IN_SECS, VISIT_SECS,
    now, told,
};
use crate::store::token::sign_in_id;

pub(super) fn begin(tx: &Transaction<'_>, hash: Hash, person: &UserId) -> Result<(), Error> {
    insert(tx, hash, person, (None, SIGN_IN_SECS))
}

/// One that is renewed by whoever began it.
pub(super) fn begin_visit(tx: &Transaction<'_>, hash: Hash, person: &UserId) -> Result<(), Error> {
    insert(tx, hash, person, (None, VISIT_SECS))
}

/// A token that is good as long as its sign-in is. The oldest ones of pages closed long ago make room.
pub(super) fn begin_resume(
    tx: &Transaction<'_>,
    hash: Hash,
    person: &UserId,
    root: Hash,
) -> Result<(), Error> {
    let sql = "DELETE FROM sign_in WHERE hash IN
                 (SELECT hash FROM sign_in WHERE parent = ?1 AND expires < ?2
                  ORDER BY expires DESC LIMIT -1 OFFSET ?3)";
    let day_old = now() + SIGN_IN_SECS - DAY_SECS;
    tx.execute(sql, (root, day_old, OLD_RESUMES_MAX))?;
    insert(tx, hash, person, (Some(root), SIGN_IN_SECS))
}

fn insert(
    tx: &Transaction<'_>,
    hash: Hash,
    person: &UserId,
    (parent, lasts): (Option<Hash>, i64),
) -> Result<(), Error> {
    let sql =
        "INSERT INTO sign_in (hash, person, parent, expires, lasts) VALUES (?1, ?2, ?3, ?4, ?5)";
    tx.execute(sql, (hash, person.as_str(), parent, now() + lasts, lasts))?;
    Ok(())
}

/// The sign-in a token is of, and whose it is.
pub(super) fn of(tx: &Transaction<'_>, hash: Hash) -> Result<Option<(Hash, Person)>, Error> {
    let sql = "SELECT coalesce(sign_in.parent, sign_in.hash), person.id, person.name
               FROM sign_in JOIN person ON person.id = sign_in.person WHERE sign_in.hash = ?1";
    let found = tx.query_row(sql, [hash], |row| {
        let person = person(row, 1)?;
        Ok((row.get(0)?, person))
    });
    Ok(found.optional()?)
}

/// Ends a sign-in with its resume tokens, and tells its sessions so in their user's inbox.
pub(super) fn end(batch: &mut Batch<'_>, root: Hash, person: &Person) -> Result<Entry, Error> {
    batch
        .tx
        .execute("DELETE FROM sign_in WHERE hash = ?1", [root])?;
    free_name(batch.tx, person.id.as_str())?;
    let target = Target::from(&sign_in_id(&root));
    tell(batch, (person, person), Kind::SignedOut, (target, ""))
}

/// Ends all sign-ins of somebody but one.
pub(super) fn end_others(
    batch: &mut Batch<'_>,
    person: &Person,
    but: Option<Hash>,
) -> Result<Vec<Entry>, Error> {
    let sql = "SELECT hash FROM sign_in WHERE person = ?1 AND parent IS NULL AND hash IS NOT ?2 ORDER BY hash";
    let roots: Vec<Hash> = batch
        .tx
        .prepare_cached(sql)?
        .query_map((person.id.as_str(), but), |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let ended = roots.into_iter().map(|root| end(batch, root, person));
    ended.collect()
}

/// An entry in the inbox of the first, by the second.
pub(super) fn tell(
    batch: &mut Batch<'_>,
    people: (&Person, &Person),
    kind: Kind,
    about: (Target, &str),
) -> Result<Entry, Error> {
    batch.append(&told(people, kind, about))
}

/// Ends what has expired of the sign-ins of whoever has this name.
pub(super) fn end_expired_of(batch: &mut Batch<'_>, folded: &str) -> Result<(), Error> {
    let sql = "SELECT hash, person.id, name FROM sign_in JOIN person ON person.id = sign_in.person
               WHERE folded = ?1 AND parent IS NULL AND expires <= ?2";
    end_found(batch, sql, (folded, now()))
}

/// Forgets the sign-ins that were not used for too long, with their resume tokens. A visit's session may still be somewhere, and
/// is told.
pub(super) fn forget_expired(batch: &mut Batch<'_>) -> Result<(), Error> {
    let sql = "SELECT hash, person.id, name FROM sign_in JOIN person ON person.id = sign_in.person
               WHERE parent IS NULL AND expires <= ?1 AND lasts = ?2 LIMIT ?3";
    let long_ago = now() - FORGOTTEN_AFTER_SECS;
    end_found(batch, sql, (long_ago, VISIT_SECS, FORGOTTEN_MAX))?;
    let sql = "DELETE FROM sign_in WHERE parent IS NULL AND expires <= ?1 AND lasts <> ?2 RETURNING person";
    let mut expired = batch.tx.prepare_cached(sql)?;
    let people = expired.query_map((now(), VISIT_SECS), |row| row.get(0))?;
    for person in people.collect::<rusqlite::Result<BTreeSet<String>>>()? {
        free_name(batch.tx, &person)?;
    }
    Ok(())
}

fn end_found(batch: &mut Batch<'_>, sql: &str, params: impl Params) -> Result<(), Error> {
    let found: Vec<(Hash, Person)> = batch
        .tx
        .prepare_cached(sql)?
        .query_map(params, |row| Ok((row.get(0)?, person(row, 1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    for (root, person) in found {
        end(batch, root, &person)?;
    }
    Ok(())
}

/// The name of a guest who can never come back is free again, and they are in no public room any more. Accounts keep their names,
/// and so do the banned and the people of programs.
pub(super) fn free_name(tx: &Transaction<'_>, person: &str) -> Result<(), Error> {
    let sql = "UPDATE person SET folded = NULL
               WHERE id = ?1 AND folded IS NOT NULL AND password IS NULL AND banned IS NULL AND alias IS NULL
                 AND NOT EXISTS (SELECT 1 FROM sign_in WHERE sign_in.person = person.id)";
    if tx.prepare_cached(sql)?.execute([person])? > 0 {
        let sql = "DELETE FROM member WHERE person = ?1 AND to_seq IS NULL
                     AND room IN (SELECT id FROM room WHERE kind = 'public')";
        tx.prepare_cached(sql)?.execute([person])?;
    }
    Ok(())
}
