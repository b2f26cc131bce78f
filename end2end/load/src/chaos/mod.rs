//! Everything that can die dies, while everybody writes; afterwards the checker reads the log.

mod outcome;
mod plan;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use fastrand::Rng;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use self::outcome::Outcome;
pub use self::plan::Arguments;
use crate::cluster::Cluster;
use crate::crowd::Crowd;
use crate::proof::{CALM_MAX, Proof};
use crate::rooms::Rooms;
use crate::standstill::{STANDSTILL_MAX, Standstill};
use crate::tab::Order;
use crate::trouble::{Trouble, Troubles, schedule};
use crate::world::{Pace, World};

const LOOK_EVERY: Duration = Duration::from_millis(50);
const TELL_EVERY: Duration = Duration::from_secs(5);
const COUNT_EVERY: Duration = Duration::from_secs(1);

/// Of 1,000 looks at the tabs, after how many one loses its connection, and one is loaded again.
const CUTS_PERMILLE: u32 = 60;
const RELOADS_PERMILLE: u32 = 30;

pub async fn run(program: PathBuf, arguments: Arguments) -> anyhow::Result<bool> {
    let seed = arguments.seed.unwrap_or_else(|| fastrand::u64(..100_000));
    fastrand::seed(seed);
    arguments.announce(seed);
    let began = Instant::now();
    let cluster = Arc::new(Cluster::start(&arguments.wanted(program)).await?);
    let ended = Chaos::begin(&arguments, seed, cluster.clone()).await;
    let ended = match ended {
        Ok((chaos, rooms)) => chaos.run(rooms).await,
        Err(error) => Err(error),
    };
    let is_good = match &ended {
        Ok(outcome) => {
            outcome.tell(&cluster);
            outcome.is_good()
        }
        Err(error) => {
            println!("BROKEN OFF: {error:#}");
            false
        }
    };
    println!("took {} s, seed {seed}", began.elapsed().as_secs());
    if !is_good || arguments.keep {
        println!("kept: {}", cluster.keep().display());
    }
    println!(
        "{}",
        if is_good {
            "all promises held"
        } else {
            "FAILED"
        }
    );
    Ok(is_good)
}

struct Chaos {
    cluster: Arc<Cluster>,
    world: Arc<World>,
    crowd: Crowd,
    rng: Rng,
    schedule: Vec<Trouble>,
    is_lossy: bool,
}

impl Chaos {
    async fn begin(
        arguments: &Arguments,
        seed: u64,
        cluster: Arc<Cluster>,
    ) -> anyhow::Result<(Self, Rooms)> {
        let mut rng = Rng::with_seed(seed);
        let schedule = schedule(&mut rng, arguments.amount(), arguments.messages());
        let urls = cluster.urls();
        let pace = Pace {
            is_varied: true,
            ..Pace::of(arguments.messages(), arguments.clients, arguments.rate)
        };
        let world = Arc::new(World::new(urls.clone(), arguments.clients, pace));
        let mut crowd = Crowd::new(world.clone());
        crowd.open(&urls, arguments.clients, 1).await?;
        let rooms = Rooms::make(&urls, crowd.residents.clone(), seed).await?;
        let chaos = Self {
            cluster,
            world,
            crowd,
            rng,
            schedule,
            is_lossy: arguments.drop_frames.is_some(),
        };
        Ok((chaos, rooms))
    }

    async fn run(mut self, mut rooms: Rooms) -> anyhow::Result<Outcome> {
        self.crowd.is_calm(CALM_MAX).await?;
        self.crowd.tell_all(|| Order::Write(true));
        let mut troubles = Troubles::new(self.cluster.clone(), self.world.clone());
        let (is_over, world) = (CancellationToken::new(), self.world.clone());
        let until = is_over.clone();
        let moving = tokio::spawn(async move {
            let moved = rooms.move_on(|| until.is_cancelled()).await;
            if let Err(wrong) = moved {
                world.ledger.broken(wrong.to_string());
            }
            rooms
        });
        let (cuts, reloads) = self.storm(&mut troubles).await?;
        self.crowd.tell_all(|| Order::Write(false));
        is_over.cancel();
        let happened = troubles.end().await?;
        let rooms = moving.await.context("who came and went broke off")?;
        let log = self.cluster.log().await?;
        if let Err(wrong) = rooms.check(&log) {
            self.world.ledger.broken(wrong.to_string());
        }
        Ok(Outcome {
            proof: Proof::of(self.crowd, &self.cluster).await?,
            moves: rooms.moves(),
            happened,
            is_lossy: self.is_lossy,
            cuts,
            reloads,
        })
    }

    /// Everybody writes and everything breaks, until enough is acknowledged. How many tabs were cut off and loaded again.
    async fn storm(&mut self, troubles: &mut Troubles) -> anyhow::Result<(u64, u64)> {
        let mut coming = std::mem::take(&mut self.schedule).into_iter().peekable();
        let (mut told, mut counted) = (Instant::now(), Instant::now());
        let mut standstill = Standstill::new();
        let (mut begun, mut cuts, mut reloads) = (0, 0, 0);
        while self.world.wants_more() || coming.peek().is_some() {
            let accepted = self.world.ledger.accepted();
            while let Some(trouble) = coming.next_if(|trouble| trouble.at <= accepted) {
                troubles.begin(trouble);
                begun += 1;
            }
            troubles.look()?;
            let tab = self.rng.usize(0..self.crowd.len());
            if self.rng.u32(0..1_000) < CUTS_PERMILLE {
                self.crowd.tell(tab, Order::Cut);
                cuts += 1;
            } else if self.rng.u32(0..1_000) < RELOADS_PERMILLE {
                self.crowd.tell(tab, Order::Reload);
                reloads += 1;
            }
            for node in &self.cluster.nodes {
                if let Some(status) = node.has_ended()? {
                    anyhow::bail!("{} ended by itself with {status}", node.url);
                }
            }
            if standstill.is_long(accepted) {
                let secs = STANDSTILL_MAX.as_secs();
                anyhow::bail!("nothing was acknowledged for {secs} s, after {accepted}");
            }
            if counted.elapsed() >= COUNT_EVERY {
                self.cluster.count().await;
                counted = Instant::now();
            }
            if told.elapsed() >= TELL_EVERY {
                println!(
                    "{accepted} acknowledged, {begun} troubles begun, {cuts} cut off, {reloads} loaded again"
                );
                told = Instant::now();
            }
            sleep(LOOK_EVERY).await;
        }
        Ok((cuts, reloads))
    }
}
