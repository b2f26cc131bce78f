//! What somebody costs who only is there: memory, with the session, its presence and its heartbeats in it.

use std::time::Duration;

use anyhow::Context as _;

use super::Bench;
use super::people::Places;
use super::process::{cpu, resident_kib};
use super::subject::{AT_ONCE, Kind, Scene, Subject};

/// As the page says that it is there.
const HEARTBEAT: Duration = Duration::from_secs(protocol::limits::HEARTBEAT_SECS);

/// Who come first are not counted: what they find free is not there for those after them.
const FIRST: usize = 5;

/// What idle connections cost.
pub struct Idle {
    pub connections: usize,
    pub kib_each: f64,
    /// Microseconds a second of the server, for each of them.
    pub cpu_us_each: f64,
}

/// Of so many connections, each a person's of their own.
pub async fn measure(bench: &Bench, kind: Kind, people: usize) -> anyhow::Result<Idle> {
    let scene = Scene::of(Places::One, people);
    let mut subject = Subject::prepare(kind, &scene, &bench.program, &bench.folder).await?;
    let later = subject.tickets.split_off(people / FIRST);
    let count = later.len();
    subject.light.open(subject.tickets.clone(), AT_ONCE)?;
    subject.is_settled().await?;
    rest(&subject).await?;
    let before = resident_kib(&subject.pids)?;
    subject.light.open(later, AT_ONCE)?;
    subject.is_settled().await?;
    subject.light.heartbeats(Some(HEARTBEAT))?;
    // Two of them.
    let began = cpu(&subject.pids)?;
    tokio::time::sleep(2 * HEARTBEAT + Duration::from_secs(1)).await;
    let cost = cpu(&subject.pids)? - began;
    let kib = resident_kib(&subject.pids)?.checked_sub(before);
    let kib = kib.context("there is less memory in use with more connections")?;
    let idle = Idle {
        connections: people,
        kib_each: kib as f64 / count as f64,
        cpu_us_each: cost.as_secs_f64() * 1e6
            / people as f64
            / (2.0 * HEARTBEAT.as_secs_f64() + 1.0),
    };
    println!(
        "  {:<24} {:.2} KiB, {:.1} µs/s a connection, of {people}",
        kind.name(),
        idle.kib_each,
        idle.cpu_us_each
    );
    Ok(idle)
}

/// Returns when the server does nothing any more that a beginning needs: a twentieth of a core is what an idle one may take.
pub async fn rest(subject: &Subject) -> anyhow::Result<()> {
    const LOOK_EVERY: Duration = Duration::from_millis(500);
    for _ in 0..40 {
        let before = cpu(&subject.pids)?;
        tokio::time::sleep(LOOK_EVERY).await;
        if cpu(&subject.pids)? - before < LOOK_EVERY / 20 {
            return Ok(());
        }
    }
    anyhow::bail!("{} does not come to rest", subject.kind.name())
}
