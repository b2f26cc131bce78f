//! A real Redis of a run's own, which keeps nothing.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::sync::Mutex;
use tokio::time::sleep;

use crate::node::freeze;

const START_MAX: Duration = Duration::from_secs(10);
const LOOK_EVERY: Duration = Duration::from_millis(10);

pub struct Redis {
    pub port: u16,
    folder: PathBuf,
    child: Mutex<Option<Child>>,
}

impl Redis {
    /// A Redis that is down.
    pub fn new(port: u16, folder: &Path) -> Self {
        Self {
            port,
            folder: folder.to_owned(),
            child: Mutex::default(),
        }
    }

    /// Starts it, empty, if it is down; returns when it answers.
    pub async fn start(&self) -> anyhow::Result<()> {
        let mut slot = self.child.lock().await;
        if slot.is_some() {
            return Ok(());
        }
        let child = Command::new("redis-server")
            .args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
            .args(["--port", &self.port.to_string()])
            .arg("--dir")
            .arg(&self.folder)
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .context("redis-server does not start; bin/setup installs it")?;
        let began = Instant::now();
        while self.connect().await.is_err() {
            if began.elapsed() > START_MAX {
                bail!("redis-server does not answer");
            }
            sleep(LOOK_EVERY).await;
        }
        *slot = Some(child);
        Ok(())
    }

    /// None while it is down.
    pub async fn pid(&self) -> Option<u32> {
        self.child.lock().await.as_ref().and_then(Child::id)
    }

    /// kill −9.
    pub async fn kill(&self) -> anyhow::Result<()> {
        if let Some(mut child) = self.child.lock().await.take() {
            child.kill().await?;
        }
        Ok(())
    }

    /// Stops it for a while without ending it (SIGSTOP); whether it ran. It is not killed meanwhile.
    pub async fn freeze(&self, lasts: Duration) -> anyhow::Result<bool> {
        freeze(&self.child, lasts).await
    }

    /// Forgets all it knows.
    pub async fn empty(&self) -> anyhow::Result<()> {
        let mut connection = self.connect().await?;
        connection.write_all(b"FLUSHALL\r\n").await?;
        let mut answer = [0; 5];
        connection.read_exact(&mut answer).await?;
        anyhow::ensure!(&answer == b"+OK\r\n", "FLUSHALL was refused");
        Ok(())
    }

    async fn connect(&self) -> std::io::Result<TcpStream> {
        TcpStream::connect(("127.0.0.1", self.port)).await
    }
}
