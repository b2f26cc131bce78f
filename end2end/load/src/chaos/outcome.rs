//! What came of a run of chaos: the table.

use std::time::Duration;

use crate::cluster::Cluster;
use crate::proof::{Proof, row, target};
use crate::trouble::Happened;

/// How soon a message is to be at other nodes when the backplane loses all: the log's tail has to tell it.
const LOSSY_P99_MAX: Duration = Duration::from_millis(100);

/// What came of it.
pub(super) struct Outcome {
    pub(super) proof: Proof,
    pub(super) happened: Happened,
    pub(super) moves: u64,
    pub(super) is_lossy: bool,
    pub(super) cuts: u64,
    pub(super) reloads: u64,
}

impl Outcome {
    pub(super) fn is_good(&self) -> bool {
        self.proof.is_good() && (!self.is_lossy || self.is_quick())
    }

    fn is_quick(&self) -> bool {
        self.proof.world.other_node.quantile(0.99) <= LOSSY_P99_MAX
    }

    pub(super) fn tell(&self, cluster: &Cluster) {
        self.proof.tell();
        let world = &self.proof.world;
        row("send to answer", &world.answered);
        let on_its_way = "send to another node's list";
        if self.is_lossy {
            let is_met = self.is_quick();
            target(on_its_way, &world.other_node, "p99 ≤ 100 ms", is_met);
        } else {
            row(on_its_way, &world.other_node);
        }
        row("answer to another node's list", &world.after_answer);
        row("back after a node's death", &world.reconnected);
        row("caught up after it", &world.caught_up);
        let count = |name| cluster.counts(name);
        row(
            "holes closed by a frame",
            count("confab_holes_healed_total"),
        );
        row("holes closed by the log", count("confab_holes_read_total"));
        row("found by the log's tail", count("confab_tail_found_total"));
        if let Some(lossy) = &cluster.lossy {
            row("frames lost between nodes", lossy.lost());
        }
        self.tell_happened(cluster.broker.name());
    }

    fn tell_happened(&self, broker: &str) {
        let Happened {
            kills,
            sigterms,
            freezes,
            broker_kills,
            broker_freezes,
            broker_empties,
            store_kills,
            store_stops,
            longest_stop,
        } = &self.happened;
        println!(
            "{kills} kill -9, {sigterms} SIGTERM (longest {:.1} s), {freezes} freezes of a node; {broker}: {broker_kills} kill -9, \
             {broker_freezes} freezes, {broker_empties} times emptied; PostgreSQL: {store_kills} kill -9, {store_stops} restarts; \
             clients: {} cut off, {} loaded again; {} times somebody came into a room or was out",
            longest_stop.as_secs_f32(),
            self.cuts,
            self.reloads,
            self.moves
        );
    }
}
