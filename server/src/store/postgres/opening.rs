//! Opening a log: brings the database to this build's schema, and finds out whether the log is still the one it was.

use deadpool_postgres::{Client, GenericClient};
use protocol::Epoch;

use super::Error;
use super::fence::{Head, head};
use super::link::{change, row};
use super::rows::{get, number};
use crate::seal::Key;
use crate::store::random_id;

/// What makes each version of the schema from the one before; a new database goes through all.
pub(super) const SCHEMA: [&str; 2] = [include_str!("schema/1.sql"), include_str!("schema/2.sql")];

/// Of the advisory lock under which one node at a time brings the database up to date; no meaning but that others choose others.
const TURN: &str = "SELECT pg_advisory_xact_lock(4859230411657183)";

/// The rooms that everybody is in.
const COMMON_ROOMS: &str = "INSERT INTO room (id, name, kind, folded)
    VALUES ('lobby', 'Lobby', 'public', 'lobby'), ('notices', 'Notices', 'public', 'notlces')";

/// Opens the log, and makes it if it is not there.
pub(super) async fn open(link: &mut Client) -> Result<(Head, Key), Error> {
    let tx = link.transaction().await?;
    // Bringing much up to date takes its time, and so does waiting for another node to do it.
    tx.batch_execute("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0")
        .await?;
    tx.batch_execute(TURN).await?;
    can_keep(&tx).await?;
    if version(&tx).await? == 0 {
        make(&tx).await?;
        begin(&tx).await?;
    } else {
        bring_up(&tx).await?;
    }
    let head = adopt(&tx).await?;
    let sealed = row(&tx, "SELECT secret FROM seal", &[]).await?;
    let sealed = sealed.ok_or_else(|| Error::Unavailable("the log has no seal".to_owned()))?;
    let secret: &[u8] = get(&sealed, 0)?;
    let secret = secret.try_into().map_err(super::rows::unreadable)?;
    tx.commit().await?;
    Ok((head, Key::new(secret)))
}

/// The version of the schema that is there; 0 if none is.
pub(super) async fn version(on: &impl GenericClient) -> Result<usize, Error> {
    let is_there = on
        .query_one("SELECT to_regclass('version') IS NOT NULL", &[])
        .await?;
    if !is_there.try_get::<_, bool>(0)? {
        return Ok(0);
    }
    let number: i64 = on
        .query_one("SELECT number FROM version", &[])
        .await?
        .try_get(0)?;
    Ok(usize::try_from(number).unwrap_or(usize::MAX))
}

/// The tables of this build, with nothing in them, in a database without any.
pub(super) async fn make(on: &impl GenericClient) -> Result<(), Error> {
    let made = "CREATE TABLE version (number bigint NOT NULL); INSERT INTO version VALUES (0)";
    on.batch_execute(made).await?;
    bring_up(on).await
}

/// Brings the tables to those of this build.
async fn bring_up(on: &impl GenericClient) -> Result<(), Error> {
    let (version, known) = (version(on).await?, SCHEMA.len());
    let missing = SCHEMA.get(version..).ok_or_else(|| {
        let why = format!(
            "its schema is version {version}, this build knows {known}: run the newer build"
        );
        Error::Unavailable(why)
    })?;
    for step in missing {
        on.batch_execute(step).await?;
    }
    change(on, "UPDATE version SET number = $1", &[&number(known)]).await?;
    Ok(())
}

/// Refuses what cannot keep texts as they are written.
async fn can_keep(on: &impl GenericClient) -> Result<(), Error> {
    let asked = "SELECT current_setting('server_version_num')::int, current_setting('server_encoding'), current_setting('fsync')";
    let told = on.query_one(asked, &[]).await?;
    let (version, encoding, sync): (i32, String, String) =
        (told.try_get(0)?, told.try_get(1)?, told.try_get(2)?);
    if version < 130_000 {
        let why = "the server is older than PostgreSQL 13; give a newer one";
        return Err(Error::Unavailable(why.to_owned()));
    }
    if encoding != "UTF8" {
        let why = format!(
            "the database is encoded in {encoding}; make one with: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0"
        );
        return Err(Error::Unavailable(why));
    }
    if sync != "on" {
        tracing::warn!(
            "the server runs with fsync off: what is accepted may be lost with its power"
        );
    }
    Ok(())
}

/// An empty log.
async fn begin(on: &impl GenericClient) -> Result<(), Error> {
    on.batch_execute(COMMON_ROOMS).await?;
    let epoch = random_id::<8, Epoch>();
    let sql = "INSERT INTO log (id, epoch, top) VALUES (1, $1, 0)";
    change(on, sql, &[&epoch.as_str()]).await?;
    let mut secret = [0; 32];
    getrandom::fill(&mut secret).expect("the system has random numbers");
    let sql = "INSERT INTO seal (id, secret) VALUES (1, $1)";
    change(on, sql, &[&secret.as_slice()]).await?;
    Ok(())
}

/// The log's head. If it stands at another place than where its epoch was given, entries may be missing at its end: it becomes
/// another log.
async fn adopt(on: &impl GenericClient) -> Result<Head, Error> {
    let found = row(on, concat!(head!(), " FOR UPDATE"), &[]).await?;
    let mut head = Head::found(found)?;
    if head.place.as_ref().is_some_and(|place| *place != head.here) {
        begin_anew(on, &mut head).await?;
    }
    let sql = "UPDATE log SET place = $1";
    change(on, sql, &[&head.here]).await?;
    Ok(head)
}

/// Makes the log another one, with a new epoch.
pub(super) async fn begin_anew(on: &impl GenericClient, head: &mut Head) -> Result<(), Error> {
    let epoch = random_id::<8, Epoch>();
    let was = std::mem::replace(&mut head.epoch, epoch.clone());
    tracing::warn!(
        %was, %epoch, top = head.top,
        "the log may have lost entries: it has a new epoch, and clients load it anew"
    );
    let sql = "UPDATE log SET epoch = $1, former = $2";
    change(on, sql, &[&epoch.as_str(), &was.as_str()]).await?;
    head.former = Some(was);
    Ok(())
}
