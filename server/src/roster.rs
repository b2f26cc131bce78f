//! Who is online, as this node tells its sessions.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Mutex, MutexGuard};

use protocol::{Event, Person, SessionId, UserId, limits};

use crate::delivery::Delivery;
use crate::frame::{Frame, Topic};
use crate::presence::{Change, Online, Presence};

/// Beats that may fail before the list counts as stale: one may be a hiccup.
const FAILED_BEATS_MAX: u32 = 2;

pub struct Roster {
    presence: Box<dyn Presence>,
    own_url: String,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    version: u64,
    people: BTreeMap<UserId, Person>,
    failed_beats: u32,
    nodes: Vec<String>,
}

impl Roster {
    pub fn new(presence: Box<dyn Presence>, own_url: String) -> Self {
        Self {
            presence,
            own_url,
            known: Mutex::default(),
        }
    }

    pub async fn enter(&self, delivery: &Delivery, session: &SessionId, person: &Person) {
        match self.presence.enter(session, person).await {
            Ok(change) => self.tell_everybody(delivery, change).await,
            // Presence remembers its own sessions and enters them when it is back.
            Err(error) => tracing::warn!(%error, %session, "entered unseen"),
        }
    }

    pub async fn leave(&self, session: &SessionId, person: &Person) {
        if let Err(error) = self.presence.leave(session, person).await {
            tracing::warn!(%error, %session, "left unseen");
        }
    }

    /// One beat: says that this node lives, tells who left, and catches up with what it did not hear of.
    pub async fn beat(&self, delivery: &Delivery) {
        match self.presence.beat().await {
            Ok(beat) => {
                if std::mem::take(&mut self.known().failed_beats) >= FAILED_BEATS_MAX {
                    self.tell_stale(delivery, false);
                }
                self.note_nodes(delivery, beat.nodes);
                self.tell_everybody(delivery, beat.change).await;
                if self.known().version != beat.version {
                    self.catch_up(delivery).await;
                }
            }
            Err(error) => {
                tracing::warn!(%error, "no beat");
                self.known().failed_beats += 1;
                if self.known().failed_beats == FAILED_BEATS_MAX {
                    self.tell_stale(delivery, true);
                }
            }
        }
    }

    /// Takes another node's word on who came and went.
    pub async fn hear(&self, delivery: &Delivery, frame: &Frame) {
        match serde_json::from_str(&frame.text) {
            Ok(Event::OnlineChanged {
                version,
                count,
                joined,
                left,
            }) => {
                self.apply(
                    delivery,
                    Change {
                        version,
                        count,
                        joined,
                        left,
                    },
                )
                .await;
            }
            other => tracing::warn!(?other, "not a word on who is online"),
        }
    }

    pub async fn retire(&self) {
        if let Err(error) = self.presence.retire().await {
            tracing::warn!(%error, "stopped unseen; the others will notice");
        }
    }

    pub fn count(&self) -> usize {
        self.known().people.len()
    }

    /// The whole list, as a client is told it.
    pub fn online(&self) -> Event {
        let known = self.known();
        Event::Online {
            version: known.version,
            count: known.people.len() as u64,
            people: known
                .people
                .values()
                .take(limits::PEOPLE_TOLD_MAX)
                .cloned()
                .collect(),
        }
    }

    pub fn is_stale(&self) -> bool {
        self.known().failed_beats >= FAILED_BEATS_MAX
    }

    /// Where the live nodes are reached, this one first.
    pub fn nodes(&self) -> Vec<String> {
        let others = self.known().nodes.clone();
        let others = others.into_iter().filter(|url| *url != self.own_url);
        std::iter::once(self.own_url.clone())
            .chain(others)
            .collect()
    }

    async fn tell_everybody(&self, delivery: &Delivery, change: Option<Change>) {
        if let Some(change) = change {
            delivery.publish(&frame(&change));
            self.apply(delivery, change).await;
        }
    }

    /// The next change is told as it is, an old one not at all; after a gap the whole list is read.
    async fn apply(&self, delivery: &Delivery, change: Change) {
        let is_next = {
            let mut known = self.known();
            if change.version <= known.version {
                return;
            }
            let is_next = change.version == known.version + 1;
            if is_next {
                known.apply(&change);
                // Told under the lock, so that sessions hear the versions in order.
                delivery.hub.tell_all(frame(&change));
            }
            is_next
        };
        if !is_next {
            self.catch_up(delivery).await;
        }
    }

    async fn catch_up(&self, delivery: &Delivery) {
        match self.presence.online().await {
            Ok(online) => {
                let mut known = self.known();
                if online.version > known.version {
                    let change = known.replace(online);
                    delivery.hub.tell_all(frame(&change));
                }
            }
            Err(error) => tracing::warn!(%error, "cannot read who is online"),
        }
    }

    fn note_nodes(&self, delivery: &Delivery, nodes: Vec<String>) {
        if std::mem::replace(&mut self.known().nodes, nodes.clone()) != nodes {
            delivery.hub.tell_all(Frame::state(
                Topic::All,
                &Event::Nodes {
                    nodes: self.nodes(),
                },
            ));
        }
    }

    fn tell_stale(&self, delivery: &Delivery, stale: bool) {
        delivery
            .hub
            .tell_all(Frame::state(Topic::All, &Event::OnlineStale { stale }));
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().expect("no holder panics")
    }
}

impl Known {
    fn apply(&mut self, change: &Change) {
        self.version = change.version;
        for person in &change.left {
            self.people.remove(&person.id);
        }
        for person in &change.joined {
            self.people.insert(person.id.clone(), person.clone());
        }
    }

    /// Takes the whole list and tells how it differs from what was known.
    fn replace(&mut self, online: Online) -> Change {
        let now: HashSet<&UserId> = online.people.iter().map(|person| &person.id).collect();
        let left = self
            .people
            .values()
            .filter(|person| !now.contains(&person.id))
            .cloned()
            .collect();
        let is_new = |person: &&Person| !self.people.contains_key(&person.id);
        let joined = online.people.iter().filter(is_new).cloned().collect();
        let count = online.people.len() as u64;
        let change = Change {
            version: online.version,
            count,
            joined,
            left,
        };
        self.apply(&change);
        change
    }
}

fn frame(change: &Change) -> Frame {
    let Change {
        version,
        count,
        joined,
        left,
    } = change.clone();
    Frame::state(
        Topic::All,
        &Event::OnlineChanged {
            version,
            count,
            joined,
            left,
        },
    )
}
