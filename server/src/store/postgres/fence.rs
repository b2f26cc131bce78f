//! Keeps a node from going on with a log that is not the one it opened.

use std::sync::atomic::{AtomicU64, Ordering};

use protocol::Epoch;
use tokio_postgres::Row;

use super::Error;
use super::rows::{count, get, id, parsed};

/// What [`Head::of`] reads. Where the log is: which server and timeline (after a standby took over, both go on as if they were
/// one), which database and which table (a dump put back makes another one).
macro_rules! head {
    () => {
        "SELECT epoch, top, former, place,
           (SELECT system_identifier FROM pg_control_system()) || '.' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8)
             || '.' || (SELECT oid FROM pg_database WHERE datname = current_database()) || '.' || tableoid AS here
         FROM log WHERE id = 1"
    };
}
pub(super) use head;

/// The log's row, read with [`head!`].
#[derive(Debug, Clone)]
pub(super) struct Head {
    pub(super) epoch: Epoch,
    pub(super) top: u64,
    pub(super) former: Option<Epoch>,
    /// Where it was when its epoch was given.
    pub(super) place: Option<String>,
    pub(super) here: String,
}

impl Head {
    pub(super) fn of(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            epoch: parsed(row, 0)?,
            top: count(row, 1)?,
            former: id(row, 2)?,
            place: get(row, 3)?,
            here: get(row, 4)?,
        })
    }

    /// A log without this row cannot be opened.
    pub(super) fn found(row: Option<Row>) -> Result<Self, Error> {
        let row = row.ok_or_else(|| Error::Unavailable("the log has no identity".to_owned()))?;
        Self::of(&row)
    }
}

/// What the log has to be, as this node opened it.
pub(super) struct Fence {
    pub(super) epoch: Epoch,
    /// The epoch before, if the log came to be another one.
    pub(super) former: Option<Epoch>,
    place: String,
    /// The highest offset this node knows to be stored.
    seen: AtomicU64,
}

/// What the log must show to who looks at it after [`Fence::expect`].
#[derive(Clone, Copy)]
pub(super) struct Expected<'a> {
    fence: &'a Fence,
    top: u64,
}

/// How a log is not the one that was opened.
pub(super) enum Broken {
    /// It is another one.
    Other(String),
    /// It has lost entries, and nobody has made it another one yet.
    Shorter(String),
}

impl Fence {
    /// Around the log with this head.
    pub(super) fn around(head: Head) -> Self {
        Self {
            epoch: head.epoch,
            former: head.former,
            place: head.here,
            seen: AtomicU64::new(head.top),
        }
    }

    pub(super) fn expect(&self) -> Expected<'_> {
        Expected {
            fence: self,
            top: self.seen.load(Ordering::Relaxed),
        }
    }

    /// Notes how far the log has come.
    pub(super) fn saw(&self, top: u64) {
        self.seen.fetch_max(top, Ordering::Relaxed);
    }
}

impl Expected<'_> {
    /// Tells the log's top if it is the one that was opened, with all its entries.
    pub(super) fn is_met(self, head: &Head) -> Result<u64, Broken> {
        let Fence { epoch, place, .. } = self.fence;
        if head.epoch != *epoch {
            let why = format!("its epoch is {}, and was {epoch}", head.epoch);
            Err(Broken::Other(why))
        } else if head.here != *place {
            let why = "another server has taken over, or a dump was put back";
            Err(Broken::Other(why.to_owned()))
        } else if head.top < self.top {
            let (top, seen) = (head.top, self.top);
            let why = format!("it ends at offset {top}, and had come to {seen}");
            Err(Broken::Shorter(why))
        } else {
            Ok(head.top)
        }
    }
}

impl From<Broken> for Error {
    fn from(broken: Broken) -> Self {
        match broken {
            Broken::Other(why) | Broken::Shorter(why) => Self::Replaced(why),
        }
    }
}
