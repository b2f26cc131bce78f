//! The parts of a run: what each measures, and what it is judged by.

use super::judged::Judged;
use super::machine::{Machine, fsync};
use super::outcome::Outcome;
use super::people::Places;
use super::subject::{Kind, Scene};
use super::{Bench, Part, fan_out, idle, joins, saturation, stored, tail};
use crate::light::Pace;

/// One room.
const ROOM: Scene = Scene::of(Places::One, 1_000);

pub async fn measure(bench: &Bench, part: Part, outcome: &mut Outcome) -> anyhow::Result<()> {
    match part {
        Part::Machine => machine(bench, outcome).await,
        Part::Room => {
            let name = "one room of 1,000, 50 messages/s";
            compared(bench, name, (&ROOM, 50.0), (1.2, 1.0), outcome).await
        }
        Part::Rooms => {
            let name = "200 rooms of 10, 1,000 messages/s";
            let scene = Scene {
                places: Places::Rooms(200),
                people: 2_000,
                ..ROOM
            };
            compared(bench, name, (&scene, 1_000.0), (1.6, 1.2), outcome).await?;
            answered(bench, name, outcome)
        }
        Part::Nodes => {
            let name = "two nodes and Redis, one room of 1,000, 50 messages/s";
            let scene = Scene { nodes: 2, ..ROOM };
            compared(bench, name, (&scene, 50.0), (1.3, 1.0), outcome).await
        }
        Part::Direct => {
            let scene = Scene {
                places: Places::Pairs,
                people: 400,
                ..ROOM
            };
            let load = (&scene, Pace::PerSec(1_000.0));
            let name = "200 talks of two, 1,000 messages/s";
            let found = fan_out::compare(bench, name, load, &[Kind::Confab, Kind::Axum]).await?;
            outcome.scenarios.push(found.scenario);
            Ok(())
        }
        Part::Saturation => saturation(bench, outcome).await,
        Part::Idle => idle(bench, outcome).await,
        Part::Joins => joins(bench, outcome).await,
        Part::Stored => stored(bench, outcome).await,
        Part::Tail => {
            println!("a foreign entry in the log's tail");
            let cost = tail::measure_foreign(bench).await?;
            let judged = Judged::at_most("tail poll, a foreign entry", cost, "µs", (2.0, 1.0));
            outcome.judged.push(judged);
            Ok(())
        }
    }
}

async fn machine(bench: &Bench, outcome: &mut Outcome) -> anyhow::Result<()> {
    println!("this machine");
    let machine = &mut outcome.machine;
    *machine = Machine::measure(&bench.folder, bench.lasts)?;
    println!(
        "  fsync p50 {:.2} p99 {:.2} ms; TCP and back p50 {:.3} p99 {:.3} ms",
        machine.fsync.p50, machine.fsync.p99, machine.round_trip.p50, machine.round_trip.p99
    );
    machine.bare_inserts_per_sec = stored::bare(bench).await?;
    Ok(())
}

async fn compared(
    bench: &Bench,
    name: &str,
    (scene, per_sec): (&Scene, f64),
    limits: (f64, f64),
    outcome: &mut Outcome,
) -> anyhow::Result<()> {
    // Plain axum joins no nodes.
    let others = [Kind::Confab, Kind::Axum];
    let others = if scene.nodes == 1 {
        &others[..]
    } else {
        &others[..1]
    };
    let load = (scene, Pace::PerSec(per_sec));
    let found = fan_out::compare(bench, name, load, others).await?;
    outcome
        .judged
        .push(Judged::at_most(name, found.cost_ratio, "× floor", limits));
    let p99 = format!("p99 of delivery: {name}");
    outcome.judged.push(Judged::at_most(
        &p99,
        found.p99_ratio,
        "× floor",
        (1.4, 1.1),
    ));
    outcome.scenarios.push(found.scenario);
    Ok(())
}

/// Answers wait for the disk: they are judged by what it takes in the same minutes.
fn answered(bench: &Bench, name: &str, outcome: &mut Outcome) -> anyhow::Result<()> {
    let fsync = fsync(&bench.folder, bench.lasts)?.p99;
    let rows = outcome
        .scenarios
        .iter()
        .filter(|scenario| scenario.name == name);
    let answer = rows
        .flat_map(|scenario| &scenario.rows)
        .find_map(|row| row.answer);
    if let Some(answer) = answer {
        let limits = (3.0 * fsync + 3.0, 1.5 * fsync + 2.0);
        let what = format!("send to answer, p99, at 1,000 messages/s (fsync {fsync:.1} ms)");
        outcome
            .judged
            .push(Judged::at_most(&what, answer.p99, "ms", limits));
    }
    Ok(())
}

async fn saturation(bench: &Bench, outcome: &mut Outcome) -> anyhow::Result<()> {
    println!("more and more messages into one room of 500");
    let kinds = [
        Kind::Floor,
        Kind::Axum,
        Kind::Coalescing,
        Kind::Confab,
        Kind::Coalescing,
    ];
    let (mut coalescing, mut confab) = (Vec::new(), f64::NAN);
    for kind in kinds {
        let (curve, highest) = saturation::highest(bench, kind).await?;
        match kind {
            Kind::Coalescing => coalescing.push(highest),
            Kind::Confab => confab = highest,
            Kind::Floor | Kind::Axum => {}
        }
        outcome
            .curves
            .retain(|before| before.server != curve.server);
        outcome.curves.push(curve);
    }
    let floor = coalescing.iter().sum::<f64>() / coalescing.len() as f64;
    let what = "highest deliveries/s, room of 500, p99 < 250 ms";
    let judged = Judged::at_least(what, confab / floor, "× coalescing floor", (0.25, 0.5));
    outcome.judged.push(judged);
    Ok(())
}

async fn idle(bench: &Bench, outcome: &mut Outcome) -> anyhow::Result<()> {
    println!("connections that are idle");
    let people = if bench.is_short { 1_000 } else { 5_000 };
    for kind in [Kind::Floor, Kind::Axum] {
        idle::measure(bench, kind, people).await?;
    }
    let found = idle::measure(bench, Kind::Confab, people).await?;
    let what = format!("memory of an idle connection, of {}", found.connections);
    outcome
        .judged
        .push(Judged::at_most(&what, found.kib_each, "KiB", (8.0, 5.0)));
    Ok(())
}

async fn joins(bench: &Bench, outcome: &mut Outcome) -> anyhow::Result<()> {
    println!("joins of one room at once");
    joins::measure(bench, Kind::Floor, 1_000).await?;
    let few = joins::measure(bench, Kind::Confab, 250).await?;
    let many = joins::measure(bench, Kind::Confab, 1_000).await?;
    let what = "connect and join, 1,000 at once";
    outcome
        .judged
        .push(Judged::at_most(what, many, "µs each", (120.0, 80.0)));
    let what = "the same, by that of 250 at once: 1 is linear";
    outcome
        .judged
        .push(Judged::at_most(what, many / few, "×", (1.25, 1.0)));
    Ok(())
}

async fn stored(bench: &Bench, outcome: &mut Outcome) -> anyhow::Result<()> {
    println!("messages of 1 KiB stored, 2,000 senders in 200 rooms");
    let before = stored::bare(bench).await?;
    let found = stored::through_sockets(bench).await?;
    let after = stored::bare(bench).await?;
    let bare = (before + after) / 2.0;
    let what = format!("stored messages/s through sockets ({found:.0})");
    let judged = Judged::at_least(&what, found / bare, "× bare inserts", (0.5, 0.8));
    outcome.judged.push(judged);
    Ok(())
}
