//! A node as an operator runs it: a process, at the same address after each start.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

/// How long a node may take to open, on a busy machine too, and while what it needs starts anew.
const START_MAX: Duration = Duration::from_secs(120);

/// How long a node may take to end after SIGTERM, and be no broken promise.
pub const STOP_MAX: Duration = Duration::from_secs(15);

const LOOK_EVERY: Duration = Duration::from_millis(20);

const RESTART_AFTER: Duration = Duration::from_millis(200);

/// An answer to `/metrics` that takes longer is not waited for.
const METRICS_MAX: Duration = Duration::from_millis(500);

pub struct Node {
    pub url: String,
    program: PathBuf,
    flags: Vec<String>,
    folder: PathBuf,
    log: PathBuf,
    http: reqwest::Client,
    /// None while it is down. Held while it starts or stops.
    child: tokio::sync::Mutex<Option<Child>>,
    counted: Mutex<Counted>,
}

/// What `/metrics` told: of the runs before this one, and of this one so far.
#[derive(Default)]
struct Counted {
    before: BTreeMap<String, u64>,
    now: BTreeMap<String, u64>,
}

impl Node {
    /// A node that is down.
    pub fn new(program: &Path, port: u16, flags: Vec<String>, folder: &Path) -> Self {
        let url = format!("http://127.0.0.1:{port}");
        let listen = ["--listen".to_owned(), format!("127.0.0.1:{port}")];
        Self {
            url,
            program: program.to_owned(),
            flags: listen.into_iter().chain(flags).collect(),
            folder: folder.to_owned(),
            log: folder.join(format!("node-{port}.log")),
            http: crate::visitor::http(),
            child: tokio::sync::Mutex::default(),
            counted: Mutex::default(),
        }
    }

    /// Starts the program, if it is down, and returns when it is open. One that ends at once is started again, as a supervisor
    /// does: a node does not open while Redis is away.
    pub async fn start(&self) -> anyhow::Result<()> {
        let mut slot = self.child.lock().await;
        if slot.is_some() {
            return Ok(());
        }
        let began = Instant::now();
        let mut child = self.spawn()?;
        while !self.is_open().await {
            if began.elapsed() > START_MAX {
                bail!("a node does not open; its log is {}", self.log.display());
            }
            if child.try_wait()?.is_some() {
                sleep(RESTART_AFTER).await;
                child = self.spawn()?;
            }
            sleep(LOOK_EVERY).await;
        }
        self.counted().begin();
        *slot = Some(child);
        Ok(())
    }

    async fn is_open(&self) -> bool {
        let answer = self.http.get(format!("{}/healthz", self.url)).send().await;
        answer.is_ok_and(|answer| answer.status().is_success())
    }

    /// None while it is down.
    pub async fn pid(&self) -> Option<u32> {
        self.child.lock().await.as_ref().and_then(Child::id)
    }

    /// kill −9. Returns whether it ran, when it has ended.
    pub async fn kill(&self, before: impl FnOnce()) -> anyhow::Result<bool> {
        let Some(mut child) = self.child.lock().await.take() else {
            return Ok(false);
        };
        before(); // a client may see its socket break before we go on
        child.start_kill()?;
        child.wait().await?;
        Ok(true)
    }

    /// SIGTERM. Returns how it ended and how long it took; none if it was down.
    pub async fn stop(&self) -> anyhow::Result<Option<(ExitStatus, Duration)>> {
        let mut slot = self.child.lock().await;
        let Some(mut child) = slot.take() else {
            return Ok(None);
        };
        let began = Instant::now();
        signal(&child, "-TERM").await?;
        let Ok(status) = timeout(2 * STOP_MAX, child.wait()).await else {
            bail!("a node does not stop; its log is {}", self.log.display());
        };
        Ok(Some((status?, began.elapsed())))
    }

    /// Stops the program for a while without ending it (SIGSTOP); whether it ran. Nothing else befalls it meanwhile.
    pub async fn freeze(&self, lasts: Duration) -> anyhow::Result<bool> {
        freeze(&self.child, lasts).await
    }

    /// How the program ended, if it did so by itself; not told while something befalls it.
    pub fn has_ended(&self) -> anyhow::Result<Option<ExitStatus>> {
        let Ok(mut slot) = self.child.try_lock() else {
            return Ok(None);
        };
        let Some(child) = slot.as_mut() else {
            return Ok(None);
        };
        let ended = child.try_wait()?;
        if ended.is_some() {
            *slot = None;
        }
        Ok(ended)
    }

    /// Reads `/metrics`, if the node answers.
    pub async fn count(&self) {
        let answer = self.http.get(format!("{}/metrics", self.url));
        let Ok(answer) = answer.timeout(METRICS_MAX).send().await else {
            return;
        };
        let text = answer.text().await.unwrap_or_default();
        let counts = text.lines().filter_map(|line| {
            let (name, value) = line.rsplit_once(' ')?;
            Some((name.to_owned(), value.parse().ok()?))
        });
        self.counted().now = counts.collect();
    }

    /// What was counted under this name, in all runs; what a killed run counted last is missing.
    pub fn counts(&self, name: &str) -> u64 {
        let counted = self.counted();
        let of = |counts: &BTreeMap<String, u64>| counts.get(name).copied().unwrap_or(0);
        of(&counted.before) + of(&counted.now)
    }

    /// Lines of the log that tell of a panic.
    pub fn panics(&self) -> anyhow::Result<Vec<String>> {
        let log = std::fs::read_to_string(&self.log)
            .with_context(|| format!("{} cannot be read", self.log.display()))?;
        let panics = log.lines().filter(|line| line.contains("panicked at"));
        Ok(panics.map(str::to_owned).collect())
    }

    fn spawn(&self) -> anyhow::Result<Child> {
        let log: File = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&self.log)?;
        let mut command = Command::new(&self.program);
        // What the caller's environment sets is not what is measured here.
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("CONFAB_")) {
            command.env_remove(name);
        }
        command
            .args(&self.flags)
            .current_dir(&self.folder)
            .stdout(Stdio::null())
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("{} does not start", self.program.display()))
    }

    fn counted(&self) -> MutexGuard<'_, Counted> {
        self.counted.lock().expect("no holder of the lock panics")
    }
}

impl Counted {
    /// A new run counts from 0 on.
    fn begin(&mut self) {
        for (name, count) in std::mem::take(&mut self.now) {
            *self.before.entry(name).or_default() += count;
        }
    }
}

/// Stops a program of ours for a while; whether it ran. It keeps its slot meanwhile, so that nothing else befalls it.
pub async fn freeze(
    slot: &tokio::sync::Mutex<Option<Child>>,
    lasts: Duration,
) -> anyhow::Result<bool> {
    let slot = slot.lock().await;
    let Some(child) = &*slot else {
        return Ok(false);
    };
    signal(child, "-STOP").await?;
    sleep(lasts).await;
    signal(child, "-CONT").await?;
    Ok(true)
}

/// Sends a signal to a program of ours.
async fn signal(child: &Child, signal: &str) -> anyhow::Result<()> {
    let pid = child.id().context("it has ended")?.to_string();
    let sent = Command::new("kill").args([signal, &pid]).status().await?;
    anyhow::ensure!(sent.success(), "kill {signal} {pid}: {sent}");
    Ok(())
}
