//! All tabs of a run: opened together, told together, asked together.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use protocol::limits::PEOPLE_SOME;
use protocol::{RoomId, UserId};
use tokio::sync::oneshot;
use tokio::time::sleep;

use crate::log::Log;
use crate::rooms::Resident;
use crate::seen::Seen;
use crate::tab::{Online, Opened, Order, Report, Tab};
use crate::visitor::{Visitor, http};
use crate::world::World;

/// Joins on their way at once.
const JOINS_AT_ONCE: usize = 8;

const ASK_EVERY: Duration = Duration::from_millis(100);

pub struct Crowd {
    pub world: Arc<World>,
    tabs: Vec<Opened>,
    /// Who is at each tab.
    pub people: Vec<UserId>,
    /// Those who have joined.
    pub residents: Vec<Resident>,
}

impl Crowd {
    pub fn new(world: Arc<World>) -> Self {
        Self {
            world,
            tabs: Vec::new(),
            people: Vec::new(),
            residents: Vec::new(),
        }
    }

    /// So many people join and open so many tabs each, each person at the next of these nodes.
    pub async fn open(
        &mut self,
        nodes: &[String],
        people: usize,
        tabs_each: usize,
    ) -> anyhow::Result<()> {
        let (http, before) = (http(), self.len());
        let join = |nth: usize| {
            let (http, node) = (http.clone(), nodes[nth % nodes.len()].clone());
            async move {
                let name = format!("Person {}", before + nth);
                let visitor = Visitor::join(&http, &node, &name).await?;
                let start = visitor.load(&node, fastrand::u64(..)).await?;
                anyhow::Ok((visitor, start))
            }
        };
        let joined = stream::iter((0..people).map(join)).buffered(JOINS_AT_ONCE);
        let joined: Vec<_> = joined.try_collect().await?;
        for (visitor, start) in &joined {
            self.residents.push(Resident {
                visitor: visitor.clone(),
                user: start.me.id.clone(),
                name: start.me.name.to_string(),
            });
        }
        for _ in 0..tabs_each {
            for (visitor, start) in &joined {
                let mut start = start.clone();
                start.seed = fastrand::u64(..);
                self.people.push(start.me.id.clone());
                let (nth, world) = (self.len(), self.world.clone());
                self.tabs
                    .push(Tab::open(nth, visitor.clone(), start, world));
            }
        }
        Ok(())
    }

    pub fn len(&self) -> usize {
        self.tabs.len()
    }

    pub fn tell(&self, nth: usize, order: Order) {
        // One that has ended has told why.
        let _ = self.tabs[nth].orders.send(order);
    }

    pub fn tell_all(&self, order: impl Fn() -> Order) {
        (0..self.len()).for_each(|nth| self.tell(nth, order()));
    }

    pub async fn reports(&self) -> anyhow::Result<Vec<Report>> {
        let mut asked = Vec::with_capacity(self.len());
        for nth in 0..self.len() {
            let (to, report) = oneshot::channel();
            self.tell(nth, Order::Report(to));
            asked.push(report);
        }
        let mut reports = Vec::with_capacity(self.len());
        for report in asked {
            reports.push(report.await.context("a tab broke off")?);
        }
        Ok(reports)
    }

    /// Waits until all tabs are connected.
    pub async fn is_connected(&self, patience: Duration) -> anyhow::Result<()> {
        let is_connected = |report: &Report| report.is_live;
        self.are("not connected", self.len(), patience, is_connected)
            .await
    }

    /// Waits until the first `count` tabs are connected, and nothing they wrote is on its way.
    pub async fn is_settled(&self, count: usize, patience: Duration) -> anyhow::Result<()> {
        let is_settled = |report: &Report| report.is_live && report.is_empty;
        self.are(
            "not connected, or something is on its way",
            count,
            patience,
            is_settled,
        )
        .await
    }

    async fn are(
        &self,
        otherwise: &str,
        count: usize,
        patience: Duration,
        is_so: impl Fn(&Report) -> bool,
    ) -> anyhow::Result<()> {
        let began = Instant::now();
        loop {
            let reports = self.reports().await?;
            let Some(nth) = reports[..count].iter().position(|report| !is_so(report)) else {
                return Ok(());
            };
            if began.elapsed() > patience {
                bail!("after {} s tab {nth} is {otherwise}", patience.as_secs());
            }
            sleep(ASK_EVERY).await;
        }
    }

    /// Waits until all tabs are connected, nothing is on its way, and all see everybody online; and until those on a tour have
    /// come to its end. The error tells what does not come true.
    pub async fn is_calm(&self, patience: Duration) -> anyhow::Result<()> {
        let people: BTreeSet<&UserId> = self.people.iter().collect();
        let everybody = Online::of(people.iter().copied(), people.len() as u64, false);
        let began = Instant::now();
        loop {
            let reports = self.reports().await?;
            let unrest = reports.iter().enumerate().find_map(|(nth, report)| {
                let why = unrest(report, &everybody)?;
                Some(format!("tab {nth} at {}: {why}", report.node))
            });
            match unrest {
                None => return Ok(()),
                Some(unrest) if began.elapsed() > patience => {
                    bail!("after {} s of calm, {unrest}", patience.as_secs());
                }
                Some(_) => sleep(ASK_EVERY).await,
            }
        }
    }

    /// Sends each tab through all rooms its user is in by the log.
    pub fn tour(&self, log: &Log) -> anyhow::Result<()> {
        let mut tours: BTreeMap<&UserId, BTreeMap<RoomId, u64>> = BTreeMap::new();
        for (nth, user) in self.people.iter().enumerate() {
            if !tours.contains_key(user) {
                let sights = log.sights(user)?.into_iter();
                let rooms = sights.filter(|(_, sight)| sight.is_in);
                let tour = rooms.map(|(room, _)| Ok((log.top(&room)?, room)));
                let tour = tour.collect::<anyhow::Result<Vec<_>>>()?.into_iter();
                tours.insert(user, tour.map(|(top, room)| (room, top)).collect());
            }
            self.tell(nth, Order::Tour(tours[user].clone()));
        }
        Ok(())
    }

    /// Closes all tabs; what each was told and has shown.
    pub async fn close(self) -> anyhow::Result<Vec<Seen>> {
        self.tell_all(|| Order::Close);
        let mut seen = Vec::with_capacity(self.tabs.len());
        for tab in self.tabs {
            seen.push(tab.task.await.context("a tab broke off")?);
        }
        Ok(seen)
    }
}

fn unrest(report: &Report, everybody: &Online) -> Option<String> {
    let online = &report.online;
    // Of many, only some are named.
    let is_part = online.names < everybody.names && online.names >= PEOPLE_SOME;
    if !report.is_live || !report.is_empty {
        Some("not connected, or something is still on its way".to_owned())
    } else if online != everybody && !(is_part && online.count == everybody.count) {
        Some(format!("sees {online:?} in place of {everybody:?}"))
    } else {
        report.on_tour.clone()
    }
}
