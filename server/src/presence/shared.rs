//! Presence in a server that all nodes share, exact whatever node dies.
//!
//! The node's own sessions are remembered here too. A call that fails leaves them to the next good beat, which connects again and
//! writes what is missing or too much there: after an outage presence is exact again.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use protocol::{Person, SessionId, UserId};
use tokio::sync::RwLock;
use tokio::time::timeout;
use tracing::{info, warn};

use super::book::{Beaten, Book, Calls};
use super::{Beat, Change, Error, Member, Online, Place, Presence};

/// How long a call may take. A slower server counts as away.
pub(super) const ANSWER_MAX: Duration = Duration::from_secs(2);

/// Sessions written by one call: some milliseconds, in which the server does nothing else for presence.
const SESSIONS_PER_CALL: usize = 1_000;

/// Beats in a row that found another number of sessions there than here; fewer may be calls on their way.
const MISMATCHES_MAX: u32 = 3;

/// Presence in this book, as soon as the node is in it.
pub(super) async fn connect(
    book: Box<dyn Book>,
    member: Member,
) -> Result<Box<dyn Presence>, Error> {
    let shared = Shared {
        book,
        member,
        local: Mutex::default(),
        turn: RwLock::default(),
    };
    match shared.beat().await {
        Ok(_) => Ok(Box::new(shared)),
        Err(Error::Away(cause)) => Err(away(format!("{} {cause}", shared.book.shown()))),
        Err(other) => Err(other),
    }
}

struct Shared {
    book: Box<dyn Book>,
    member: Member,
    local: Mutex<Local>,
    /// Shared by those who write single sessions, alone for the one who writes all of them.
    turn: RwLock<()>,
}

#[derive(Default)]
struct Local {
    /// None while away, or while what stands there may differ from `sessions`; only a beat brings it back.
    calls: Option<Arc<dyn Calls>>,
    sessions: HashMap<SessionId, Person>,
    /// The highest version told.
    version: u64,
    mismatches: u32,
    retired: bool,
}

impl Shared {
    fn local(&self) -> MutexGuard<'_, Local> {
        self.local.lock().expect("no holder of the lock panics")
    }

    /// Bounds a call. One that failed may have been done there or not: the next beat looks.
    async fn bounded<T>(&self, call: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        let slow = || away(format!("no answer within {} s", ANSWER_MAX.as_secs()));
        let result = timeout(ANSWER_MAX, call)
            .await
            .unwrap_or_else(|_| Err(slow()));
        if let Err(cause) = &result
            && self.local().calls.take().is_some()
        {
            warn!(address = self.book.shown(), %cause, "presence lost");
        }
        result
    }

    fn calls(&self) -> Result<Arc<dyn Calls>, Error> {
        let calls = self.local().calls.clone();
        calls.ok_or_else(|| away("not connected".to_owned()))
    }

    /// Makes what stands there equal to what is known here; the list's version if somebody had to be entered.
    async fn register(&self, calls: Arc<dyn Calls>) -> Result<Option<u64>, Error> {
        let _alone = self.turn.write().await;
        let mut there = calls.register(&self.member.public_url).await?;
        let mut missing: Vec<(SessionId, Person)> = Vec::new();
        for (session, person) in &self.local().sessions {
            if !there.remove(&standing(session, person)) {
                missing.push((session.clone(), person.clone()));
            }
        }
        let too_much: Vec<String> = there.into_iter().collect();
        let mut version = None;
        for some in missing.chunks(SESSIONS_PER_CALL) {
            version = Some(calls.enter(some).await?.ok_or_else(forgotten)?.version);
        }
        for some in too_much.chunks(SESSIONS_PER_CALL) {
            calls.leave(some).await?;
        }
        info!(
            entered = missing.len(),
            ended = too_much.len(),
            "presence registered"
        );
        let mut local = self.local();
        local.mismatches = 0;
        local.calls = Some(calls);
        Ok(version)
    }

    /// Whether the node has to register again.
    fn differs(&self, beaten: &Beaten) -> bool {
        let mut local = self.local();
        let is_equal = beaten.sessions == local.sessions.len();
        local.mismatches = if is_equal { 0 } else { local.mismatches + 1 };
        !local.retired && (!beaten.known || local.mismatches >= MISMATCHES_MAX)
    }

    async fn beat_now(&self) -> Result<Beat, Error> {
        let is_away = {
            let local = self.local();
            local.calls.is_none() && !local.retired
        };
        if is_away {
            let calls = self.book.open(&self.member).await?;
            self.register(calls).await?;
        }
        let known_version = self.local().version;
        let mut beaten = self.calls()?.beat(known_version).await?;
        let left = std::mem::take(&mut beaten.left);
        let change = (!left.is_empty()).then_some(Change {
            version: beaten.version,
            count: beaten.count,
            joined: Vec::new(),
            left,
        });
        if self.differs(&beaten) {
            match self.register(self.calls()?).await {
                Ok(version) => beaten.version = version.unwrap_or(beaten.version),
                // Who left is told to this node alone, so this beat counts; the next one registers.
                Err(cause) => {
                    warn!(%cause, "presence not registered");
                    self.local().calls = None;
                }
            }
        }
        self.local().version = beaten.version;
        let mut nodes = beaten.urls;
        nodes.push(self.member.public_url.clone());
        nodes.sort();
        nodes.dedup();
        Ok(Beat {
            version: beaten.version,
            change,
            reaped: beaten.reaped,
            nodes,
        })
    }
}

#[async_trait]
impl Presence for Shared {
    async fn enter(&self, session: &SessionId, person: &Person) -> Result<Option<Change>, Error> {
        self.local()
            .sessions
            .insert(session.clone(), person.clone());
        self.bounded(async {
            let _shared = self.turn.read().await;
            let one = [(session.clone(), person.clone())];
            let entered = self.calls()?.enter(&one).await?.ok_or_else(forgotten)?;
            let is_new = !entered.joined.is_empty();
            Ok(is_new.then(|| Change {
                version: entered.version,
                count: entered.count,
                joined: vec![person.clone()],
                left: Vec::new(),
            }))
        })
        .await
    }

    async fn leave(&self, session: &SessionId, person: &Person) -> Result<(), Error> {
        self.local().sessions.remove(session);
        self.bounded(async {
            let _shared = self.turn.read().await;
            self.calls()?.leave(&[standing(session, person)]).await
        })
        .await
    }

    async fn beat(&self) -> Result<Beat, Error> {
        self.bounded(self.beat_now()).await
    }

    async fn online(&self) -> Result<Online, Error> {
        self.bounded(async { self.calls()?.online().await }).await
    }

    async fn sessions(&self, users: &[UserId]) -> Result<Vec<Vec<Place>>, Error> {
        self.bounded(async {
            let mut found = Vec::with_capacity(users.len());
            for some in users.chunks(SESSIONS_PER_CALL) {
                found.extend(self.calls()?.sessions(some).await?);
            }
            found.iter_mut().for_each(|places| places.sort());
            Ok(found)
        })
        .await
    }

    async fn retire(&self) -> Result<(), Error> {
        {
            let mut local = self.local();
            local.retired = true;
            local.sessions.clear();
        }
        self.bounded(async { self.calls()?.retire().await }).await
    }
}

/// A session as it stands there.
fn standing(session: &SessionId, person: &Person) -> String {
    format!("{session} {}", person.id)
}

fn away(cause: String) -> Error {
    Error::Away(cause)
}

fn forgotten() -> Error {
    away("this node was taken for dead and has not registered again yet".to_owned())
}
