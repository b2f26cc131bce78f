//! How a run of chaos is to be.

use std::path::PathBuf;

use crate::cluster::{LIMITS, Wanted};
use crate::lossy::Loss;
use crate::trouble::Amount;

#[derive(clap::Args)]
pub struct Arguments {
    /// A million messages, 200 kills, 50 SIGTERM, 20 kills of Redis, in place of the short run
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

    /// kill -9 of Redis; half as often it is frozen, and emptied [default: 1]
    #[arg(long)]
    redis_kills: Option<usize>,

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
        let [kills, sigterms, redis_kills] = if self.long { [200, 50, 20] } else { [10, 2, 1] };
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
            redis_kills: self.redis_kills.unwrap_or(redis_kills),
        }
    }

    pub(super) fn wanted(&self, program: PathBuf) -> Wanted {
        Wanted {
            loss: self.drop_frames,
            ..Wanted::usual(program, self.nodes)
        }
    }

    pub(super) fn announce(&self, seed: u64) {
        let Amount {
            kills,
            sigterms,
            freezes,
            redis_kills,
        } = self.amount();
        let (messages, clients, nodes) = (self.messages(), self.clients, self.nodes);
        println!(
            "{messages} messages of {clients} clients on {nodes} nodes and one Redis, seed {seed}"
        );
        println!(
            "{kills} kill -9, {sigterms} SIGTERM, {freezes} freezes, {redis_kills} kills of Redis; limits set: {}",
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
