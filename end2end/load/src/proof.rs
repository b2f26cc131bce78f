//! Whether all promises held: waits until all is well, then reads the log.

use std::sync::Arc;
use std::time::Duration;

use crate::checker::Checker;
use crate::cluster::Cluster;
use crate::crowd::Crowd;
use crate::log::Log;
use crate::tab::Order;
use crate::verdict::Verdict;
use crate::world::World;

/// How long it may take after the last trouble until all is well.
pub const CALM_MAX: Duration = Duration::from_secs(60);

pub struct Proof {
    pub verdict: Verdict,
    pub world: Arc<World>,
}

impl Proof {
    /// Waits for calm, closes the tabs, and checks all they wrote and showed. What does not hold is told, not returned.
    pub async fn of(crowd: Crowd, cluster: &Cluster) -> anyhow::Result<Self> {
        crowd.tell_all(|| Order::Write(false));
        let log = Log::open(cluster.data())?;
        crowd.tell_all(|| Order::Wake);
        let world = crowd.world.clone();
        // Until then something may still be on its way into the log.
        crowd
            .is_settled(crowd.len(), CALM_MAX)
            .await
            .unwrap_or_else(|unrest| world.ledger.broken(unrest.to_string()));
        let top = log.top()?;
        crowd
            .is_calm(top, CALM_MAX)
            .await
            .unwrap_or_else(|unrest| world.ledger.broken(unrest.to_string()));
        cluster.count().await;
        let people = crowd.people.clone();
        let shown = crowd.close().await?;
        let mut checker = Checker::new(&world.ledger, &people);
        log.read(&mut checker)?;
        if let Err(error) = log.is_sound() {
            world.ledger.broken(error.to_string());
        }
        for node in &cluster.nodes {
            for panic in node.panics()? {
                world.ledger.broken(panic);
            }
        }
        let verdict = checker.end(&shown);
        Ok(Self { verdict, world })
    }

    pub fn is_good(&self) -> bool {
        self.verdict.is_good() && self.world.ledger.all_broken().0 == 0
    }

    /// Prints what is broken, and the counts.
    pub fn tell(&self) {
        let Verdict {
            stored,
            lost,
            doubled,
            reordered,
            strange,
            differing,
            told,
        } = &self.verdict;
        let (broken, told_broken) = self.world.ledger.all_broken();
        for what in told.iter().chain(&told_broken) {
            println!("BROKEN: {what}");
        }
        row("acknowledged", self.world.ledger.accepted());
        row("stored", stored);
        row("lost", lost);
        row("doubled", doubled);
        row("out of their sender's order", reordered);
        row("lists that differ from the log", differing);
        row("other wrongs", strange + broken);
    }
}

/// A line of the table.
pub fn row(what: &str, value: impl std::fmt::Display) {
    println!("{what:<32} {value}");
}

/// A line of the table that has a target; whether it is met.
pub fn target(what: &str, value: impl std::fmt::Display, wanted: &str, is_met: bool) -> bool {
    let verdict = if is_met { "met" } else { "MISSED" };
    println!("{what:<32} {value} (target {wanted}: {verdict})");
    is_met
}
