//! Whether what a connection tells can be true.

use std::collections::BTreeSet;

use protocol::{Entry, Event, Person, UserId};

/// What one connection has told so far.
#[derive(Default)]
pub struct Witness {
    /// The last seq told, or the one asked to go on from; none before the first whole page.
    heard: Option<u64>,
    /// The online list's version, and who is in it.
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
            Event::Entry(entry) => self.hear_run(std::slice::from_ref(entry), false),
            Event::Entries { fresh, entries, .. } => self.hear_run(entries, *fresh),
            Event::Online {
                version, people, ..
            } => {
                let people = people.iter().map(|person| person.id.clone()).collect();
                self.online = Some((*version, people));
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

/// What is noted of an event: nothing that differs between two runs of a seed.
pub fn story_of(event: &Event) -> Option<String> {
    match event {
        Event::Entry(entry) => Some(entry.seq.to_string()),
        Event::Entries { fresh, entries, .. } => {
            let (count, first) = (entries.len(), entries.first().map(|entry| entry.seq));
            Some(format!("{count} from {first:?}, fresh: {fresh}"))
        }
        Event::Accepted { cid, seq, .. } => Some(format!("of {cid} at {seq}")),
        Event::Rejected { cid, reason, .. } => Some(format!("of {cid}: {reason:?}")),
        Event::Online {
            version, people, ..
        } => Some(format!("of {} online, {version}", people.len())),
        Event::OnlineChanged {
            version,
            joined,
            left,
            ..
        } => Some(format!("+{} -{}, {version}", joined.len(), left.len())),
        _ => None,
    }
}
