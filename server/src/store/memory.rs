//! A store in plain maps, for the simulation alone: it keeps the promises but for time and disks. Nothing in it expires, and
//! what it keeps ends with its last opener.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, Weak};

use async_trait::async_trait;
use protocol::{Cid, Entry, Epoch, Name, Page, Person, RoomId, RoomState, UserId};
use tokio::sync::Notify;

use super::name::fold;
use super::{Directory, Draft, Error, Log, Place, Reader, Span, Store, Stored, Token};

/// A store to be opened by each node.
pub struct Memory {
    epoch: Epoch,
    state: Arc<Mutex<State>>,
}

impl Memory {
    /// An empty log with one room, the lobby.
    pub fn new(epoch: Epoch) -> Self {
        let mut state = State::default();
        state.rooms.insert(RoomId::lobby(), Vec::new());
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
        let directory = Opened {
            changed: Arc::default(),
            epoch: self.epoch.clone(),
            state: self.state.clone(),
        };
        Store {
            log: Box::new(log),
            directory: Box::new(directory),
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
    rooms: BTreeMap<RoomId, Vec<Entry>>,
    /// Where each offset stands; the first is offset 1.
    places: Vec<Place>,
    /// What became of each send.
    sends: BTreeMap<(UserId, Cid), (RoomId, u64)>,
    people: Vec<Person>,
    names: BTreeMap<String, UserId>,
    sign_ins: BTreeMap<[u8; 32], SignIn>,
    nodes: BTreeSet<String>,
    watching: Vec<Weak<Notify>>,
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
        self.state().append(draft)
    }

    // Every room is public yet, so the reader makes no difference.
    async fn read(&self, _reader: Reader<'_>, room: &RoomId, span: Span) -> Result<Page, Error> {
        let state = self.state();
        let entries = state.rooms.get(room).ok_or(Error::RoomUnknown)?;
        let index = |seq: u64| usize::try_from(seq).map_or(entries.len(), |n| n.min(entries.len()));
        let range = match span {
            Span::After { seq, limit } => {
                let from = index(seq);
                from..from.saturating_add(limit).min(entries.len())
            }
            Span::Before { seq, limit } => {
                let to = index(seq.saturating_sub(1));
                to.saturating_sub(limit)..to
            }
        };
        Ok(Page {
            epoch: self.epoch.clone(),
            top: entries.len() as u64,
            entries: entries[range].to_vec(),
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

    async fn changed(&self) {
        self.changed.notified().await;
    }

    async fn rooms(&self, _user: &UserId) -> Result<Vec<RoomState>, Error> {
        let room = |(id, entries): (&RoomId, &Vec<Entry>)| RoomState {
            id: id.clone(),
            name: id.to_string(),
            top: entries.len() as u64,
        };
        Ok(self.state().rooms.iter().map(room).collect())
    }
}

#[async_trait]
impl Directory for Opened {
    async fn join(&self, name: Name) -> Result<(Person, Token), Error> {
        let mut state = self.state();
        let folded = fold(&name);
        if state.names.contains_key(&folded) {
            return Err(Error::NameTaken);
        }
        let id = format!("user{}", state.people.len() + 1);
        let id: UserId = id.parse().expect("letters and digits are an id");
        let person = Person { id, name };
        state.names.insert(folded, person.id.clone());
        state.people.push(person.clone());
        let token = Token::random();
        let root = token.hash();
        let person_signed_in = person.clone();
        state.sign_ins.insert(
            root,
            SignIn {
                person: person_signed_in,
                root,
            },
        );
        Ok((person, token))
    }

    async fn recognise(&self, token: &Token) -> Result<Option<Person>, Error> {
        let state = self.state();
        Ok(state
            .sign_ins
            .get(&token.hash())
            .map(|found| found.person.clone()))
    }

    async fn resume_token(&self, token: &Token) -> Result<Token, Error> {
        let mut state = self.state();
        let parent = state.sign_ins.get(&token.hash()).cloned();
        let parent = parent.ok_or(Error::SignInEnded)?;
        let resume = Token::random();
        state.sign_ins.insert(resume.hash(), parent);
        Ok(resume)
    }

    async fn sign_out(&self, token: &Token) -> Result<(), Error> {
        let mut state = self.state();
        let Some(ended) = state.sign_ins.get(&token.hash()).cloned() else {
            return Ok(());
        };
        state
            .sign_ins
            .retain(|_, sign_in| sign_in.root != ended.root);
        let user = ended.person.id;
        let is_in = |sign_in: &SignIn| sign_in.person.id == user;
        if !state.sign_ins.values().any(is_in) {
            state.names.retain(|_, owner| *owner != user);
        }
        Ok(())
    }

    async fn announce(&self, public_url: &str) -> Result<Vec<String>, Error> {
        let mut state = self.state();
        state.nodes.insert(public_url.to_owned());
        Ok(state.nodes.iter().cloned().collect())
    }
}

impl State {
    fn append(&mut self, draft: Draft) -> Result<Stored, Error> {
        let send = (draft.sender.id.clone(), draft.cid.clone());
        if let Some((room, seq)) = self.sends.get(&send) {
            let before = &self.rooms[room][*seq as usize - 1];
            let same = before.room == draft.room && before.body == draft.body;
            return if same {
                Ok(Stored::Before(before.clone()))
            } else {
                Err(Error::CidConflict)
            };
        }
        let room = self.rooms.get_mut(&draft.room).ok_or(Error::RoomUnknown)?;
        let entry = Entry {
            seq: room.len() as u64 + 1,
            offset: self.places.len() as u64 + 1,
            room: draft.room,
            sender: draft.sender.id,
            name: draft.sender.name,
            cid: draft.cid,
            kind: draft.kind,
            body: draft.body,
            at: draft.at,
        };
        room.push(entry.clone());
        self.sends.insert(send, (entry.room.clone(), entry.seq));
        self.places.push(Place {
            offset: entry.offset,
            room: entry.room.clone(),
            seq: entry.seq,
        });
        self.tell_change();
        Ok(Stored::Now(entry))
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
