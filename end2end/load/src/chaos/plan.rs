//! How a run of chaos is to be.

use std::path::PathBuf;

use crate::broker;
use crate::cluster::{LIMITS, Store, Wanted};
use crate::lossy::Loss;
use crate::trouble::Amount;

#[derive(clap::Args)]
pub struct Arguments {
    /// What keeps the log
    #[arg(long, value_enum, default_value_t = Store::Sqlite)]
    store: Store,

    /// What joins the nodes
    #[arg(long, value_enum, default_value_t = broker::Kind::Redis)]
    backplane: broker::Kind,

    /// A million messages, 200 kills, 50 SIGTERM, 20 kills of the broker, in place of the short run
    #[arg(long)]
    long: bool,

    /// Messages that have to be acknowledged [default: 20000]
    #[arg(long)]
    messages: Option<u64>,

    /// kill -9 of nodes [default: 10]
    #[arg(long)]
    kills: Option<usize>,

    /// Nodes stopped and started again as in an update [default: 2]
    #[arg(long)]
    sigterms: Option<usize>,

    /// kill -9 of the broker; half as often it is frozen, and emptied if it is Redis [default: 1]
    #[arg(long)]
    broker_kills: Option<usize>,

    /// PostgreSQL killed, or stopped, and started again [default: 2, 5 in the long run; none without it]
    #[arg(long)]
    store_restarts: Option<usize>,

    /// Nodes stopped for some seconds without ending (SIGSTOP) [default: 1, none with --drop-frames, which measures times]
    #[arg(long)]
    freezes: Option<usize>,

    /// People, a tab each
    #[arg(long, default_value_t = 60)]
    pub(super) clients: usize,

    #[arg(long, default_value_t = 3)]
    pub(super) nodes: usize,

    /// Messages a second all clients write together; 0 is as fast as the nodes answer
    #[arg(long, default_value_t = 600)]
    pub(super) rate: u32,

    /// Lose all frames between nodes, with a backplane that looks healthy (rooms) or not (all)
    #[arg(long, value_name = "WHICH", num_args = 0..=1, default_missing_value = "rooms")]
    pub(super) drop_frames: Option<Loss>,

    /// Draws the same troubles again
    #[arg(long)]
    pub(super) seed: Option<u64>,

    /// Keep the data folder also if all is well
    #[arg(long)]
    pub(super) keep: bool,
}

impl Arguments {
    pub(super) fn messages(&self) -> u64 {
        let usual = if self.long { 1_000_000 } else { 20_000 };
        self.messages.unwrap_or(usual)
    }

    pub(super) fn amount(&self) -> Amount {
        let [kills, sigterms, broker_kills, restarts] = if self.long {
            [200, 50, 20, 5]
        } else {
            [10, 2, 1, 2]
        };
        let restarts = self.store_restarts.unwrap_or(restarts);
        let freezes = if self.long { 10 } else { 1 };
        let freezes = if self.drop_frames.is_some() {
            0
        } else {
            freezes
        };
        Amount {
            freezes: self.freezes.unwrap_or(freezes),
            kills: self.kills.unwrap_or(kills),
            sigterms: self.sigterms.unwrap_or(sigterms),
            broker_kills: self.broker_kills.unwrap_or(broker_kills),
            store_restarts: match self.store {
                Store::Sqlite => 0,
                Store::Postgres => restarts,
            },
        }
    }

    pub(super) fn wanted(&self, program: PathBuf) -> Wanted {
        Wanted {
            store: self.store,
            backplane: self.backplane,
            loss: self.drop_frames,
            ..Wanted::usual(program, self.nodes)
        }
    }

    pub(super) fn announce(&self, seed: u64) {
        let Amount {
            kills,
            sigterms,
            freezes,
            broker_kills,
            store_restarts,
        } = self.amount();
        let (messages, clients, nodes) = (self.messages(), self.clients, self.nodes);
        println!(
            "{messages} messages of {clients} clients on {nodes} nodes, {:?} and {:?}, seed {seed}",
            self.backplane, self.store
        );
        println!(
            "{kills} kill -9, {sigterms} SIGTERM, {freezes} freezes, {broker_kills} kills of the broker, {store_restarts} of PostgreSQL; \
             limits set: {}",
            LIMITS.join(" ")
        );
        if let Some(loss) = self.drop_frames {
            println!("lost between the nodes: {loss:?}");
        }
        if self.rate > 0 {
            let secs = messages as f64 / f64::from(self.rate) * 1.15 + 10.0;
            println!(
                "expected: {:.0} min {:.0} s",
                (secs / 60.0).floor(),
                secs % 60.0
            );
        }
    }
}
