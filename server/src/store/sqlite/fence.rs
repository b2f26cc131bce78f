//! Keeps a node from going on with a log that is not the one it opened.

use std::io;
use std::path::Path;

use protocol::Epoch;
use rusqlite::{Connection, OptionalExtension as _};

use super::Error;
use super::database::{Database, Identity, companion, is_backup};
use super::mark::{Known, Mark};
use crate::store::random_id;

/// What the log has to be, as this node opened it.
pub(super) struct Fence {
    pub(super) database: Database,
    pub(super) epoch: Epoch,
    /// The epoch before, if a copy of the log was put back.
    pub(super) former: Option<Epoch>,
    mark: Mark,
}

/// What the log must show to who looks at it after [`Fence::expect`].
pub(super) struct Expected<'a> {
    epoch: &'a Epoch,
    top: u64,
}

/// Whether another file than the one at `path` has left its write-ahead log there: SQLite would write that into the file that
/// stands there now.
pub(super) fn has_leftovers(path: &Path) -> Result<bool, Error> {
    let identity =
        |path: &Path| Ok::<_, io::Error>(Identity::of(path)?.map(|found| found.to_string()));
    let look = || {
        let (database, wal) = (identity(path)?, identity(&companion(path, "-wal"))?);
        if wal.is_none() || is_backup(path) {
            return Ok(wal.is_some());
        }
        let mark = Mark::found_beside(path)?;
        let known = mark.map_or(Ok(None), |mark| mark.read())?;
        Ok(known.is_some_and(|known| database != Some(known.database) && wal == Some(known.wal)))
    };
    look().map_err(|error| failed(path, &error))
}

/// Moves away what another file has left. To be called in the turn to write, before the file is opened.
pub(super) fn set_leftovers_aside(path: &Path) -> Result<(), Error> {
    if !has_leftovers(path)? {
        return Ok(());
    }
    let stamp = random_id::<4, Epoch>();
    for ending in ["-wal", "-shm"] {
        let from = companion(path, ending);
        let aside = companion(path, &format!("{ending}.left-{stamp}"));
        match std::fs::rename(&from, &aside) {
            Ok(()) => tracing::warn!(
                file = %aside.display(),
                "set aside what another file at this path has left"
            ),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(failed(&from, &error)),
        }
    }
    Ok(())
}

/// If somebody has put a backup at `path` by hand, makes it another log. To be called in the turn to write, before the file is
/// opened for good: then it says in the file itself that it is a backup no more.
pub(super) fn adopt_backup(path: &Path) -> Result<(), Error> {
    if is_backup(path) {
        let connection = Connection::open(path)?;
        tell_anew(&connection)?;
        connection.close().map_err(|(_, error)| error)?;
    }
    Ok(())
}

impl Fence {
    /// Around the log this connection has opened, in the turn to write. If it is an older copy of the log that stood here, it
    /// becomes another log: it gets a new epoch.
    pub(super) fn raise(path: &Path, connection: &Connection) -> Result<Self, Error> {
        let mark = Mark::beside(path).map_err(|error| failed(path, &error))?;
        let known = mark.read().map_err(|error| failed(path, &error))?;
        let (mut epoch, top) = head(connection)?;
        let is_older = |known: &Known| known.epoch == epoch && known.top > top;
        if known.as_ref().is_some_and(is_older) {
            epoch = tell_anew(connection)?;
        }
        let former = known.and_then(|known| {
            let is_same = known.epoch == epoch;
            if is_same {
                known.former
            } else {
                Some(known.epoch)
            }
        });
        let fence = Self {
            database: Database::at(path)?,
            epoch,
            former,
            mark,
        };
        fence.stamp(top)?;
        Ok(fence)
    }

    /// What a look at the log that begins after this call has to find. `Replaced` if the file is another one.
    pub(super) fn expect(&self) -> Result<Expected<'_>, Error> {
        self.database.is_still_there()?;
        let known = self.mark.read();
        let known = known.map_err(|error| failed(self.database.path(), &error))?;
        let top = known.filter(|known| known.epoch == self.epoch);
        Ok(Expected {
            epoch: &self.epoch,
            top: top.map_or(0, |known| known.top),
        })
    }

    /// After a commit, in its turn: marks how far the log has come. An error if the file it went to is no longer there: then
    /// nothing written may count as stored.
    pub(super) fn committed(&self, connection: &Connection) -> Result<(), Error> {
        self.database.is_still_there()?;
        self.stamp(head(connection)?.1)
    }

    fn stamp(&self, top: u64) -> Result<(), Error> {
        let wal = companion(self.database.path(), "-wal");
        let wal = Identity::of(&wal).map_err(|error| failed(&wal, &error))?;
        let known = Known {
            epoch: self.epoch.clone(),
            top,
            former: self.former.clone(),
            database: self.database.identity().to_string(),
            wal: wal.map_or_else(|| "-".to_owned(), |wal| wal.to_string()),
        };
        let written = self.mark.write(&known);
        written.map_err(|error| failed(self.database.path(), &error))
    }
}

impl Expected<'_> {
    /// `Replaced` if the log is another one, or has lost entries. Tells its top.
    pub(super) fn is_met(&self, connection: &Connection) -> Result<u64, Error> {
        let (epoch, top) = head(connection)?;
        if epoch != *self.epoch {
            Err(Error::Replaced(format!(
                "its epoch is {epoch}, and was {}",
                self.epoch
            )))
        } else if top < self.top {
            Err(Error::Replaced(format!(
                "it ends at offset {top}, and had come to {}",
                self.top
            )))
        } else {
            Ok(top)
        }
    }
}

/// Makes a copy of a log another log, and no backup any more.
pub(super) fn begin_anew(connection: &Connection) -> rusqlite::Result<Epoch> {
    let epoch = random_id::<8, Epoch>();
    let tx = connection.unchecked_transaction()?;
    tx.execute("UPDATE log SET epoch = ?1", [epoch.as_str()])?;
    tx.pragma_update(None, "application_id", 0)?;
    tx.commit()?;
    Ok(epoch)
}

fn tell_anew(connection: &Connection) -> Result<Epoch, Error> {
    let (was, top) = head(connection)?;
    let epoch = begin_anew(connection)?;
    tracing::warn!(
        %was, %epoch, top,
        "an older copy of the log was put back: it has a new epoch, and clients load it anew"
    );
    Ok(epoch)
}

/// The log's epoch and its highest offset.
pub(super) fn head(connection: &Connection) -> Result<(Epoch, u64), Error> {
    let found: Option<(String, u64)> = connection
        .prepare_cached("SELECT epoch, top FROM log WHERE id = 1")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let (epoch, top) =
        found.ok_or_else(|| Error::Unavailable("the log has no identity".to_owned()))?;
    let epoch = epoch.parse();
    let epoch = epoch.map_err(|e| Error::Unavailable(format!("the log's epoch: {e}")))?;
    Ok((epoch, top))
}

fn failed(path: &Path, error: &io::Error) -> Error {
    Error::Unavailable(format!("the mark of {}: {error}", path.display()))
}
