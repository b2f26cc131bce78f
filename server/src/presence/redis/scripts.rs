//! The scripts, each atomic in the server, and what they take and answer.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use async_trait::async_trait;
use protocol::{NodeId, Person, SessionId, UserId};
use redis::aio::MultiplexedConnection;
use redis::{FromRedisValue, Script, ScriptInvocation};

use crate::presence::book::{Beaten, Calls, Entered, people};
use crate::presence::{DEAD_SECS, Error, GRACE_SECS, Online, Place};
use crate::redis_address::{RedisAddress, Server};

macro_rules! script {
    ($name:ident, $file:literal) => {
        static $name: LazyLock<Script> = LazyLock::new(|| with_common(include_str!($file)));
    };
}

script!(ENTER, "enter.lua");
script!(LEAVE, "leave.lua");
script!(BEAT, "beat.lua");
script!(REGISTER, "register.lua");
script!(ONLINE, "online.lua");
script!(SESSIONS, "sessions.lua");
script!(RETIRE, "retire.lua");

/// A connection, and for whom.
pub(super) struct Link {
    pub(super) link: MultiplexedConnection,
    /// The one it goes to, and how to ask whether that is still the right one.
    pub(super) server: Server,
    pub(super) address: RedisAddress,
    pub(super) node: NodeId,
    /// Stands before every key.
    pub(super) prefix: String,
}

impl Link {
    fn prepare(&self, script: &'static Script) -> ScriptInvocation<'static> {
        let mut call = script.prepare_invoke();
        call.key(&self.prefix).arg(self.node.as_str());
        call
    }

    async fn ask<T: FromRedisValue>(&self, call: &ScriptInvocation<'static>) -> Result<T, Error> {
        Ok(call.invoke_async(&mut self.link.clone()).await?)
    }
}

#[async_trait]
impl Calls for Link {
    async fn register(&self, public_url: &str) -> Result<HashSet<String>, Error> {
        self.ask(self.prepare(&REGISTER).arg(public_url)).await
    }

    async fn enter(&self, sessions: &[(SessionId, Person)]) -> Result<Option<Entered>, Error> {
        let mut enter = self.prepare(&ENTER);
        for (session, Person { id, name }) in sessions {
            enter
                .arg(session.as_str())
                .arg(id.as_str())
                .arg(name.as_str());
        }
        let answer: Option<(u64, u64, Vec<String>)> = self.ask(&enter).await?;
        Ok(answer.map(|(version, count, joined)| Entered {
            version,
            count,
            joined,
        }))
    }

    async fn leave(&self, sessions: &[String]) -> Result<(), Error> {
        let mut leave = self.prepare(&LEAVE);
        for (session, user) in sessions.iter().filter_map(|text| text.split_once(' ')) {
            leave.arg(session).arg(user);
        }
        self.ask(&leave).await
    }

    async fn beat(&self, known_version: u64) -> Result<Beaten, Error> {
        if !self.address.is_still_there(&self.server).await {
            let why = "another server is the master now";
            return Err(Error::Away(why.to_owned()));
        }
        type Answer = (u8, usize, u64, u64, Vec<(String, String)>, u64, Vec<String>);
        let answer: Answer = self.ask(self.prepare(&BEAT).arg(known_version)).await?;
        let (known, sessions, version, count, left, reaped, urls) = answer;
        Ok(Beaten {
            known: known == 1,
            sessions,
            version,
            count,
            left: people(left),
            reaped,
            urls,
        })
    }

    async fn online(&self) -> Result<Online, Error> {
        let answer: (u64, Vec<(String, String)>) = self.ask(&self.prepare(&ONLINE)).await?;
        Ok(Online {
            version: answer.0,
            people: people(answer.1),
        })
    }

    async fn sessions(&self, users: &[UserId]) -> Result<Vec<Vec<Place>>, Error> {
        let mut sessions = self.prepare(&SESSIONS);
        for user in users {
            sessions.arg(user.as_str());
        }
        type Answer = (Vec<Vec<(String, String)>>, HashMap<String, String>);
        let (found, urls): Answer = self.ask(&sessions).await?;
        let place = |(session, node): (String, String)| {
            let node = urls.get(&node).cloned();
            let session = session.parse().ok()?;
            Some(Place { session, node })
        };
        let theirs = |theirs: Vec<_>| theirs.into_iter().filter_map(place).collect();
        Ok(found.into_iter().map(theirs).collect())
    }

    async fn retire(&self) -> Result<(), Error> {
        self.ask(&self.prepare(&RETIRE)).await
    }
}

fn with_common(script: &str) -> Script {
    let (grace, dead) = (GRACE_SECS * 1_000, DEAD_SECS * 1_000);
    let common = include_str!("common.lua");
    Script::new(&format!(
        "local grace, dead = {grace}, {dead}\n{common}\n{script}"
    ))
}
