//! The connections to the primaries of a Redis Cluster: to each one that publishes and one that listens. A channel belongs to the
//! slot of its name, and moves with it.
//!
//! A lost connection loses all of them, as a cluster without one of its primaries serves nothing by default. A channel that moved
//! is listened to at its new place, and the node is told that it may have missed something.

mod ear;
mod listening;
mod primaries;
mod speaking;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::mpsc;

use self::listening::Listening;
use self::primaries::{Opened, Primaries, keep_primaries, open_all};
use self::speaking::{Speaking, keep_claim, probe, publish};
use super::link::Lost;
use crate::backplane::Member;
use crate::backplane::link::{Link, Node, Unused};
use crate::redis_address::{self, ANSWER_MAX, RedisAddress};

pub(super) struct Cluster {
    cluster: redis_address::Cluster,
    primaries: Arc<Primaries>,
    opened: Vec<Opened>,
}

impl Link for Cluster {
    type Address = RedisAddress;
    type Lost = Lost;

    const OPEN_MAX: Duration = ANSWER_MAX;

    async fn open(address: &RedisAddress, member: &Member) -> Result<Self, Lost> {
        let cluster = address.cluster().expect("a cluster's address").clone();
        let slots = cluster.slots().await?;
        let opened = open_all(&cluster, slots.primaries()).await?;
        let primaries = Primaries::new(slots, member, &opened);
        let (speaking, _) = Speaking::new(primaries.clone(), member.clone());
        speaking.claim().await?;
        Ok(Self {
            cluster,
            primaries,
            opened,
        })
    }

    async fn serve(&mut self, node: &mut Node) -> Result<Unused, Lost> {
        let heard_at = Mutex::default();
        let (speaking, moving) = Speaking::new(self.primaries.clone(), node.member.clone());
        let (updates, updated) = mpsc::channel(1);
        let listening = Listening::new(
            self.primaries.clone(),
            std::mem::take(&mut self.opened),
            &node.member,
            &heard_at,
            &speaking.moved,
        );
        tokio::select! {
            served = listening.run(updated, &node.followed, &mut node.inbox) => served,
            served = publish(&speaking, &mut node.queue, &mut node.publishing, &node.counters) => served,
            served = probe(&speaking, &heard_at) => served,
            served = keep_claim(&speaking) => served,
            served = keep_primaries(&self.cluster, &speaking, moving, updates) => served,
        }
    }
}
