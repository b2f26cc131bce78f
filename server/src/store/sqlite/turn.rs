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
/// busy writer cannot starve another one, as SQLite's own lock lets it.
pub(super) struct Turn {
    next: File,
    now: File,
}

impl Turn {
    pub(super) fn open(database: &Path) -> Result<Self, Error> {
        let lock_file = |ending: &str| {
            let path = database.with_extension(ending);
            File::create(&path)
                .map_err(|e| Error::Unavailable(format!("cannot make {}: {e}", path.display())))
        };
        Ok(Self {
            next: lock_file("next.lock")?,
            now: lock_file("now.lock")?,
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
