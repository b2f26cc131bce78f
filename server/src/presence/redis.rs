//! Presence in Redis, exact whatever node dies. What stands there is told in `redis/common.lua`; each step is one script.
//!
//! The node's own sessions are remembered here too. A call that fails leaves them to the next good beat, which connects again and
//! writes what is missing or too much there: after an outage presence is exact again.

mod scripts;

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Mutex, MutexGuard};

use async_trait::async_trait;
use protocol::{Person, SessionId, UserId};
use redis::RedisError;
use redis::aio::MultiplexedConnection;
use tokio::sync::RwLock;
use tokio::time::timeout;
use tracing::{info, warn};

use self::scripts::{Beaten, Calls};
use super::{Beat, Change, Error, Member, Online, Place, Presence};
use crate::redis_address::{ANSWER_MAX, RedisAddress, without_password};

/// Sessions written by one script: some milliseconds, in which the server does nothing else.
const SESSIONS_PER_SCRIPT: usize = 1_000;

/// Beats in a row that found another number of sessions there than here; fewer may be calls on their way.
const MISMATCHES_MAX: u32 = 3;

pub(super) async fn connect(address: &str, member: Member) -> Result<Box<dyn Presence>, Error> {
    let address =
        RedisAddress::parse(address).map_err(|_| Error::Address(without_password(address)))?;
    let redis = Redis {
        address,
        member,
        local: Mutex::default(),
        turn: RwLock::default(),
    };
    match redis.beat().await {
        Ok(_) => Ok(Box::new(redis)),
        Err(Error::Away(cause)) => Err(away(format!("{} {cause}", redis.address.shown()))),
        Err(other) => Err(other),
    }
}

struct Redis {
    address: RedisAddress,
    member: Member,
    local: Mutex<Local>,
    /// Shared by those who write single sessions, alone for the one who writes all of them.
    turn: RwLock<()>,
}

#[derive(Default)]
struct Local {
    /// None while away, or while what stands there may differ from `sessions`; only a beat brings it back.
    link: Option<MultiplexedConnection>,
    sessions: HashMap<SessionId, Person>,
    /// The highest version told.
    version: u64,
    mismatches: u32,
    retired: bool,
}

impl Redis {
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
            && self.local().link.take().is_some()
        {
            warn!(address = self.address.shown(), %cause, "presence lost");
        }
        result
    }

    fn calls(&self) -> Result<Calls<'_>, Error> {
        let link = self
            .local()
            .link
            .clone()
            .ok_or_else(|| away("not connected".to_owned()))?;
        Ok(Calls {
            link,
            member: &self.member,
        })
    }

    /// Makes what stands there equal to what is known here; the list's version if somebody had to be entered.
    async fn register(&self, mut calls: Calls<'_>) -> Result<Option<u64>, Error> {
        let _alone = self.turn.write().await;
        let mut there = calls.register().await?;
        let mut missing: Vec<(SessionId, Person)> = Vec::new();
        for (session, person) in &self.local().sessions {
            if !there.remove(&format!("{session} {}", person.id)) {
                missing.push((session.clone(), person.clone()));
            }
        }
        let too_much: Vec<String> = there.into_iter().collect();
        let mut version = None;
        for some in missing.chunks(SESSIONS_PER_SCRIPT) {
            version = Some(calls.enter(some).await?.ok_or_else(forgotten)?.0);
        }
        for some in too_much.chunks(SESSIONS_PER_SCRIPT) {
            calls.leave(some).await?;
        }
        info!(
            entered = missing.len(),
            ended = too_much.len(),
            "presence registered"
        );
        let mut local = self.local();
        local.mismatches = 0;
        local.link = Some(calls.link);
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
        if self.local().link.is_none() && !self.local().retired {
            let link = self.address.commands().await?;
            self.register(Calls {
                link,
                member: &self.member,
            })
            .await?;
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
                    self.local().link = None;
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
impl Presence for Redis {
    async fn enter(&self, session: &SessionId, person: &Person) -> Result<Option<Change>, Error> {
        self.local()
            .sessions
            .insert(session.clone(), person.clone());
        self.bounded(async {
            let _shared = self.turn.read().await;
            let one = [(session.clone(), person.clone())];
            let entered = self.calls()?.enter(&one).await?;
            let (version, count, joined) = entered.ok_or_else(forgotten)?;
            let joined = (!joined.is_empty()).then(|| vec![person.clone()]);
            Ok(joined.map(|joined| Change {
                version,
                count,
                joined,
                left: Vec::new(),
            }))
        })
        .await
    }

    async fn leave(&self, session: &SessionId, person: &Person) -> Result<(), Error> {
        self.local().sessions.remove(session);
        self.bounded(async {
            let _shared = self.turn.read().await;
            Ok(self
                .calls()?
                .leave(&[format!("{session} {}", person.id)])
                .await?)
        })
        .await
    }

    async fn beat(&self) -> Result<Beat, Error> {
        self.bounded(self.beat_now()).await
    }

    async fn online(&self) -> Result<Online, Error> {
        self.bounded(async {
            let (version, people) = self.calls()?.online().await?;
            Ok(Online { version, people })
        })
        .await
    }

    async fn sessions(&self, users: &[UserId]) -> Result<Vec<Vec<Place>>, Error> {
        self.bounded(async {
            let mut found = Vec::with_capacity(users.len());
            for some in users.chunks(SESSIONS_PER_SCRIPT) {
                let (sessions, urls) = self.calls()?.sessions(some).await?;
                let place = |(session, node): (String, String)| {
                    let node = urls.get(&node).cloned();
                    let session = session.parse().ok()?;
                    Some(Place { session, node })
                };
                found.extend(sessions.into_iter().map(|theirs| {
                    let mut places: Vec<Place> = theirs.into_iter().filter_map(place).collect();
                    places.sort();
                    places
                }));
            }
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
        self.bounded(async { Ok(self.calls()?.retire().await?) })
            .await
    }
}

impl From<RedisError> for Error {
    fn from(error: RedisError) -> Self {
        Self::Away(error.to_string())
    }
}

fn away(cause: String) -> Error {
    Error::Away(cause)
}

fn forgotten() -> Error {
    away("this node was taken for dead and has not registered again yet".to_owned())
}
