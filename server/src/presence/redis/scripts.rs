//! The scripts, each atomic in the server, and what they take and answer.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use protocol::{Name, Person, SessionId, UserId};
use redis::aio::MultiplexedConnection;
use redis::{RedisResult, Script, ScriptInvocation};

use crate::presence::{DEAD_SECS, GRACE_SECS, Member};

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

/// What `enter` answers: the version, how many are online, whose user was not online before.
pub(super) type Entered = (u64, u64, Vec<String>);

pub(super) struct Beaten {
    /// Whether the node is known.
    pub(super) known: bool,
    /// How many sessions it has there.
    pub(super) sessions: usize,
    pub(super) version: u64,
    pub(super) count: u64,
    pub(super) left: Vec<Person>,
    /// Sessions of dead nodes that ended with this beat.
    pub(super) reaped: u64,
    pub(super) urls: Vec<String>,
}

/// A connection, and for whom.
pub(super) struct Calls<'a> {
    pub(super) link: MultiplexedConnection,
    pub(super) member: &'a Member,
}

impl Calls<'_> {
    /// Nothing if the node is not known there.
    pub(super) async fn enter(
        &mut self,
        sessions: &[(SessionId, Person)],
    ) -> RedisResult<Option<Entered>> {
        let mut enter = self.prepare(&ENTER);
        for (session, Person { id, name }) in sessions {
            enter
                .arg(session.as_str())
                .arg(id.as_str())
                .arg(name.as_str());
        }
        enter.invoke_async(&mut self.link).await
    }

    /// Ends sessions, each as `session user`.
    pub(super) async fn leave(&mut self, sessions: &[String]) -> RedisResult<()> {
        let mut leave = self.prepare(&LEAVE);
        for (session, user) in sessions.iter().filter_map(|text| text.split_once(' ')) {
            leave.arg(session).arg(user);
        }
        leave.invoke_async(&mut self.link).await
    }

    pub(super) async fn beat(&mut self, known_version: u64) -> RedisResult<Beaten> {
        let mut beat = self.prepare(&BEAT);
        beat.arg(known_version);
        type Answer = (u8, usize, u64, u64, Vec<(String, String)>, u64, Vec<String>);
        let answer: Answer = beat.invoke_async(&mut self.link).await?;
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

    /// Makes the node known; its sessions there, each as `session user`.
    pub(super) async fn register(&mut self) -> RedisResult<HashSet<String>> {
        let mut register = self.prepare(&REGISTER);
        register.arg(&self.member.public_url);
        register.invoke_async(&mut self.link).await
    }

    pub(super) async fn online(&mut self) -> RedisResult<(u64, Vec<Person>)> {
        type Answer = (u64, Vec<(String, String)>);
        let answer: Answer = self.prepare(&ONLINE).invoke_async(&mut self.link).await?;
        Ok((answer.0, people(answer.1)))
    }

    /// The sessions of each user, with the ids of their nodes; and the nodes' public addresses.
    pub(super) async fn sessions(
        &mut self,
        users: &[UserId],
    ) -> RedisResult<(Vec<Vec<(String, String)>>, HashMap<String, String>)> {
        let mut sessions = self.prepare(&SESSIONS);
        for user in users {
            sessions.arg(user.as_str());
        }
        sessions.invoke_async(&mut self.link).await
    }

    pub(super) async fn retire(&mut self) -> RedisResult<()> {
        self.prepare(&RETIRE).invoke_async(&mut self.link).await
    }

    fn prepare(&self, script: &'static Script) -> ScriptInvocation<'static> {
        let mut call = script.prepare_invoke();
        call.key(self.member.prefix.as_str())
            .arg(self.member.node.as_str());
        call
    }
}

fn with_common(script: &str) -> Script {
    let (grace, dead) = (GRACE_SECS * 1_000, DEAD_SECS * 1_000);
    let common = include_str!("common.lua");
    Script::new(&format!(
        "local grace, dead = {grace}, {dead}\n{common}\n{script}"
    ))
}

/// Who is not as a node writes it was not written by one.
fn people(rows: Vec<(String, String)>) -> Vec<Person> {
    let person = |(id, name): (String, String)| {
        Some(Person {
            id: id.parse().ok()?,
            name: Name::try_from(name).ok()?,
        })
    };
    let mut people: Vec<Person> = rows.into_iter().filter_map(person).collect();
    people.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    people
}
