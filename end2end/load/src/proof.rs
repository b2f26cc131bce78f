//! Whether all promises held: waits until all is well, then reads the log.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use protocol::{RoomId, UserId};

use crate::checker::Checker;
use crate::cluster::Cluster;
use crate::crowd::Crowd;
use crate::log::Log;
use crate::seen::Seen;
use crate::sight::{check_list, check_told};
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
        crowd.tell_all(|| Order::Wake);
        let world = crowd.world.clone();
        // Until then something may still be on its way into the log.
        crowd
            .is_settled(crowd.len(), CALM_MAX)
            .await
            .unwrap_or_else(|unrest| world.ledger.broken(unrest.to_string()));
        let log = cluster.log().await?;
        crowd.tour(&log)?;
        crowd
            .is_calm(CALM_MAX)
            .await
            .unwrap_or_else(|unrest| world.ledger.broken(unrest.to_string()));
        cluster.count().await;
        let people = crowd.people.clone();
        let seen = crowd.close().await?;
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
        let (tops, mut verdict) = checker.end();
        check_seen((&people, &seen), (&log, &tops), &mut verdict)?;
        Ok(Self { verdict, world })
    }

    pub fn is_good(&self) -> bool {
        self.verdict.is_good() && self.world.ledger.all_broken().0 == 0
    }

    /// Prints what is broken, and the counts.
    pub fn tell(&self) {
        let Verdict {
            stored,
            lists,
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
        row("lists compared with the log", lists);
        row("lists that differ from the log", differing);
        row("other wrongs", strange + broken);
    }
}

/// Each tab was told what its user may see, and shows it as the log has it.
fn check_seen(
    (people, seen): (&[UserId], &[Seen]),
    (log, tops): (&Log, &BTreeMap<RoomId, u64>),
    verdict: &mut Verdict,
) -> anyhow::Result<()> {
    let mut sights = BTreeMap::new();
    let mut firsts: BTreeMap<&RoomId, u64> = BTreeMap::new();
    for (tab, seen) in seen.iter().enumerate() {
        let user = &people[tab];
        if !sights.contains_key(user) {
            sights.insert(user.clone(), log.sights(user)?);
        }
        check_told((tab, seen), &sights[user], tops, verdict);
        for (room, list) in &seen.lists {
            let first = firsts.entry(room).or_insert(u64::MAX);
            *first = list.starts().min(*first);
        }
    }
    for (room, first) in firsts {
        let entries = log.entries(room, first)?;
        for (tab, seen) in seen.iter().enumerate() {
            let (Some(list), Some(sight)) = (seen.lists.get(room), sights[&people[tab]].get(room))
            else {
                continue;
            };
            verdict.lists += 1;
            if let Err(wrong) = check_list(list, &entries, sight) {
                verdict.differing += 1;
                verdict.tell(format!("tab {tab} in {room}: {wrong}"));
            }
        }
    }
    Ok(())
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
