//! A line beside the database that says how far its log had come. A file that knows less is an older copy.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use protocol::Epoch;
use sha2::{Digest as _, Sha256};

/// Bytes of the line, filled up with spaces, so that one write replaces it whole.
const LINE_BYTES: usize = 384;

/// How often to read it when it is just being written.
const TRIES: usize = 100;

/// The file `confab.mark`. It is written after each commit, in the turn to write, and never synced: after a power cut it says
/// less than is true, never more.
pub(super) struct Mark {
    file: File,
}

/// What the line says: `epoch top former database wal sum`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) epoch: Epoch,
    /// The highest offset.
    pub(super) top: u64,
    /// The epoch before this one, if a copy of this log was put back.
    pub(super) former: Option<Epoch>,
    /// Which file it was, and which write-ahead log it had; `-` without one.
    pub(super) database: String,
    pub(super) wal: String,
}

impl Mark {
    pub(super) fn beside(database: &Path) -> io::Result<Self> {
        let mut options = File::options();
        options.read(true).write(true).create(true).truncate(false);
        let file = options.open(database.with_extension("mark"))?;
        Ok(Self { file })
    }

    /// To be read only; none if nothing was marked yet.
    pub(super) fn found_beside(database: &Path) -> io::Result<Option<Self>> {
        match File::open(database.with_extension("mark")) {
            Ok(file) => Ok(Some(Self { file })),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// None if nothing was marked yet, or the line cannot be read.
    pub(super) fn read(&self) -> io::Result<Option<Known>> {
        for _ in 0..TRIES {
            let mut line = [0; LINE_BYTES];
            match self.file.read_exact_at(&mut line, 0) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
                Err(error) => return Err(error),
            }
            // A reader may meet the writer in the middle of the line.
            if let Some(known) = std::str::from_utf8(&line).ok().and_then(parse) {
                return Ok(Some(known));
            }
            std::thread::yield_now();
        }
        Ok(None)
    }

    pub(super) fn write(&self, known: &Known) -> io::Result<()> {
        let text = text(known);
        let line = format!(
            "{text} {:<width$}\n",
            sum(&text),
            width = LINE_BYTES - 2 - text.len()
        );
        self.file.write_all_at(line.as_bytes(), 0)
    }
}

fn text(known: &Known) -> String {
    let Known {
        epoch,
        top,
        former,
        database,
        wal,
    } = known;
    let former = former.as_ref().map_or("-", Epoch::as_str);
    format!("{epoch} {top} {former} {database} {wal}")
}

fn parse(line: &str) -> Option<Known> {
    let (text, found) = line.trim_end().rsplit_once(' ')?;
    if sum(text) != found {
        return None;
    }
    let parts: Vec<&str> = text.split(' ').collect();
    let [epoch, top, former, database, wal] = parts[..] else {
        return None;
    };
    Some(Known {
        epoch: epoch.parse().ok()?,
        top: top.parse().ok()?,
        former: former.parse().ok().filter(|_| former != "-"),
        database: database.to_owned(),
        wal: wal.to_owned(),
    })
}

/// 16 hex digits of the text's SHA-256: a line half old and half new has another one.
fn sum(text: &str) -> String {
    let hash = Sha256::digest(text);
    hash[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(top: u64, former: Option<&str>) -> Known {
        Known {
            epoch: "e1".parse().expect("an id"),
            top,
            former: former.map(|former| former.parse().expect("an id")),
            database: "12.345".to_owned(),
            wal: "-".to_owned(),
        }
    }

    #[test]
    fn what_is_marked_is_read_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let mark = Mark::beside(&folder.path().join("confab.db")).expect("a mark");
        assert_eq!(mark.read().expect("an answer"), None);
        for known in [known(1_000, Some("e0")), known(7, None)] {
            mark.write(&known).expect("it is written");
            assert_eq!(mark.read().expect("an answer"), Some(known));
        }
    }

    #[test]
    fn a_line_that_was_changed_is_no_mark() {
        let good = text(&known(1_000, None));
        let line = format!("{good} {}", sum(&good));
        assert!(parse(&line).is_some());
        for bad in [line.replace("1000", "9000"), good, String::new()] {
            assert_eq!(parse(&bad), None, "{bad}");
        }
    }
}
