//! How many messages a second are stored: through sockets, and by nothing but the database.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use rusqlite::{Connection, TransactionBehavior};

use super::Bench;
use super::outcome::Times;
use super::people::Places;
use super::subject::{Kind, Scene, start_node};
use super::window::measure;
use crate::light::Pace;

/// Of a message's body.
const BYTES: usize = 1_024;

/// Entries of one commit, at most: as a node's writer takes them.
const BATCH: u64 = 256;

const ROOMS: u64 = 200;

/// Messages a second; everybody sends the next one when the one before is answered.
pub async fn through_sockets(bench: &Bench) -> anyhow::Result<f64> {
    let rooms = ROOMS as usize;
    let scene = Scene::of(Places::Rooms(rooms), 10 * rooms);
    let subject = bench.start(Kind::Confab, &scene).await?;
    let times = (Duration::from_secs(2), bench.lasts);
    let window = measure(&subject, Pace::Answered, BYTES, times).await?;
    let rejected = &window.tally.rejected;
    anyhow::ensure!(rejected.is_empty(), "messages are refused: {rejected:?}");
    let answer = Times::of(&window.tally.answer).context("nothing is answered")?;
    let per_sec = window.answered as f64 / window.lasted.as_secs_f64();
    println!(
        "  {:<24} {per_sec:>8.0} messages/s stored, answered p50 {:.1} p99 {:.1} ms",
        "Confab", answer.p50, answer.p99
    );
    Ok(per_sec)
}

/// Into the table a node has made, with the settings of its writer, and nothing around it. Entries a second.
pub async fn bare(bench: &Bench) -> anyhow::Result<f64> {
    let folder = tempfile::Builder::new()
        .prefix("bench-")
        .tempdir_in(&bench.folder)?;
    let node = start_node(&bench.program, None, folder.path()).await?;
    node.stop().await?;
    let (path, lasts) = (folder.path().join("confab.db"), bench.lasts);
    let per_sec = tokio::task::spawn_blocking(move || insert(&path, lasts)).await??;
    println!(
        "  {:<24} {per_sec:>8.0} entries/s, {BATCH} a commit",
        "bare insert"
    );
    Ok(per_sec)
}

fn insert(path: &Path, lasts: Duration) -> anyhow::Result<f64> {
    let mut connection = Connection::open(path)?;
    for (name, value) in [
        ("synchronous", "FULL"),
        ("secure_delete", "ON"),
        ("temp_store", "MEMORY"),
    ] {
        connection.pragma_update(None, name, value)?;
    }
    connection.pragma_update(None, "cache_size", -16_000)?;
    let first: u64 = connection.query_row(
        "SELECT coalesce(max(log_offset), 0) + 1 FROM entry",
        (),
        |row| row.get(0),
    )?;
    let (body, began) = ("b".repeat(BYTES), Instant::now());
    let mut count = 0;
    while began.elapsed() < lasts {
        let batch = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let sql = "INSERT INTO entry (log_offset, room, seq, sender, name, cid, kind, target, body, at, enclosed)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'posted', NULL, ?7, ?8, NULL)";
        let mut statement = batch.prepare_cached(sql)?;
        for nth in count..count + BATCH {
            let (sender, cid) = (format!("u{:023}", nth % (10 * ROOMS)), format!("{nth:032}"));
            let room = format!("room-of-the-bench-{:06}", nth % ROOMS);
            let seq = nth / ROOMS + 1;
            statement.execute((
                first + nth,
                room,
                seq,
                sender,
                "Light 0123",
                cid,
                &body,
                1_795_000_000_000_u64,
            ))?;
        }
        drop(statement);
        batch.commit()?;
        count += BATCH;
    }
    Ok(count as f64 / began.elapsed().as_secs_f64())
}
