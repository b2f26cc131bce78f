//! What this machine can do without any server: what all else is judged by.

use std::fs::{OpenOptions, read_to_string};
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

use super::outcome::Times;
use crate::figure::Figure;

/// Bytes of one write that is synced: a page of SQLite's write-ahead log, as a quiet commit writes it.
const SYNCED_BYTES: usize = 4_120;

#[derive(Debug, Default, Clone, Serialize, Deserialize)]
pub struct Machine {
    pub cores: usize,
    pub processor: String,
    pub kernel: String,
    pub memory_mib: u64,
    /// Milliseconds a small write takes until it is on the disk.
    pub fsync: Times,
    /// Milliseconds 128 bytes take to another thread and back, over TCP on this host.
    pub round_trip: Times,
    /// Entries of 1 KiB a second, 256 a commit, into the table of a Confab without anything around it.
    pub bare_inserts_per_sec: f64,
}

impl Machine {
    /// Looks at it for about `lasts` a figure.
    pub fn measure(folder: &Path, lasts: Duration) -> anyhow::Result<Self> {
        Ok(Self {
            cores: std::thread::available_parallelism()?.get(),
            processor: told("/proc/cpuinfo", "model name")?,
            kernel: read_to_string("/proc/sys/kernel/osrelease")?
                .trim()
                .to_owned(),
            memory_mib: memory_mib()?,
            fsync: fsync(folder, lasts)?,
            round_trip: round_trip(lasts)?,
            bare_inserts_per_sec: 0.0,
        })
    }
}

/// How long a write takes until it is on the disk: each one goes on where the one before ended.
pub fn fsync(folder: &Path, lasts: Duration) -> anyhow::Result<Times> {
    let path = folder.join("bench-fsync");
    let mut file = OpenOptions::new()
        .create(true)
        .truncate(true)
        .write(true)
        .open(&path)?;
    let (page, times, began) = (vec![7; SYNCED_BYTES], Figure::default(), Instant::now());
    while began.elapsed() < lasts {
        let written = Instant::now();
        file.write_all(&page)?;
        file.sync_data()?;
        times.count(written.elapsed());
    }
    std::fs::remove_file(&path)?;
    Ok(times.of_all())
}

fn round_trip(lasts: Duration) -> anyhow::Result<Times> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let mut here = TcpStream::connect(listener.local_addr()?)?;
    let (mut there, _) = listener.accept()?;
    here.set_nodelay(true)?;
    there.set_nodelay(true)?;
    let echo = std::thread::spawn(move || {
        let mut message = [0; 128];
        while there.read_exact(&mut message).is_ok() && there.write_all(&message).is_ok() {}
    });
    let (mut message, times, began) = ([7; 128], Figure::default(), Instant::now());
    while began.elapsed() < lasts {
        let sent = Instant::now();
        here.write_all(&message)?;
        here.read_exact(&mut message)?;
        times.count(sent.elapsed());
    }
    drop(here);
    echo.join().ok().context("the echo panicked")?;
    Ok(times.of_all())
}

fn memory_mib() -> anyhow::Result<u64> {
    let kib = told("/proc/meminfo", "MemTotal")?;
    let kib = kib.split_whitespace().next().context("no size")?;
    Ok(kib.parse::<u64>()? / 1024)
}

fn told(file: &str, name: &str) -> anyhow::Result<String> {
    let text = read_to_string(file)?;
    let line = text.lines().find(|line| line.starts_with(name));
    let value = line.and_then(|line| line.split_once(':'));
    Ok(value
        .map_or("unknown", |(_, value)| value.trim())
        .to_owned())
}
