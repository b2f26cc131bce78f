//! A store in plain maps, for the simulation alone: it keeps the promises but for time and disks. Nothing in it expires, and
//! what it keeps ends with its last opener.

mod accounts;
mod directory;
mod embedding;
mod invites;
mod programs;
mod room;
mod rooms;
mod shelf;
mod standing;
mod visits;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, Weak};

use async_trait::async_trait;
use protocol::{Cid, Entry, Epoch, Page, Person, RoomId, UserId};
use tokio::sync::Notify;

use self::room::{Member, Room};
use super::aside::Aside;
use super::rules::sends;
use super::sight::Taken;
use super::{Checked, Draft, Error, Fault, Log, Place, ProgramKey, Reader, Span, Store, Stored};
use crate::seal::Key;

/// A store to be opened by each node.
pub struct Memory {
    epoch: Epoch,
    state: Arc<Mutex<State>>,
}

impl Memory {
    /// An empty log with the rooms that everybody is in.
    pub fn new(epoch: Epoch) -> Self {
        let mut state = State::default();
        let lobby = Room {
            name: "Lobby".to_owned(),
            ..Room::default()
        };
        state.rooms.insert(RoomId::lobby(), lobby);
        let notices = Room {
            name: "Notices".to_owned(),
            ..Room::default()
        };
        state.rooms.insert(RoomId::notices(), notices);
        Self {
            epoch,
            state: Arc::new(Mutex::new(state)),
        }
    }

    pub fn open(&self) -> Store {
        let log = Opened {
            epoch: self.epoch.clone(),
            state: self.state.clone(),
            changed: Arc::new(Notify::new()),
        };
        log.changed.notify_one(); // what was there before is new to who opens
        let watching = Arc::downgrade(&log.changed);
        log.state().watching.push(watching);
        let handle = || Opened {
            changed: Arc::default(),
            epoch: self.epoch.clone(),
            state: self.state.clone(),
        };
        Store {
            log: Box::new(log),
            directory: Box::new(handle()),
            accounts: Box::new(handle()),
            bans: Box::new(handle()),
            rooms: Box::new(handle()),
            shelf: Box::new(handle()),
            order: Box::new(handle()),
            keys: Box::new(handle()),
            podium: Box::new(handle()),
            invites: Box::new(handle()),
            embedding: Box::new(handle()),
            tickets: Box::new(handle()),
            visits: Box::new(handle()),
            key: Key::new([0; 32]), // nobody else is here
        }
    }
}

/// One node's handle.
struct Opened {
    epoch: Epoch,
    state: Arc<Mutex<State>>,
    changed: Arc<Notify>,
}

#[derive(Default)]
struct State {
    rooms: BTreeMap<RoomId, Room>,
    /// Where each offset stands; the first is offset 1.
    places: Vec<Place>,
    /// What became of each send.
    sends: BTreeMap<(UserId, Cid), (RoomId, u64)>,
    people: Vec<Person>,
    names: BTreeMap<String, UserId>,
    sign_ins: BTreeMap<[u8; 32], SignIn>,
    kept: accounts::Kept,
    programs: BTreeMap<[u8; 32], ProgramKey>,
    made: embedding::Made,
    nodes: BTreeSet<String>,
    watching: Vec<Weak<Notify>>,
    /// The hash of each room's link.
    links: BTreeMap<RoomId, [u8; 32]>,
}

#[derive(Clone)]
struct SignIn {
    person: Person,
    /// The sign-in a resume token ends with; its own hash otherwise.
    root: [u8; 32],
}

impl Opened {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no holder of the lock panics")
    }
}

#[async_trait]
impl Log for Opened {
    fn epoch(&self) -> &Epoch {
        &self.epoch
    }

    async fn append(&self, draft: Draft) -> Result<Stored, Error> {
        sends::send(&mut *self.state(), &draft)
    }

    async fn read(&self, reader: Reader<'_>, room: &RoomId, span: Span) -> Result<Page, Error> {
        let state = self.state();
        let room = state.rooms.get(room).ok_or(Error::RoomUnknown)?;
        let sight = room.sight(reader).ok_or(Error::RoomUnknown)?;
        let Taken { runs, closed } = sight.take(span);
        let run = |(from, to): &(u64, u64)| &room.entries[*from as usize - 1..*to as usize];
        let entries: Vec<Entry> = runs.iter().flat_map(run).cloned().collect();
        let mut aside = Aside::of(&sight, &runs, &entries);
        if matches!(reader, Reader::User(_)) {
            let (quoted, changed) = (aside.quoted().clone(), aside.changed());
            for entry in &room.entries {
                let target = entry.target.as_ref().and_then(|target| target.seq());
                let is_change = entry.kind.is_change();
                let is_changed = target.is_some_and(|target| changed.contains(&target));
                if quoted.contains(&entry.seq) || is_change && is_changed {
                    aside.take(entry.clone());
                }
            }
        }
        let aside = aside.told();
        Ok(Page {
            epoch: self.epoch.clone(),
            top: sight.top(),
            entries,
            closed,
            aside,
            ended: sight.ended,
        })
    }

    async fn tail(&self, after: u64, limit: usize) -> Result<Vec<Place>, Error> {
        let state = self.state();
        let from = usize::try_from(after).unwrap_or(usize::MAX);
        Ok(state
            .places
            .iter()
            .skip(from)
            .take(limit)
            .cloned()
            .collect())
    }

    async fn check(&self, after: u64, limit: usize) -> Result<Checked, Error> {
        let state = self.state();
        let from = usize::try_from(after).unwrap_or(usize::MAX);
        let places = state.places.iter().skip(from).take(limit);
        let (mut offset, mut faults) = (after, Vec::new());
        for place in places {
            offset += 1;
            let index = usize::try_from(place.seq - 1).unwrap_or(usize::MAX);
            let entry = state
                .rooms
                .get(&place.room)
                .and_then(|room| room.entries.get(index));
            if entry.map(|entry| entry.offset) != Some(offset) {
                let place = format!("room {}, seq {}", place.room, place.seq);
                let what = format!("it is not the entry at offset {offset}");
                faults.push(Fault { place, what });
            }
        }
        let entries = offset - after;
        Ok(Checked {
            offset,
            entries,
            faults,
        })
    }

    async fn changed(&self) {
        self.changed.notified().await;
    }
}

impl State {
    /// Gives the draft its place in a room there is, whoever its sender is.
    fn place(&mut self, draft: Draft) -> Entry {
        let room = self.rooms.get_mut(&draft.room).expect("there is the room");
        let entry = Entry {
            seq: room.top() + 1,
            offset: self.places.len() as u64 + 1,
            room: draft.room,
            sender: draft.sender.id,
            name: draft.sender.name,
            cid: draft.cid,
            kind: draft.kind,
            target: draft.target,
            body: draft.body,
            enclosed: draft.enclosed,
            at: draft.at,
        };
        room.entries.push(entry.clone());
        let send = (entry.sender.clone(), entry.cid.clone());
        self.sends.insert(send, (entry.room.clone(), entry.seq));
        self.places.push(Place {
            offset: entry.offset,
            room: entry.room.clone(),
            seq: entry.seq,
        });
        self.tell_change();
        entry
    }

    /// A cid for what the store itself says.
    fn own_cid(&self) -> Cid {
        let cid = format!("told-{}", self.places.len() + 1);
        cid.parse().expect("letters and digits are an id")
    }

    fn tell_change(&mut self) {
        self.watching.retain(|watching| {
            let watching = watching.upgrade();
            if let Some(watching) = &watching {
                watching.notify_one();
            }
            watching.is_some()
        });
    }
}
