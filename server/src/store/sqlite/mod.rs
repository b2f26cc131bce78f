//! The store in one SQLite file. Several nodes of one host may share it.

mod batch;
mod directory;
mod log;
mod readers;
mod rows;
mod turn;
mod watch;
mod writer;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use protocol::Epoch;
use rusqlite::{Connection, ErrorCode, OptionalExtension};

use self::{readers::Readers, turn::Turn, watch::Watch, writer::Writer};
use super::{Error, Store};

/// The version of `schema.sql`, kept in the file as `user_version`.
const SCHEMA: i64 = 1;

/// Opens the file, and makes it and its folder if they are not there.
pub(super) fn connect(path: &Path) -> Result<Store, Error> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|e| {
            Error::Unavailable(format!("cannot make the folder {}: {e}", folder.display()))
        })?;
    }
    let mut turn = Turn::open(path)?;
    let mut connection = open(path)?;
    let epoch = turn.take(|| prepare(&mut connection))??;
    let readers = Arc::new(Readers::open(path)?);
    let writer = Arc::new(Writer::start(connection, turn, epoch.clone()));
    let watch = Watch::start(open(path)?);
    Ok(Store {
        log: Box::new(log::Log {
            epoch,
            readers: readers.clone(),
            writer: writer.clone(),
            watch,
        }),
        directory: Box::new(directory::Directory { readers, writer }),
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
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

/// Brings the file to this build's schema and tells the log's epoch.
fn prepare(connection: &mut Connection) -> Result<Epoch, Error> {
    let tx = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let version: i64 = tx.pragma_query_value(None, "user_version", |row| row.get(0))?;
    match version {
        0 => {
            tx.execute_batch(include_str!("schema.sql"))?;
            let epoch: Epoch = super::random_id::<8, _>();
            tx.execute(
                "INSERT INTO log (id, epoch, top) VALUES (1, ?1, 0)",
                [epoch.as_str()],
            )?;
            tx.pragma_update(None, "user_version", SCHEMA)?;
        }
        SCHEMA => {}
        newer => {
            let why = format!(
                "its schema is version {newer}, this build knows {SCHEMA}: run the newer build"
            );
            return Err(Error::Unavailable(why));
        }
    }
    let epoch: Option<String> = tx
        .query_row("SELECT epoch FROM log WHERE id = 1", [], |row| row.get(0))
        .optional()?;
    tx.commit()?;
    let epoch = epoch.ok_or_else(|| Error::Unavailable("the log has no identity".to_owned()))?;
    epoch
        .parse()
        .map_err(|e| Error::Unavailable(format!("the log's epoch: {e}")))
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
