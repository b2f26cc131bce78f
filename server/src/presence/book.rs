//! Where several nodes write who is online. Each call is made whole or not at all, one after the other.

use std::collections::HashSet;
use std::sync::Arc;

use async_trait::async_trait;
use protocol::{Name, Person, SessionId, UserId};

use super::{Error, Member, Online, Place};

#[async_trait]
pub(super) trait Book: Send + Sync {
    /// The address, without its password.
    fn shown(&self) -> &str;

    /// Connects.
    async fn open(&self, member: &Member) -> Result<Arc<dyn Calls>, Error>;
}

/// What one node asks over a connection. After an error the connection is good for nothing more.
#[async_trait]
pub(super) trait Calls: Send + Sync {
    /// Makes the node known, with where browsers reach it; its sessions there, each as `session user`.
    async fn register(&self, public_url: &str) -> Result<HashSet<String>, Error>;

    /// Sessions of the node began. Nothing if the node is not known there.
    async fn enter(&self, sessions: &[(SessionId, Person)]) -> Result<Option<Entered>, Error>;

    /// Sessions of the node ended, each as `session user`; a user whose last it was leaves after the grace.
    async fn leave(&self, sessions: &[String]) -> Result<(), Error>;

    /// The node lives. Reaps dead nodes, tells who left, and has a version not below this one.
    async fn beat(&self, known_version: u64) -> Result<Beaten, Error>;

    /// Everybody online, sorted by name.
    async fn online(&self) -> Result<Online, Error>;

    /// The sessions of each user, in any order.
    async fn sessions(&self, users: &[UserId]) -> Result<Vec<Vec<Place>>, Error>;

    /// The node's sessions end, and the node.
    async fn retire(&self) -> Result<(), Error>;
}

pub(super) struct Entered {
    pub(super) version: u64,
    /// How many are online.
    pub(super) count: u64,
    /// The ids of whom was not before.
    pub(super) joined: Vec<String>,
}

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

/// These, by id and name, sorted by name. Who is not as a node writes it was not written by one.
pub(super) fn people(rows: impl IntoIterator<Item = (String, String)>) -> Vec<Person> {
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
