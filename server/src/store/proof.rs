//! What a check of a log finds, as an operator reads it.

use std::fmt;

/// Rooms in the table; of the sound ones, the others are only counted.
const ROOMS_SHOWN: usize = 40;

/// Faults told one by one.
const FAULTS_SHOWN: usize = 20;

/// Something in the log that must never be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where: a room and a seq, an offset, a table.
    pub place: String,
    pub what: String,
}

/// A whole log, looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    pub epoch: String,
    pub entries: u64,
    pub rooms: Vec<RoomProof>,
    pub faults: Vec<Fault>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomProof {
    pub room: String,
    pub entries: i64,
    /// The highest seq of an entry; 0 without entries.
    pub last: i64,
    /// The highest seq the room itself knows.
    pub top: i64,
    pub is_sound: bool,
}

impl Proof {
    pub fn is_sound(&self) -> bool {
        self.faults.is_empty()
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}

impl fmt::Display for Proof {
    /// A table, and a last line that begins with `sound:` or `FAULTS:`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "log {}", self.epoch)?;
        self.table(f)?;
        if self.is_sound() {
            let (entries, rooms) = (self.entries, self.rooms.len());
            return write!(f, "sound: {entries} entries in {rooms} rooms");
        }
        for fault in self.faults.iter().take(FAULTS_SHOWN) {
            writeln!(f, "  {fault}")?;
        }
        if let Some(more) = self.faults.len().checked_sub(FAULTS_SHOWN + 1) {
            writeln!(f, "  … and {} more", more + 1)?;
        }
        write!(
            f,
            "FAULTS: {} in a log of {} entries. Stop its nodes, keep the file, and put the newest sound backup in its place \
             with: confab restore BACKUP",
            self.faults.len(),
            self.entries
        )
    }
}

impl Proof {
    fn table(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sound, faulty): (Vec<_>, Vec<_>) = self.rooms.iter().partition(|room| room.is_sound);
        let shown = faulty.iter().chain(&sound).take(ROOMS_SHOWN);
        writeln!(
            f,
            "{:<40} {:>10} {:>10} {:>10}",
            "room", "entries", "last seq", "top"
        )?;
        for RoomProof {
            room,
            entries,
            last,
            top,
            is_sound,
        } in shown.copied()
        {
            let verdict = if *is_sound { "" } else { "  FAULT" };
            writeln!(f, "{room:<40} {entries:>10} {last:>10} {top:>10}{verdict}")?;
        }
        match self.rooms.len().checked_sub(ROOMS_SHOWN + 1) {
            Some(more) => writeln!(f, "… and {} more rooms", more + 1),
            None => Ok(()),
        }
    }
}
