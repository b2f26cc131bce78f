//! Whether what one connection tells can be true.

use std::collections::BTreeSet;

use protocol::{Entry, Event, Person, RoomId, UserId};

/// What one connection has told so far.
#[derive(Default)]
pub struct Witness {
    /// The last seq told, or the one asked to go on from; none before the first whole page.
    heard: Option<u64>,
    /// The online list's version, and who is in it, while all are named.
    online: Option<(u64, BTreeSet<UserId>)>,
}

impl Witness {
    /// A connection that was asked to go on from here.
    pub fn from(cursor: Option<u64>) -> Self {
        Self {
            heard: cursor,
            online: None,
        }
    }

    /// The error tells what cannot be true.
    pub fn hear(&mut self, event: &Event) -> Result<(), String> {
        match event {
            Event::Entry(entry) if entry.room == RoomId::lobby() => {
                self.hear_run(std::slice::from_ref(entry), false)
            }
            Event::Entries {
                room,
                fresh,
                entries,
                ..
            } if *room == RoomId::lobby() => self.hear_run(entries, *fresh),
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

    /// A connection tells each entry once and leaves none out.
    fn hear_run(&mut self, entries: &[Entry], is_fresh: bool) -> Result<(), String> {
        let before = match entries.first() {
            Some(first) if is_fresh => Some(first.seq - 1),
            None if is_fresh => Some(0),
            _ => self.heard,
        };
        let before = before.ok_or("hears entries before the page they follow")?;
        self.heard = Some(before + entries.len() as u64);
        let seqs: Vec<u64> = entries.iter().map(|entry| entry.seq).collect();
        if seqs.iter().copied().eq((before + 1..).take(entries.len())) {
            Ok(())
        } else {
            Err(format!("hears {seqs:?} after {before}"))
        }
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
