//! The file a store was opened from, and whether it is still the one at its path.

use std::fmt;
use std::fs::{File, Metadata};
use std::io;
use std::mem::ManuallyDrop;
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use rusqlite::{Connection, OpenFlags};

use super::Error;

/// Which file this is: its inode, and when it was made, as inodes are used again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Identity {
    inode: u64,
    /// Nanoseconds since 1970 UTC; 0 where the file system does not tell.
    made: u128,
}

impl Identity {
    /// Of the file at `path`; none if there is none.
    pub(super) fn of(path: &Path) -> io::Result<Option<Self>> {
        let metadata = match std::fs::metadata(path) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        Ok(Some(Self::told_by(&metadata)))
    }

    fn told_by(metadata: &Metadata) -> Self {
        let made = metadata.created().ok();
        let made = made.and_then(|made| made.duration_since(UNIX_EPOCH).ok());
        Self {
            inode: metadata.ino(),
            made: made.map_or(0, |made| made.as_nanos()),
        }
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.inode, self.made)
    }
}

/// What `application_id` is in a backup: where a node finds it, somebody has put a backup there by hand.
pub(super) const BACKUP: i32 = i32::from_be_bytes(*b"CfBk");

/// Where SQLite keeps that in its file (https://www.sqlite.org/fileformat.html, the database header).
const APPLICATION_ID_AT: u64 = 68;

/// An opened database.
pub(super) struct Database {
    path: PathBuf,
    opened: Identity,
    /// Never closed: that would end the locks SQLite has on the file, wherever in this process.
    file: ManuallyDrop<File>,
}

impl Database {
    /// The one that has just been opened at `path`.
    pub(super) fn at(path: &Path) -> Result<Self, Error> {
        let file = File::open(path).map_err(|error| cannot_look(path, &error))?;
        let metadata = file.metadata().map_err(|error| cannot_look(path, &error))?;
        Ok(Self {
            path: path.to_owned(),
            opened: Identity::told_by(&metadata),
            file: ManuallyDrop::new(file),
        })
    }

    /// `Replaced` if another file stands there now or a backup was written over it, `Unavailable` if none does.
    pub(super) fn is_still_there(&self) -> Result<(), Error> {
        let path = self.path.display();
        match Identity::of(&self.path) {
            Ok(Some(found)) if found == self.opened => {}
            Ok(Some(_)) => return Err(Error::Replaced(format!("another file stands at {path}"))),
            Ok(None) => return Err(Error::Unavailable(format!("{path} is gone: put it back"))),
            Err(error) => return Err(cannot_look(&self.path, &error)),
        }
        let mut id = [0; 4];
        let read = self.file.read_exact_at(&mut id, APPLICATION_ID_AT);
        read.map_err(|error| cannot_look(&self.path, &error))?;
        if i32::from_be_bytes(id) == BACKUP {
            return Err(Error::Replaced(format!("a backup was copied over {path}")));
        }
        Ok(())
    }

    pub(super) fn identity(&self) -> &Identity {
        &self.opened
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

/// Whether the file itself, without what a write-ahead log may add, is a backup. Read by SQLite, which knows which locks there are
/// on the file in this process.
pub(super) fn is_backup(path: &Path) -> bool {
    let id = open_as_it_lies(path).and_then(|connection| {
        connection.pragma_query_value(None, "application_id", |row| row.get::<_, i32>(0))
    });
    id.is_ok_and(|id| id == BACKUP)
}

/// Opens a file that nobody changes, without a look at its write-ahead log.
pub(super) fn open_as_it_lies(path: &Path) -> rusqlite::Result<Connection> {
    let escaped = path.display().to_string();
    let escaped = escaped
        .replace('%', "%25")
        .replace('?', "%3f")
        .replace('#', "%23");
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
    Connection::open_with_flags(format!("file:{escaped}?immutable=1"), flags)
}

/// SQLite's companion of a database: `-wal` or `-shm`.
pub(super) fn companion(database: &Path, ending: &str) -> PathBuf {
    let mut path = database.as_os_str().to_owned();
    path.push(ending);
    path.into()
}

fn cannot_look(path: &Path, error: &io::Error) -> Error {
    Error::Unavailable(format!("cannot look at {}: {error}", path.display()))
}
