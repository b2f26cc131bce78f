//! Presence of a node that is alone.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use protocol::{Person, SessionId, UserId};
use tokio::time::Instant;

use super::{Beat, Change, Error, GRACE_SECS, Member, Online, Place, Presence};

pub(super) fn connect(member: Member) -> Box<dyn Presence> {
    Box::new(Memory {
        public_url: member.public_url,
        state: Mutex::default(),
    })
}

struct Memory {
    public_url: String,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    version: u64,
    sessions: HashMap<SessionId, UserId>,
    /// Everybody online, those in their grace too.
    online: HashMap<UserId, Present>,
}

struct Present {
    person: Person,
    sessions: usize,
    /// Since when there is no session.
    alone_since: Option<Instant>,
}

impl Memory {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no holder of the lock panics")
    }
}

impl State {
    fn enter(&mut self, session: &SessionId, person: &Person) -> Option<Change> {
        if self
            .sessions
            .insert(session.clone(), person.id.clone())
            .is_some()
        {
            return None;
        }
        if let Some(present) = self.online.get_mut(&person.id) {
            present.sessions += 1;
            present.alone_since = None;
            return None;
        }
        let present = Present {
            person: person.clone(),
            sessions: 1,
            alone_since: None,
        };
        self.online.insert(person.id.clone(), present);
        Some(self.changed(vec![person.clone()], Vec::new()))
    }

    fn leave(&mut self, session: &SessionId) {
        let Some(user) = self.sessions.remove(session) else {
            return;
        };
        let present = self
            .online
            .get_mut(&user)
            .expect("a user with a session is online");
        present.sessions -= 1;
        if present.sessions == 0 {
            present.alone_since = Some(Instant::now());
        }
    }

    fn reap(&mut self) -> Option<Change> {
        let grace = Duration::from_secs(GRACE_SECS);
        let is_over =
            |present: &Present| present.alone_since.is_some_and(|at| at.elapsed() >= grace);
        let left = self.online.extract_if(|_, present| is_over(present));
        let mut left: Vec<Person> = left.map(|(_, present)| present.person).collect();
        left.sort_by(|a, b| a.name.cmp(&b.name));
        if left.is_empty() {
            None
        } else {
            Some(self.changed(Vec::new(), left))
        }
    }

    fn changed(&mut self, joined: Vec<Person>, left: Vec<Person>) -> Change {
        self.version += 1;
        Change {
            version: self.version,
            count: self.online.len() as u64,
            joined,
            left,
        }
    }
}

#[async_trait]
impl Presence for Memory {
    async fn enter(&self, session: &SessionId, person: &Person) -> Result<Option<Change>, Error> {
        Ok(self.state().enter(session, person))
    }

    async fn leave(&self, session: &SessionId, _person: &Person) -> Result<(), Error> {
        self.state().leave(session);
        Ok(())
    }

    async fn beat(&self) -> Result<Beat, Error> {
        let mut state = self.state();
        let change = state.reap();
        Ok(Beat {
            version: state.version,
            change,
            reaped: 0, // the one node lives
            nodes: vec![self.public_url.clone()],
        })
    }

    async fn online(&self) -> Result<Online, Error> {
        let state = self.state();
        let mut people: Vec<Person> = state
            .online
            .values()
            .map(|present| present.person.clone())
            .collect();
        people.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
        Ok(Online {
            version: state.version,
            people,
        })
    }

    async fn sessions(&self, users: &[UserId]) -> Result<Vec<Vec<Place>>, Error> {
        let state = self.state();
        let mut found = vec![Vec::new(); users.len()];
        let wanted: HashMap<&UserId, usize> = users.iter().zip(0..).collect();
        for (session, user) in &state.sessions {
            if let Some(at) = wanted.get(user) {
                let node = Some(self.public_url.clone());
                let session = session.clone();
                found[*at].push(Place { session, node });
            }
        }
        for places in &mut found {
            places.sort();
        }
        Ok(found)
    }

    async fn retire(&self) -> Result<(), Error> {
        let mut state = self.state();
        let sessions: Vec<SessionId> = state.sessions.keys().cloned().collect();
        sessions.iter().for_each(|session| state.leave(session));
        Ok(())
    }
}
