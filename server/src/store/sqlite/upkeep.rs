//! Proving, copying and replacing the file of a store.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use protocol::Epoch;
use rusqlite::Connection;

use super::database::BACKUP;
use super::database::{Identity, companion};
use super::prove::{look_into, open, prove, version};
use super::{SCHEMA, fence, turn};
use crate::store::proof::Proof;
use crate::store::upkeep::{Error, Restored};

pub(in crate::store) fn check(path: &Path) -> Result<Proof, Error> {
    Ok(prove(&look_into(path)?))
}

pub(in crate::store) fn backup(path: &Path, to: &Path) -> Result<Proof, Error> {
    let store = look_into(path)?;
    // Claims the name: whoever else wants it is refused from here on, as this is if it is taken.
    File::create_new(to).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => Error(format!(
            "{} is there already, and a backup overwrites nothing; give another name",
            to.display()
        )),
        _ => Error(format!(
            "cannot make {} ({error}); give a file in a folder that is there and can be written",
            to.display()
        )),
    })?;
    let partial = companion(to, ".partial");
    let copied = copy(&store, &partial).and_then(|proof| {
        fs::rename(&partial, to).map_err(|error| failed(to, &error))?;
        sync_folder(to)?;
        Ok(proof)
    });
    if copied.is_err() {
        for left in [partial.as_path(), to] {
            let _ = fs::remove_file(left); // the error told is the first one
        }
    }
    copied
}

pub(in crate::store) fn restore(path: &Path, from: &Path) -> Result<Restored, Error> {
    let backup = look_into(from)?;
    if identity(from)? == identity(path)? {
        return Err(Error(format!(
            "{} is the store itself; give a backup of it",
            from.display()
        )));
    }
    let folder = folder(path);
    fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
    let alone = turn::alone(path).map_err(|error| Error(error.to_string()))?;
    let _alone = alone.ok_or_else(|| {
        Error(format!(
            "a node runs on {}; stop all nodes of this store, then restore",
            path.display()
        ))
    })?;
    // All that may fail for long is done beside the store; what comes then is two names.
    let new = path.with_extension("restoring");
    let mut proof = copy(&backup, &new)?;
    proof.epoch = begin_anew(&new)
        .map_err(|error| unwritten(&new, &error))?
        .into();
    let before = keep(path)?;
    fs::rename(&new, path).map_err(|error| failed(path, &error))?;
    sync_folder(path)?;
    Ok(Restored { proof, before })
}

pub(in crate::store) fn is_there(path: &Path) -> Result<(), Error> {
    look_into(path).map(drop)
}

pub(in crate::store) fn is_complete(path: &Path) -> Result<(), Error> {
    let not_yet = |error: rusqlite::Error| unwritten(path, &error);
    let bytes = fs::metadata(path)
        .map_err(|error| failed(path, &error))?
        .len();
    let connection = open(path).map_err(not_yet)?;
    let number = |name| connection.pragma_query_value(None, name, |row| row.get::<_, u64>(0));
    let wanted = number("page_count").map_err(not_yet)? * number("page_size").map_err(not_yet)?;
    let version = version(&connection).map_err(not_yet)?;
    let has_log = fence::head(&connection).is_ok();
    if bytes >= wanted && (1..=SCHEMA.len()).contains(&version) && has_log {
        Ok(())
    } else {
        Err(Error(format!(
            "{} is not a whole store of Confab",
            path.display()
        )))
    }
}

/// A sound copy of one moment, in one file, on the disk.
fn copy(store: &Connection, to: &Path) -> Result<Proof, Error> {
    remove(to)?;
    let copied = copy_into(store, to).map_err(|error| unwritten(to, &error));
    let proof = copied.and_then(|()| check(to))?;
    if let Some(fault) = proof.faults.first() {
        remove(to)?;
        return Err(Error(format!(
            "what was to be copied has faults, the first is: {fault}; see all with: confab check"
        )));
    }
    let written = File::open(to).and_then(|file| file.sync_all());
    written.map_err(|error| failed(to, &error))?;
    Ok(proof)
}

fn copy_into(store: &Connection, to: &Path) -> rusqlite::Result<()> {
    store.pragma_update(None, "query_only", "OFF")?;
    store.execute("VACUUM INTO ?1", [to.as_os_str().to_string_lossy()])?;
    let copy = Connection::open(to)?;
    copy.pragma_update(None, "application_id", BACKUP)?;
    // One plain file, until a node opens it.
    copy.pragma_update(None, "journal_mode", "DELETE")
}

/// Makes the copy another log.
fn begin_anew(copy: &Path) -> rusqlite::Result<Epoch> {
    let connection = Connection::open(copy)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    fence::begin_anew(&connection)
}

/// Gives the store a second name, and lets nothing of it lie where SQLite would take it for a part of the next one.
fn keep(path: &Path) -> Result<Option<PathBuf>, Error> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let secs = since.expect("the clock is past 1970").as_secs();
    let aside = path.with_extension(format!("before-restore-{secs}.db"));
    let is_there = path.exists();
    if is_there {
        fold(path);
        fs::hard_link(path, &aside).map_err(|error| failed(&aside, &error))?;
    }
    for ending in ["-wal", "-shm"] {
        let moved = fs::rename(companion(path, ending), companion(&aside, ending));
        match moved {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(failed(&companion(path, ending), &error));
            }
            _ => {}
        }
    }
    sync_folder(path)?;
    Ok(is_there.then_some(aside))
}

/// Brings what the write-ahead log has into the file itself; closing it then removes the log. A store that is too broken for
/// this, or whose write-ahead log is not its own, is kept in its parts.
fn fold(path: &Path) {
    let is_its_own = fence::has_leftovers(path).is_ok_and(|has| !has);
    if let Some(connection) = is_its_own.then(|| Connection::open(path).ok()).flatten() {
        let _ = connection.pragma_query(None, "wal_checkpoint(TRUNCATE)", |_| Ok(()));
    }
}

fn identity(path: &Path) -> Result<Option<Identity>, Error> {
    Identity::of(path).map_err(|error| failed(path, &error))
}

fn remove(path: &Path) -> Result<(), Error> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed(path, &error)),
        _ => Ok(()),
    }
}

fn sync_folder(file: &Path) -> Result<(), Error> {
    let folder = folder(file);
    let synced = File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(|error| failed(folder, &error))
}

fn folder(file: &Path) -> &Path {
    let folder = file.parent().filter(|folder| *folder != Path::new(""));
    folder.unwrap_or(Path::new("."))
}

fn failed(path: &Path, error: &io::Error) -> Error {
    Error(format!(
        "{}: {error}; nothing was replaced, try again when that is mended",
        path.display()
    ))
}

fn unwritten(path: &Path, error: &rusqlite::Error) -> Error {
    Error(format!(
        "{} cannot be written ({error}); nothing was replaced, try again when there is room for it",
        path.display()
    ))
}
