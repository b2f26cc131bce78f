//! Whether what a connection tells can be true.

use std::collections::{BTreeMap, BTreeSet};

use protocol::{Entry, Event, Gap, Person, RoomId, UserId};

/// What one connection has told so far.
#[derive(Default)]
pub struct Witness {
    /// By room, the last seq told, or the one asked to go on from.
    heard: BTreeMap<RoomId, u64>,
    /// The online list's version, and who is in it, while all are named.
    online: Option<(u64, BTreeSet<UserId>)>,
}

impl Witness {
    /// A connection that was asked to go on from here.
    pub fn from(cursors: impl IntoIterator<Item = (RoomId, u64)>) -> Self {
        Self {
            heard: cursors.into_iter().collect(),
            online: None,
        }
    }

    /// The error tells what cannot be true.
    pub fn hear(&mut self, event: &Event) -> Result<(), String> {
        match event {
            Event::Entry(entry) => self.hear_run(&entry.room, std::slice::from_ref(entry), &[]),
            Event::Entries {
                room,
                fresh,
                entries,
                closed,
            } => {
                if *fresh {
                    let first = entries.first().map_or(1, |entry| entry.seq);
                    let from = closed.iter().find(|gap| gap.1 + 1 == first);
                    let from = from.map_or(first, |gap| gap.0);
                    self.heard.insert(room.clone(), from - 1);
                }
                self.hear_run(room, entries, closed)
            }
            Event::Online {
                version,
                count,
                people,
            } => {
                let is_whole = *count == people.len() as u64;
                let people = people.iter().map(|person| person.id.clone()).collect();
                self.online = is_whole.then_some((*version, people));
                Ok(())
            }
            Event::OnlineChanged {
                version,
                joined,
                left,
                ..
            } => self.hear_change(*version, joined, left),
            Event::Error { reason, message } => Err(format!("is told {reason:?}: {message}")),
            _ => Ok(()),
        }
    }

    /// A connection tells each entry once and leaves none out but those that are closed.
    fn hear_run(&mut self, room: &RoomId, entries: &[Entry], closed: &[Gap]) -> Result<(), String> {
        let before = match self.heard.get(room) {
            Some(before) => *before,
            // An inbox begins where the welcome was told.
            None if room.is_inbox() => entries.first().map_or(0, |entry| entry.seq - 1),
            None => return Err("hears entries before the page they follow".to_owned()),
        };
        let mut last = before;
        for entry in entries {
            if closed.contains(&(last + 1, entry.seq - 1)) {
                last = entry.seq - 1;
            }
            if entry.seq != last + 1 {
                let seqs: Vec<u64> = entries.iter().map(|entry| entry.seq).collect();
                return Err(format!("hears {seqs:?}, closed {closed:?}, after {before}"));
            }
            last = entry.seq;
        }
        self.heard.insert(room.clone(), last);
        Ok(())
    }

    /// Nobody joins who is there, and nobody leaves who is not.
    fn hear_change(
        &mut self,
        version: u64,
        joined: &[Person],
        left: &[Person],
    ) -> Result<(), String> {
        let Some((known, people)) = &mut self.online else {
            return Ok(());
        };
        if version <= *known {
            return Ok(());
        }
        *known = version;
        for person in left {
            if !people.remove(&person.id) {
                return Err(format!(
                    "hears that {} left, who was not there",
                    person.name
                ));
            }
        }
        for person in joined {
            if !people.insert(person.id.clone()) {
                return Err(format!("hears that {} joined, who was there", person.name));
            }
        }
        Ok(())
    }
}
