//! The primaries of a cluster as they are known now, and what keeps that knowledge true.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::try_join_all;
use redis::aio::MultiplexedConnection;
use tokio::sync::{mpsc, watch};
use tokio::time::sleep;
use tracing::{debug, info};

use super::ear::{Ear, Saying};
use super::speaking::Speaking;
use crate::backplane::Member;
use crate::backplane::link::Unused;
use crate::backplane::redis::link::{Lost, probe_channel};
use crate::redis_address::{Cluster, Place, Slots};

/// How often the nodes are asked who has which slot.
const ASK_EVERY: Duration = Duration::from_secs(1);

/// How often they are asked while a channel is known to have moved.
const ASK_AGAIN: Duration = Duration::from_millis(100);

/// A primary's two connections.
pub(super) struct Opened {
    pub(super) place: Place,
    pub(super) speaker: MultiplexedConnection,
    pub(super) ear: Ear,
    pub(super) saying: Saying,
}

/// Who has which slot, and how to speak to them.
#[derive(Clone)]
pub(super) struct Primaries {
    pub(super) slots: Slots,
    pub(super) speakers: HashMap<Place, MultiplexedConnection>,
    /// For each of them a channel of its own that only this node hears.
    pub(super) probes: HashMap<Place, String>,
}

/// What changed for those who listen.
pub(super) struct Update {
    pub(super) primaries: Arc<Primaries>,
    pub(super) opened: Vec<Opened>,
}

impl Primaries {
    pub(super) fn new(slots: Slots, member: &Member, opened: &[Opened]) -> Arc<Self> {
        let speakers = opened
            .iter()
            .map(|one| (one.place.clone(), one.speaker.clone()));
        Arc::new(Self {
            probes: probes(&slots, member),
            slots,
            speakers: speakers.collect(),
        })
    }

    /// The same with other slots, and without those who have none any more.
    fn with(&self, slots: Slots, member: &Member, opened: &[Opened]) -> Arc<Self> {
        let mut speakers = self.speakers.clone();
        speakers.retain(|place, _| slots.primaries().contains(place));
        speakers.extend(
            opened
                .iter()
                .map(|one| (one.place.clone(), one.speaker.clone())),
        );
        Arc::new(Self {
            probes: probes(&slots, member),
            slots,
            speakers,
        })
    }
}

pub(super) async fn open_all(cluster: &Cluster, places: &[Place]) -> Result<Vec<Opened>, Lost> {
    try_join_all(places.iter().map(|place| open(cluster, place))).await
}

async fn open(cluster: &Cluster, place: &Place) -> Result<Opened, Lost> {
    let server = cluster.at(place)?;
    let speaker = server.commands().await?;
    let (ear, saying) = Ear::open(&server).await?;
    Ok(Opened {
        place: place.clone(),
        speaker,
        ear,
        saying,
    })
}

/// Numbers a name until each primary has got one.
fn probes(slots: &Slots, member: &Member) -> HashMap<Place, String> {
    let mut probes = HashMap::new();
    let name = probe_channel(member);
    // With a thousand primaries of like size each of them is found long before; one with a few slots only may not be.
    for number in 0..20_000 {
        let channel = format!("{name}:{number}");
        if let Some(place) = slots.owner(&channel) {
            probes.entry(place.clone()).or_insert(channel);
        }
        if probes.len() == slots.primaries().len() {
            break;
        }
    }
    probes
}

/// Asks all primaries again and again, at once when a channel has moved, and tells what they say even if it is the same.
pub(super) async fn keep_primaries(
    cluster: &Cluster,
    speaking: &Speaking,
    primaries: watch::Sender<Arc<Primaries>>,
    updates: mpsc::Sender<Update>,
) -> Result<Unused, Lost> {
    loop {
        tokio::select! {
            () = sleep(ASK_EVERY) => {}
            () = speaking.moved.notified() => sleep(ASK_AGAIN).await,
        }
        let known = primaries.borrow().clone();
        let slots = match cluster.asked(&known.speakers).await {
            Ok(slots) => slots,
            // Slots that nobody has are on their way, or their channels are soon found silent.
            Err(cause) => {
                debug!(%cause, "cluster not known");
                continue;
            }
        };
        let mut update = Update {
            primaries: known.clone(),
            opened: Vec::new(),
        };
        if slots != known.slots {
            let is_new = |place: &&Place| !known.speakers.contains_key(*place);
            let new: Vec<Place> = slots.primaries().iter().filter(is_new).cloned().collect();
            update.opened = open_all(cluster, &new).await?;
            update.primaries = known.with(slots, speaking.member(), &update.opened);
            info!(
                primaries = update.primaries.speakers.len(),
                new = new.len(),
                "slots moved"
            );
            primaries.send_replace(update.primaries.clone());
        }
        // The one who listens lives as long as this.
        if updates.send(update).await.is_err() {
            return Err(Lost::Closed);
        }
    }
}
