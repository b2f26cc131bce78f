//! Starts a node, stops it on a signal, and starts it anew when its log was replaced.

#[cfg(feature = "embed")]
mod embedded;

use std::io::IsTerminal as _;
use std::net::SocketAddr;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, ExitCode};
use std::time::Duration;

use anyhow::Context as _;
use clap::Parser as _;
use server::command::CommandLine;
use server::config::Config;
use server::node::{self, Ended};
use server::site::Site;
use server::store::upkeep;
use server::{backplane, failpoint, line, measure, supervisor};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;

/// Rendering a page is short, but never alone on a core.
const WORKERS_MIN: usize = 4;

/// How often to look whether the log that replaces ours is there as a whole.
const LOOK_EVERY: Duration = Duration::from_millis(200);

fn main() -> ExitCode {
    let line = CommandLine::parse();
    let done = match line.upkeep {
        Some(upkeep) => upkeep.run(&line.config).map_err(Into::into),
        None => start(line.config).map(|()| ExitCode::SUCCESS),
    };
    match done {
        Ok(code) => code,
        Err(error) => {
            eprintln!("confab: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn start(config: Config) -> anyhow::Result<()> {
    start_log(&config)?;
    #[cfg(feature = "embed")]
    let config = Config {
        carried: Some(embedded::page()),
        ..config
    };
    look_for_the_page(&config)?;
    measure::begin();
    failpoint::arm(config.failpoint.clone());
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(cores.max(WORKERS_MIN))
        .enable_all()
        .build()
        .context("the async runtime does not start")?
        .block_on(run(config))
}

/// A folder that was asked for has to have the page. Without one a node still serves programs, and pages without scripts.
fn look_for_the_page(config: &Config) -> anyhow::Result<()> {
    match Site::of(config).fault() {
        Some(fault) if config.site.is_some() => anyhow::bail!("{fault}"),
        Some(fault) => tracing::warn!("{fault}"),
        None => {}
    }
    Ok(())
}

async fn run(config: Config) -> anyhow::Result<()> {
    let wanted = config.listen;
    let listener = line::listen(wanted).with_context(|| {
        format!("cannot listen on {wanted}; stop what runs there, or give another --listen")
    })?;
    let bound = listener.local_addr()?;
    let store = config.store();
    let stop = CancellationToken::new();
    tokio::spawn(stop_on_signal(stop.clone()));
    if node::run(config, listener, stop.clone()).await? == Ended::Stopped {
        return Ok(());
    }
    match stop.run_until_cancelled(until_complete(&store)).await {
        Some(()) => start_anew(bound),
        None => Ok(()),
    }
}

/// Waits until the store can be opened: it may still be on its way there.
async fn until_complete(store: &str) {
    let mut is_told = false;
    while let Err(error) = upkeep::is_complete(store) {
        if !std::mem::replace(&mut is_told, true) {
            tracing::error!(%error, "waiting for a log that can be opened");
        }
        supervisor::tell_alive();
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Becomes a new node of the same settings at the same address. The same process, so that whoever supervises it has nothing to
/// do; yet all it has known of the old log is gone for certain, as after any other start.
fn start_anew(bound: SocketAddr) -> anyhow::Result<()> {
    let program = std::env::current_exe().context("this program is not where it was")?;
    let mut again = Command::new(program);
    again.args(std::env::args_os().skip(1));
    again.args(["--listen", &bound.to_string()]);
    Err(again.exec()).context("the log was replaced, and this node cannot start anew; start it")
}

async fn stop_on_signal(stop: CancellationToken) {
    let mut term = signal(SignalKind::terminate()).expect("the system tells signals");
    let mut int = signal(SignalKind::interrupt()).expect("the system tells signals");
    tokio::select! {
        _ = term.recv() => {}
        _ = int.recv() => {}
    }
    stop.cancel();
}

fn start_log(config: &Config) -> anyhow::Result<()> {
    let wanted = format!("{},{}", backplane::LIBRARIES_LOG, config.log);
    let filter = EnvFilter::try_new(wanted).with_context(|| {
        format!(
            "--log {:?}: give error, warn, info, debug, or filters",
            config.log
        )
    })?;
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    if config.log_json {
        lines.json().init();
    } else {
        lines.with_ansi(std::io::stderr().is_terminal()).init();
    }
    Ok(())
}
