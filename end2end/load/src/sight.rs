//! Whether each tab was told and has shown what its user may see, and nothing else.

use std::collections::BTreeMap;

use protocol::{Entry, RoomId};

use crate::messages;
use crate::seen::Seen;
use crate::shown::List;
use crate::told::Told;
use crate::verdict::Verdict;

/// What somebody may see of one room.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sight {
    /// From one entry to another, or on and on.
    pub ranges: Vec<(u64, Option<u64>)>,
    /// They are in it now.
    pub is_in: bool,
}

impl Sight {
    pub fn sees(&self, seq: u64) -> bool {
        let covers =
            |(from, to): &(u64, Option<u64>)| *from <= seq && to.is_none_or(|to| seq <= to);
        self.ranges.iter().any(covers)
    }
}

/// Compares what a tab was told with what its user may see of each room, by the log's tops.
pub fn check_told(
    (tab, seen): (usize, &Seen),
    sights: &BTreeMap<RoomId, Sight>,
    tops: &BTreeMap<RoomId, u64>,
    verdict: &mut Verdict,
) {
    let nothing = Sight::default();
    for (room, told) in &seen.rooms {
        let sight = sights.get(room).unwrap_or(&nothing);
        let beyond = told.beyond(|seq| sight.sees(seq));
        if !beyond.is_empty() {
            verdict.differing += 1;
            verdict.tell(format!(
                "tab {tab} was told {beyond:?} … of {room}, which are not for it"
            ));
        }
        let top = tops.get(room).copied().unwrap_or_default();
        check_whole((tab, room), told, (sight, top), verdict);
    }
}

/// Who is in a room now has been told all of it since they knew of it, however they came and went.
fn check_whole(
    (tab, room): (usize, &RoomId),
    told: &Told,
    (sight, top): (&Sight, u64),
    verdict: &mut Verdict,
) {
    let missing = told.missing(top, |seq| sight.is_in && sight.sees(seq));
    if !missing.is_empty() {
        verdict.differing += 1;
        verdict.tell(format!("tab {tab} was never told {missing:?} … of {room}"));
    }
}

/// Compares a list with the entries of the log from its first message on: each message as it is now, by the rules of the
/// simulation.
pub fn check_list(list: &List, entries: &[Entry], sight: &Sight) -> Result<(), String> {
    let entries = entries
        .iter()
        .filter(|entry| entry.seq >= list.starts() && sight.sees(entry.seq));
    let entries: Vec<Entry> = entries.cloned().collect();
    messages::check(&messages::shown(&list.lines), &entries)
}

#[cfg(test)]
mod tests;
