//! Who is online, shared by several nodes: what Redis keeps for real ones.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use protocol::{NodeId, Person, SessionId, UserId};
use server::presence::{Beat, Change, DEAD_SECS, Error, GRACE_SECS, Online, Place, Presence};
use tokio::time::Instant;

use crate::chance::Chance;

/// The book all nodes write in.
pub struct Book {
    chance: Chance,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    is_away: bool,
    version: u64,
    nodes: BTreeMap<NodeId, Row>,
    sessions: BTreeMap<SessionId, (NodeId, UserId)>,
    online: BTreeMap<UserId, Present>,
}

struct Row {
    url: String,
    beaten: Instant,
}

struct Present {
    person: Person,
    /// Since when there is no session.
    alone_since: Option<Instant>,
}

impl Book {
    pub fn new(chance: Chance) -> Arc<Self> {
        Arc::new(Self {
            chance,
            state: Mutex::default(),
        })
    }

    /// A node comes.
    pub fn join(self: &Arc<Self>, node: NodeId, url: String) -> Box<dyn Presence> {
        Box::new(Writer {
            book: self.clone(),
            node,
            url,
            local: Mutex::default(),
        })
    }

    pub fn set_away(&self, is_away: bool) {
        self.state().is_away = is_away;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no holder of the lock panics")
    }
}

impl State {
    /// Whether the user was not online before.
    fn enter(&mut self, node: &NodeId, session: &SessionId, person: &Person) -> bool {
        let row = (node.clone(), person.id.clone());
        self.sessions.insert(session.clone(), row);
        let is_new = !self.online.contains_key(&person.id);
        let present = Present {
            person: person.clone(),
            alone_since: None,
        };
        self.online.insert(person.id.clone(), present);
        self.version += u64::from(is_new);
        is_new
    }

    fn leave(&mut self, session: &SessionId, at: Instant) {
        let Some((_, user)) = self.sessions.remove(session) else {
            return;
        };
        let has_more = self.sessions.values().any(|(_, other)| *other == user);
        if let Some(present) = self.online.get_mut(&user).filter(|_| !has_more) {
            present.alone_since = Some(at);
        }
    }

    /// Who left, and how many sessions of dead nodes ended.
    fn reap(&mut self) -> (Option<Change>, u64) {
        let dead = Duration::from_secs(DEAD_SECS);
        let is_dead = |_: &NodeId, row: &mut Row| row.beaten.elapsed() >= dead;
        let dead: Vec<_> = self.nodes.extract_if(.., is_dead).collect();
        let mut reaped = 0;
        for (node, row) in dead {
            for session in self.sessions_of(&node) {
                self.leave(&session, row.beaten);
                reaped += 1;
            }
        }
        let grace = Duration::from_secs(GRACE_SECS);
        let is_over =
            |present: &Present| present.alone_since.is_some_and(|at| at.elapsed() >= grace);
        let left = self.online.extract_if(.., |_, present| is_over(present));
        let left: Vec<Person> = left.map(|(_, present)| present.person).collect();
        let change = (!left.is_empty()).then(|| self.changed(Vec::new(), left));
        (change, reaped)
    }

    fn changed(&mut self, joined: Vec<Person>, left: Vec<Person>) -> Change {
        self.version += u64::from(!left.is_empty());
        Change {
            version: self.version,
            count: self.online.len() as u64,
            joined,
            left,
        }
    }

    fn sessions_of(&self, node: &NodeId) -> Vec<SessionId> {
        let of_node = self.sessions.iter().filter(|(_, (on, _))| on == node);
        of_node.map(|(session, _)| session.clone()).collect()
    }

    /// Makes what stands here of a node equal to what it says.
    fn register(&mut self, node: &NodeId, sessions: &BTreeMap<SessionId, Person>) {
        for (session, person) in sessions {
            self.enter(node, session, person);
        }
        for session in self.sessions_of(node) {
            if !sessions.contains_key(&session) {
                self.leave(&session, Instant::now());
            }
        }
    }
}

/// A node's hand in the book.
struct Writer {
    book: Arc<Book>,
    node: NodeId,
    url: String,
    local: Mutex<Local>,
}

#[derive(Default)]
struct Local {
    sessions: BTreeMap<SessionId, Person>,
    /// What stands in the book may differ.
    differs: bool,
    is_retired: bool,
}

impl Writer {
    fn local(&self) -> MutexGuard<'_, Local> {
        self.local.lock().expect("no holder of the lock panics")
    }

    /// The open book; an error if it is away.
    async fn open(&self) -> Result<MutexGuard<'_, State>, Error> {
        self.book.chance.pause(0..=5).await;
        let state = self.book.state();
        if state.is_away {
            self.local().differs = true;
            return Err(Error::Away("it is away".to_owned()));
        }
        Ok(state)
    }
}

#[async_trait]
impl Presence for Writer {
    async fn enter(&self, session: &SessionId, person: &Person) -> Result<Option<Change>, Error> {
        self.local()
            .sessions
            .insert(session.clone(), person.clone());
        let change = {
            let mut state = self.open().await?;
            if !state.nodes.contains_key(&self.node) {
                return Err(Error::Away("taken for dead".to_owned()));
            }
            let is_new = state.enter(&self.node, session, person);
            is_new.then(|| state.changed(vec![person.clone()], Vec::new()))
        };
        self.book.chance.pause(0..=5).await;
        Ok(change)
    }

    async fn leave(&self, session: &SessionId, _: &Person) -> Result<(), Error> {
        self.local().sessions.remove(session);
        self.open().await?.leave(session, Instant::now());
        Ok(())
    }

    async fn beat(&self) -> Result<Beat, Error> {
        let beat = {
            let mut state = self.open().await?;
            let (change, reaped) = state.reap();
            let mut local = self.local();
            if !local.is_retired {
                let differs = std::mem::take(&mut local.differs);
                if differs || !state.nodes.contains_key(&self.node) {
                    state.register(&self.node, &local.sessions);
                }
                let row = Row {
                    url: self.url.clone(),
                    beaten: Instant::now(),
                };
                state.nodes.insert(self.node.clone(), row);
            }
            let mut nodes: Vec<_> = state.nodes.values().map(|row| row.url.clone()).collect();
            nodes.sort();
            nodes.dedup();
            Beat {
                version: state.version,
                change,
                reaped,
                nodes,
            }
        };
        self.book.chance.pause(0..=5).await;
        Ok(beat)
    }

    async fn online(&self) -> Result<Online, Error> {
        let online = {
            let state = self.open().await?;
            let people = state.online.values().map(|present| present.person.clone());
            let mut people: Vec<Person> = people.collect();
            people.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
            Online {
                version: state.version,
                people,
            }
        };
        self.book.chance.pause(0..=5).await;
        Ok(online)
    }

    /// No program asks here.
    async fn sessions(&self, users: &[UserId]) -> Result<Vec<Vec<Place>>, Error> {
        Ok(vec![Vec::new(); users.len()])
    }

    async fn retire(&self) -> Result<(), Error> {
        {
            let mut local = self.local();
            local.is_retired = true;
            local.sessions.clear();
        }
        let mut state = self.open().await?;
        for session in state.sessions_of(&self.node) {
            state.leave(&session, Instant::now());
        }
        state.nodes.remove(&self.node);
        Ok(())
    }
}
