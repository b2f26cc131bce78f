//! Whether what a connection tells can be true.

use std::collections::{BTreeMap, BTreeSet};

use protocol::{Command, Entry, Event, Gap, Person, RoomId, UserId};

/// What one connection has told so far.
#[derive(Default)]
pub struct Witness {
    /// By room, the last seq told, or the one asked to go on from.
    heard: BTreeMap<RoomId, u64>,
    /// Rooms asked for once more, and after which seq.
    asked: BTreeMap<RoomId, u64>,
    /// The online list's version, and who is in it, while all are named.
    online: Option<(u64, BTreeSet<UserId>)>,
}

impl Witness {
    /// The node was told this.
    pub fn say(&mut self, command: &Command) {
        match command {
            Command::Hello { cursors, .. } => {
                let cursors = cursors.iter();
                let heard = cursors.map(|(room, cursor)| (room.clone(), cursor.seq));
                *self = Self {
                    heard: heard.collect(),
                    ..Self::default()
                };
            }
            Command::Open {
                room,
                cursor: Some(cursor),
            } => {
                self.asked.insert(room.clone(), cursor.seq);
            }
            _ => {}
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
                ..
            } => {
                self.hear_answer(room, entries, closed);
                if *fresh {
                    let first = entries.first().map_or(1, |entry| entry.seq);
                    let from = closed.iter().find(|gap| gap.1 + 1 == first);
                    let from = from.map_or(first, |gap| gap.0);
                    self.heard.insert(room.clone(), from - 1);
                }
                self.hear_run(room, entries, closed)
            }
            Event::Welcome { rooms, .. } | Event::Rooms { rooms, .. } => {
                for room in rooms {
                    // What comes after what is counted.
                    self.heard.entry(room.id.clone()).or_insert(room.top);
                }
                Ok(())
            }
            Event::RoomGone { room, .. } => {
                self.heard.remove(room);
                self.asked.remove(room);
                Ok(())
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

    /// A room that was asked for once more is told from there.
    fn hear_answer(&mut self, room: &RoomId, entries: &[Entry], closed: &[Gap]) {
        let Some(asked) = self.asked.get(room).copied() else {
            return;
        };
        let follows = |entry: &Entry| {
            let gap = (asked + 1, entry.seq - 1);
            entry.seq == asked + 1 || closed.contains(&gap)
        };
        if entries.first().is_none_or(follows) {
            self.asked.remove(room);
            self.heard.insert(room.clone(), asked);
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
