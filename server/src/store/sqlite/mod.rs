//! The store in one SQLite file. Several nodes of one host may share it.

mod accounts;
mod batch;
mod check;
pub(super) mod copying;
mod database;
mod directory;
mod embedding;
mod fence;
mod invites;
mod listing;
mod log;
mod mark;
mod page;
mod programs;
mod prove;
mod readers;
mod rooms;
mod rows;
mod shelf;
mod sign_ins;
mod standing;
mod tickets;
mod turn;
pub(super) mod upkeep;
mod visits;
mod watch;
mod writer;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use protocol::Epoch;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode};

use self::{fence::Fence, readers::Readers, turn::Turn, watch::Watch, writer::Writer};
use super::{Error, Store};
use crate::seal::Key;

/// What makes each version of the schema from the one before; a new file goes through all. The file keeps its version as
/// `user_version`.
const SCHEMA: [&str; 8] = [
    include_str!("schema/1.sql"),
    include_str!("schema/2.sql"),
    include_str!("schema/3.sql"),
    include_str!("schema/4.sql"),
    include_str!("schema/5.sql"),
    include_str!("schema/6.sql"),
    include_str!("schema/7.sql"),
    include_str!("schema/8.sql"),
];

/// Memory for pages of the file with the writer, in KiB (SQLite counts pages where it is positive): the places where entries of
/// many rooms and senders go are at hand.
const WRITER_CACHE_KIB: i32 = -4 * 1024;

/// Opens the file, and makes it and its folder if they are not there.
pub(super) fn connect(path: &Path) -> Result<Store, Error> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|e| {
            Error::Unavailable(format!("cannot make the folder {}: {e}", folder.display()))
        })?;
    }
    let mut turn = Turn::open(path)?;
    let (connection, fence, key) = turn.take(|| {
        fence::set_leftovers_aside(path)?;
        fence::adopt_backup(path)?;
        let mut connection = open(path)?;
        prepare(&mut connection)?;
        let fence = Fence::raise(path, &connection)?;
        let key = seal_key(&connection)?;
        Ok::<_, Error>((connection, Arc::new(fence), key))
    })??;
    connection.pragma_update(None, "cache_size", WRITER_CACHE_KIB)?;
    let readers = Arc::new(Readers::open(path)?);
    let watch = Watch::start(open(path)?, fence.clone());
    let writer = Arc::new(Writer::start(connection, turn, fence.clone()));
    fence.expect()?; // all connections are to the same file
    Ok(Store {
        log: Box::new(log::Log {
            fence,
            readers: readers.clone(),
            writer: writer.clone(),
            watch,
        }),
        rooms: Box::new(rooms::Rooms {
            readers: readers.clone(),
            writer: writer.clone(),
        }),
        order: Box::new(rooms::Rooms {
            readers: readers.clone(),
            writer: writer.clone(),
        }),
        invites: Box::new(invites::Invites {
            readers: readers.clone(),
            writer: writer.clone(),
        }),
        shelf: Box::new(shelf::Shelf {
            readers: readers.clone(),
            writer: writer.clone(),
        }),
        accounts: Box::new(accounts::Accounts {
            readers: readers.clone(),
            writer: writer.clone(),
        }),
        bans: Box::new(accounts::Accounts {
            readers: readers.clone(),
            writer: writer.clone(),
        }),
        keys: Box::new(programs::Programs {
            readers: readers.clone(),
            writer: writer.clone(),
        }),
        podium: Box::new(programs::Programs {
            readers: readers.clone(),
            writer: writer.clone(),
        }),
        tickets: Box::new(tickets::Tickets {
            writer: writer.clone(),
        }),
        embedding: Box::new(embedding::Embedding {
            readers: readers.clone(),
            writer: writer.clone(),
        }),
        visits: Box::new(directory::Directory {
            readers: readers.clone(),
            writer: writer.clone(),
        }),
        directory: Box::new(directory::Directory { readers, writer }),
        key,
    })
}

/// A connection with the settings the promises hold under: WAL, and a commit is on the disk when it returns.
fn open(path: &Path) -> Result<Connection, Error> {
    let connection = Connection::open(path)
        .map_err(|e| Error::Unavailable(format!("cannot open {}: {e}", path.display())))?;
    connection.busy_timeout(Duration::from_secs(2))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", "ON")?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    // What was taken back does not stay where a page has free space.
    connection.pragma_update(None, "secure_delete", "ON")?;
    // What stands at the path may not be our file any more; who closes it well says so (`fold_on_close`).
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

/// Who closes this connection as the last one of all nodes leaves one plain file, without a write-ahead log.
fn fold_on_close(connection: &Connection) -> Result<(), Error> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
    Ok(())
}

/// Brings the file to this build's schema; a new one gets an epoch.
fn prepare(connection: &mut Connection) -> Result<(), Error> {
    let tx = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let version: usize = tx.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let known = SCHEMA.len();
    let missing = SCHEMA.get(version..).ok_or_else(|| {
        let why = format!(
            "its schema is version {version}, this build knows {known}: run the newer build"
        );
        Error::Unavailable(why)
    })?;
    for step in missing {
        tx.execute_batch(step)?;
    }
    if version == 0 {
        let epoch: Epoch = super::random_id::<8, _>();
        tx.execute(
            "INSERT INTO log (id, epoch, top) VALUES (1, ?1, 0)",
            [epoch.as_str()],
        )?;
    }
    if !missing.is_empty() {
        tx.pragma_update(None, "user_version", known)?;
    }
    tx.commit()?;
    Ok(())
}

fn seal_key(connection: &Connection) -> Result<Key, Error> {
    let mut secret = connection.prepare("SELECT secret FROM seal")?;
    Ok(Key::new(secret.query_row([], |row| row.get(0))?))
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            Some(ErrorCode::DiskFull) => Self::Full,
            _ => Self::Unavailable(error.to_string()),
        }
    }
}
