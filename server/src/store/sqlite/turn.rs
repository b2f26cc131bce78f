//! Whose turn it is to write, among the processes that share the file.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::{Duration, Instant};

use super::Error;

/// How long to wait for the other processes before the store counts as busy.
const WAIT_MAX: Duration = Duration::from_secs(2);

/// How often to look whether the turn has come.
const LOOK_EVERY: Duration = Duration::from_micros(100);

/// Two advisory file locks. Who holds `next` is the next to write and waits for `now`; who has written goes to the end. So a
/// busy writer cannot starve another one, as SQLite's own lock lets it. A third, `open`, is shared by all that may write.
pub(super) struct Turn {
    next: File,
    now: File,
    /// Let go of by the system, however this process ends.
    _open: File,
}

impl Turn {
    /// An error while the database is being replaced.
    pub(super) fn open(database: &Path) -> Result<Self, Error> {
        let open = lock_file(database, "open.lock")?;
        open.try_lock_shared().map_err(|_| {
            Error::Unavailable(format!(
                "{} is being restored: start again when that has ended",
                database.display()
            ))
        })?;
        Ok(Self {
            next: lock_file(database, "next.lock")?,
            now: lock_file(database, "now.lock")?,
            _open: open,
        })
    }

    /// Runs `write` when it is this process's turn; `Busy` if that does not come in time.
    pub(super) fn take<T>(&mut self, write: impl FnOnce() -> T) -> Result<T, Error> {
        let deadline = Instant::now() + WAIT_MAX;
        lock(&self.next, deadline)?;
        let mine = lock(&self.now, deadline);
        unlock(&self.next)?;
        mine?;
        let written = write();
        unlock(&self.now)?;
        Ok(written)
    }
}

/// Nobody may open the database until the file is dropped; none if somebody has it open.
pub(super) fn alone(database: &Path) -> Result<Option<File>, Error> {
    let open = lock_file(database, "open.lock")?;
    match open.try_lock() {
        Ok(()) => Ok(Some(open)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(e)) => Err(Error::Unavailable(format!(
            "the lock of {}: {e}",
            database.display()
        ))),
    }
}

fn lock_file(database: &Path, ending: &str) -> Result<File, Error> {
    let path = database.with_extension(ending);
    File::create(&path)
        .map_err(|e| Error::Unavailable(format!("cannot make {}: {e}", path.display())))
}

fn lock(file: &File, deadline: Instant) -> Result<(), Error> {
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) if Instant::now() < deadline => {
                std::thread::sleep(LOOK_EVERY)
            }
            Err(TryLockError::WouldBlock) => return Err(Error::Busy),
            Err(TryLockError::Error(e)) => {
                return Err(Error::Unavailable(format!("the write lock: {e}")));
            }
        }
    }
}

fn unlock(file: &File) -> Result<(), Error> {
    file.unlock()
        .map_err(|e| Error::Unavailable(format!("the write lock: {e}")))
}
