//! Who is online, as this node tells its sessions.

mod news;
mod told;

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use axum::extract::ws::Utf8Bytes;
use metrics::counter;
use protocol::{Event, Person, SessionId};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep, sleep_until};

use self::told::Told;
use crate::delivery::Delivery;
use crate::frame::{Frame, Topic};
use crate::measure::REAPED;
use crate::presence::{Change, Presence};

/// Beats that may fail before the list counts as stale: one may be a hiccup.
const FAILED_BEATS_MAX: u32 = 2;

/// How often the sessions here, and the other nodes, are told of changes at most: with many people, one frame a change would be
/// as many as people times people.
const TELL_EVERY: Duration = Duration::from_millis(100);

/// How long a change may be on its way from another node.
const ON_ITS_WAY: Duration = Duration::from_millis(250);

/// Changes kept that came before their turn; whatever more there is, the whole list is read.
const EARLY_MAX: usize = 1_000;

/// How often the names of a list that is too long to be told whole are told anew: some have left meanwhile.
const NAMES_EVERY: Duration = Duration::from_secs(30);

pub struct Roster {
    presence: Box<dyn Presence>,
    own_url: String,
    known: Mutex<Known>,
    /// There is something to tell, later.
    due: Notify,
}

#[derive(Default)]
struct Known {
    list: Told,
    /// Changes behind one that is missing.
    early: BTreeMap<u64, Change>,
    /// Changes that the other nodes do not know of yet.
    news: Vec<Change>,
    told_at: Option<Instant>,
    names_told_at: Option<Instant>,
    /// How far the list was known at the last beat.
    at_beat: u64,
    failed_beats: u32,
    nodes: Vec<String>,
}

impl Roster {
    pub fn new(presence: Box<dyn Presence>, own_url: String) -> Self {
        Self {
            presence,
            own_url,
            known: Mutex::default(),
            due: Notify::new(),
        }
    }

    pub async fn enter(&self, delivery: &Delivery, session: &SessionId, person: &Person) {
        match self.presence.enter(session, person).await {
            Ok(change) => self.tell_everybody(delivery, change),
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
                counter!(REAPED).increment(beat.reaped);
                self.note_nodes(delivery, beat.nodes);
                self.tell_everybody(delivery, beat.change);
                self.meet(delivery, beat.version).await;
                self.tell_names_again(delivery);
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
    pub fn hear(&self, delivery: &Delivery, frame: &Frame) {
        match news::changes(frame) {
            Ok(changes) => {
                changes.for_each(|change| self.known().take(change));
                self.tell_in_turn(delivery);
            }
            Err(error) => tracing::warn!(%error, "not a word on who is online"),
        }
    }

    /// Tells what there was no time for at once, for ever.
    pub async fn tell(&self, delivery: &Delivery) {
        loop {
            self.due.notified().await;
            let told_at = self.known().told_at;
            if let Some(told_at) = told_at {
                sleep_until(told_at + TELL_EVERY).await;
            }
            // Not just now: somebody else may have told it meanwhile.
            self.tell_in_turn(delivery);
        }
    }

    /// Everybody online, and who is online where, as it stands now in the whole cluster.
    pub fn registry(&self) -> &dyn Presence {
        &*self.presence
    }

    pub async fn retire(&self) {
        if let Err(error) = self.presence.retire().await {
            tracing::warn!(%error, "stopped unseen; the others will notice");
        }
    }

    pub fn count(&self) -> usize {
        self.known().list.count()
    }

    /// The version of the list as the sessions here were told it, and everybody in it.
    pub fn everybody(&self) -> (u64, Vec<Person>) {
        self.known().list.everybody()
    }

    /// The list, as a client is told it; of a long one only some names, and how many there are.
    pub fn online(&self) -> Event {
        self.known().list.online()
    }

    /// The frame of it.
    pub fn online_frame(&self) -> Utf8Bytes {
        self.known().list.whole()
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

    /// A change that this node was told alone.
    fn tell_everybody(&self, delivery: &Delivery, change: Option<Change>) {
        if let Some(change) = change {
            {
                let mut known = self.known();
                known.news.push(change.clone());
                known.take(change);
            }
            self.tell_in_turn(delivery);
        }
    }

    /// Tells what is new: at once, if nothing was told a moment ago.
    fn tell_in_turn(&self, delivery: &Delivery) {
        let news = {
            let mut known = self.known();
            if known.told_at.is_some_and(|at| at.elapsed() < TELL_EVERY) {
                return self.due.notify_one();
            }
            known.told_at = Some(Instant::now());
            if let Some(event) = known.list.tell() {
                if matches!(event, Event::Online { .. }) {
                    known.names_told_at = known.told_at;
                }
                // Told under the lock, so that sessions hear the versions in order.
                delivery.hub.tell_all(Frame::state(Topic::All, &event));
            }
            std::mem::take(&mut known.news)
        };
        for frame in news::frames(news) {
            delivery.publish(&frame);
        }
    }

    /// Makes sure that all up to this version is known. What is on its way gets a moment to come.
    async fn meet(&self, delivery: &Delivery, version: u64) {
        let is_moving = {
            let mut known = self.known();
            let before = std::mem::replace(&mut known.at_beat, version);
            before < known.list.version()
        };
        if is_moving && self.known().list.version() < version {
            sleep(ON_ITS_WAY).await;
        }
        if self.known().list.version() < version {
            self.catch_up(delivery).await;
        }
    }

    async fn catch_up(&self, delivery: &Delivery) {
        match self.presence.online().await {
            Ok(online) => {
                {
                    let mut known = self.known();
                    if online.version > known.list.version() {
                        known.list.replace(online);
                        known.go_on();
                    }
                }
                self.tell_in_turn(delivery);
            }
            Err(error) => tracing::warn!(%error, "cannot read who is online"),
        }
    }

    fn tell_names_again(&self, delivery: &Delivery) {
        let mut known = self.known();
        let is_due = known
            .names_told_at
            .is_none_or(|at| at.elapsed() >= NAMES_EVERY);
        if known.list.is_too_long() && is_due {
            known.names_told_at = Some(Instant::now());
            let text = known.list.whole();
            let topic = Topic::All;
            delivery.hub.tell_all(Frame {
                topic,
                seq: 0,
                text,
                act: None,
            });
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
    /// Takes a change when it is its turn; one that is known already is dropped.
    fn take(&mut self, change: Change) {
        if change.version > self.list.version() {
            self.early.insert(change.version, change);
        }
        if self.early.len() > EARLY_MAX {
            self.early.pop_last();
        }
        self.go_on();
    }

    /// Takes what kept changes follow on what is known.
    fn go_on(&mut self) {
        while let Some(first) = self.early.first_entry() {
            if *first.key() > self.list.version() + 1 {
                break;
            }
            let change = first.remove();
            if change.version > self.list.version() {
                self.list.apply(change);
            }
        }
    }
}
