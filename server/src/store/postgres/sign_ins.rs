//! Sign-ins in PostgreSQL: how they begin and end, and what their ends tell.

use protocol::{Entry, Kind, Person, Target, UserId};

use super::Error;
use super::batch::Batch;
use super::link::Params;
use super::rows::{each, get, number, person, unreadable};
use crate::store::sign_in::{
    DAY_SECS, FORGOTTEN_AFTER_SECS, FORGOTTEN_MAX, Hash, OLD_RESUMES_MAX, SIGN_IN_SECS, VISIT_SECS,
    now, told,
};
use crate::store::token::sign_in_id;

pub(super) fn hash(bytes: &[u8]) -> Result<Hash, Error> {
    bytes.try_into().map_err(unreadable)
}

pub(super) fn begin(batch: &Batch<'_>, hash: Hash, person: &UserId) -> Result<(), Error> {
    insert(batch, hash, person, (None, SIGN_IN_SECS))
}

/// One that is renewed by whoever began it.
pub(super) fn begin_visit(batch: &Batch<'_>, hash: Hash, person: &UserId) -> Result<(), Error> {
    insert(batch, hash, person, (None, VISIT_SECS))
}

/// A token that is good as long as its sign-in is. The oldest ones of pages closed long ago make room.
pub(super) fn begin_resume(
    batch: &Batch<'_>,
    hash: Hash,
    person: &UserId,
    root: Hash,
) -> Result<(), Error> {
    let sql = "DELETE FROM sign_in WHERE hash IN
                 (SELECT hash FROM sign_in WHERE parent = $1 AND expires < $2
                  ORDER BY expires DESC OFFSET $3)";
    let day_old = now() + SIGN_IN_SECS - DAY_SECS;
    batch.change(sql, &[&root.as_slice(), &day_old, &number(OLD_RESUMES_MAX)])?;
    insert(batch, hash, person, (Some(root), SIGN_IN_SECS))
}

fn insert(
    batch: &Batch<'_>,
    hash: Hash,
    person: &UserId,
    (parent, lasts): (Option<Hash>, i64),
) -> Result<(), Error> {
    let sql =
        "INSERT INTO sign_in (hash, person, parent, expires, lasts) VALUES ($1, $2, $3, $4, $5)";
    let parent = parent.as_ref().map(Hash::as_slice);
    let (hash, expires) = (hash.as_slice(), now() + lasts);
    batch.change(sql, &[&hash, &person.as_str(), &parent, &expires, &lasts])?;
    Ok(())
}

/// The sign-in a token is of, and whose it is.
pub(super) fn of(batch: &Batch<'_>, token: Hash) -> Result<Option<(Hash, Person)>, Error> {
    let sql = "SELECT coalesce(sign_in.parent, sign_in.hash), person.id, person.name
               FROM sign_in JOIN person ON person.id = sign_in.person WHERE sign_in.hash = $1";
    let found = batch.row(sql, &[&token.as_slice()])?;
    let found = found.map(|row| Ok((hash(get(&row, 0)?)?, person(&row, 1)?)));
    found.transpose()
}

/// Ends a sign-in with its resume tokens, and tells its sessions so in their user's inbox.
pub(super) fn end(batch: &mut Batch<'_>, root: Hash, person: &Person) -> Result<Entry, Error> {
    batch.change("DELETE FROM sign_in WHERE hash = $1", &[&root.as_slice()])?;
    free_names(batch, &[person.id.as_str()])?;
    let target = Target::from(&sign_in_id(&root));
    tell(batch, (person, person), Kind::SignedOut, (target, ""))
}

/// Ends all sign-ins of somebody but one.
pub(super) fn end_others(
    batch: &mut Batch<'_>,
    person: &Person,
    but: Option<Hash>,
) -> Result<Vec<Entry>, Error> {
    let sql = "SELECT hash FROM sign_in WHERE person = $1 AND parent IS NULL AND hash IS DISTINCT FROM $2 ORDER BY hash";
    let but = but.as_ref().map(Hash::as_slice);
    let roots = batch.rows(sql, &[&person.id.as_str(), &but])?;
    let roots = each(&roots, |row| hash(get(row, 0)?))?;
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
               WHERE folded = $1 AND parent IS NULL AND expires <= $2";
    end_found(batch, sql, &[&folded, &now()])
}

/// Forgets the sign-ins that were not used for too long, with their resume tokens. A visit's session may still be somewhere, and
/// is told.
pub(super) fn forget_expired(batch: &mut Batch<'_>) -> Result<(), Error> {
    let sql = "SELECT hash, person.id, name FROM sign_in JOIN person ON person.id = sign_in.person
               WHERE parent IS NULL AND expires <= $1 AND lasts = $2 LIMIT $3";
    let long_ago = now() - FORGOTTEN_AFTER_SECS;
    end_found(
        batch,
        sql,
        &[&long_ago, &VISIT_SECS, &number(FORGOTTEN_MAX)],
    )?;
    let sql = "DELETE FROM sign_in WHERE parent IS NULL AND expires <= $1 AND lasts <> $2 RETURNING person";
    let expired = batch.rows(sql, &[&now(), &VISIT_SECS])?;
    let people = each(&expired, |row| get::<&str>(row, 0).map(str::to_owned))?;
    let people: Vec<&str> = people.iter().map(String::as_str).collect();
    free_names(batch, &people)
}

fn end_found(batch: &mut Batch<'_>, sql: &str, params: Params<'_>) -> Result<(), Error> {
    let found = batch.rows(sql, params)?;
    for row in &found {
        end(batch, hash(get(row, 0)?)?, &person(row, 1)?)?;
    }
    Ok(())
}

/// The names of guests who can never come back are free again, and they are in no public room any more. Accounts keep their names,
/// and so do the banned and the people of programs.
pub(super) fn free_names(batch: &Batch<'_>, people: &[&str]) -> Result<(), Error> {
    if people.is_empty() {
        return Ok(());
    }
    let sql = "WITH gone AS (
                 UPDATE person SET folded = NULL
                 WHERE id = ANY ($1) AND folded IS NOT NULL AND password IS NULL AND banned IS NULL AND alias IS NULL
                   AND NOT EXISTS (SELECT 1 FROM sign_in WHERE sign_in.person = person.id)
                 RETURNING id)
               DELETE FROM member USING gone, room
               WHERE member.person = gone.id AND to_seq IS NULL AND room.id = member.room AND room.kind = 'public'";
    batch.change(sql, &[&people])?;
    Ok(())
}
