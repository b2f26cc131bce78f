//! Runs real nodes under many real clients, breaks what can break, and tells whether all promises held.

mod bench;
mod bits;
mod broker;
mod chaos;
mod checker;
mod cluster;
mod crowd;
mod database;
mod death;
mod figure;
mod floor;
mod holes;
#[path = "../../../server/tests/suite/kafka_server.rs"]
mod kafka_server;
mod ledger;
mod light;
mod log;
mod lossy;
// The simulation's: how a message is to be shown.
#[path = "../../../server/tests/simulation/checker/messages.rs"]
mod messages;
mod missed;
mod node;
// The tests' servers: a run's are the same.
#[path = "../../../server/tests/suite/postgres_server.rs"]
mod postgres_server;
mod proof;
#[path = "../../../server/tests/suite/rabbitmq_server.rs"]
mod rabbitmq_server;
mod redis;
#[path = "../../../server/tests/suite/redis_cluster.rs"]
#[allow(dead_code, reason = "the tests need more of it")]
mod redis_cluster;
#[path = "../../../server/tests/suite/redis_server.rs"]
mod redis_server;
mod rooms;
mod seen;
mod shown;
mod sight;
mod standstill;
mod storm;
mod tab;
mod told;
mod trouble;
mod verdict;
mod visitor;
mod wire;
// The simulation's: a promise to a connection is the same for both.
#[path = "../../../server/tests/simulation/witness.rs"]
mod witness;
mod world;
mod writers;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Parser, Subcommand};
use tokio::signal::unix::{SignalKind, signal};

/// Many real clients on real nodes. Each command tells its target, and fails if it is missed.
#[derive(Parser)]
#[command(name = "load", max_term_width = 100)]
struct Arguments {
    /// The program of a node
    #[arg(
        long,
        global = true,
        env = "CONFAB_PROGRAM",
        default_value = "target/release/confab"
    )]
    program: PathBuf,

    #[command(subcommand)]
    command: Scenario,
}

#[derive(Subcommand)]
enum Scenario {
    /// Kills everything while everybody writes: nothing may be lost, doubled or out of order
    Chaos(chaos::Arguments),
    /// Nodes die one after the other: how soon is everybody back?
    Death(death::Arguments),
    /// The node of thousands of clients dies: how soon are all of them back?
    Storm(storm::Arguments),
    /// Somebody missed thousands of messages: how soon are they there?
    Missed(missed::Arguments),
    /// Three nodes write one database file: does each get its turn?
    Writers(writers::Arguments),
    /// Two nodes write one room: how often is the log read for a hole?
    Holes(holes::Arguments),
    /// Measures this machine, the floor and a Confab, and judges the figures
    Bench(bench::Arguments),
    /// The least a server can do, to measure others by: writes a ready frame to each socket of a room
    Floor(floor::Arguments),
}

#[tokio::main]
async fn main() -> ExitCode {
    let ended = tokio::select! {
        ended = run(Arguments::parse()) => ended,
        // What was started ends with what is dropped here.
        () = interrupted() => Err(anyhow::anyhow!("interrupted")),
    };
    match ended {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("load: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Whether the targets were met.
async fn run(arguments: Arguments) -> anyhow::Result<bool> {
    if let Scenario::Floor(arguments) = arguments.command {
        return floor::run(arguments).await;
    }
    let program = arguments.program.canonicalize();
    let program = program.with_context(|| {
        format!(
            "{} is not built; bin/chaos builds it",
            arguments.program.display()
        )
    })?;
    match arguments.command {
        Scenario::Chaos(arguments) => chaos::run(program, arguments).await,
        Scenario::Death(arguments) => death::run(program, arguments).await,
        Scenario::Storm(arguments) => storm::run(program, arguments).await,
        Scenario::Missed(arguments) => missed::run(program, arguments).await,
        Scenario::Writers(arguments) => writers::run(program, arguments).await,
        Scenario::Holes(arguments) => holes::run(program, arguments).await,
        Scenario::Bench(arguments) => bench::run(program, arguments).await,
        Scenario::Floor(arguments) => floor::run(arguments).await,
    }
}

async fn interrupted() {
    let mut term = signal(SignalKind::terminate()).expect("the system tells signals");
    let mut int = signal(SignalKind::interrupt()).expect("the system tells signals");
    tokio::select! {
        _ = term.recv() => {}
        _ = int.recv() => {}
    }
}
