//! How many pushes a node takes, beside what its disk takes.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use serde_json::json;

use crate::program::Program;
use crate::world::World;

const CONNECTIONS: u64 = 64;
const FOR: Duration = Duration::from_secs(2);

/// What is wanted of a release on a quiet machine; other builds are slower by far, and not alone.
const OF_BARE_MIN: f64 = if cfg!(debug_assertions) { 0.02 } else { 0.5 };

/// Entries a second that go into the table in batches of as many as there are connections, with nothing around it.
fn bare(file: &std::path::Path) -> f64 {
    let mut table = Connection::open(file).expect("the store");
    table
        .pragma_update(None, "journal_mode", "WAL")
        .expect("WAL");
    table
        .pragma_update(None, "synchronous", "FULL")
        .expect("FULL");
    let (began, mut seq) = (Instant::now(), 0);
    while began.elapsed() < FOR {
        let tx = table.transaction().expect("begins");
        for _ in 0..CONNECTIONS {
            seq += 1;
            let sql = "INSERT INTO entry (log_offset, room, seq, sender, name, cid, kind, body, at)
                       VALUES (?1, 'lobby', ?1, 'api-1', 'Load', ?2, 'notice', 'Build 4711 is green.', 1)";
            let mut insert = tx.prepare_cached(sql).expect("it is SQL");
            insert
                .execute((seq, format!("{seq:032x}")))
                .expect("stored");
        }
        tx.commit().expect("on the disk");
    }
    seq as f64 / began.elapsed().as_secs_f64()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pushes_are_taken_at_half_the_speed_of_the_table_at_least() {
    let beside = World::alone();
    beside.node().await.stop().await; // makes the table
    let bare = bare(&beside.folder().join("confab.db"));

    let world = World::alone();
    let flags = [
        "--log",
        "warn,server::node=info",
        "--api-per-sec",
        "1000000",
    ];
    let node = Arc::new(world.node_with(&flags).await);
    let program = Arc::new(Program::new(&world, "Load", "push", &[]).await);
    let (began, pushed) = (Instant::now(), Arc::<AtomicU64>::default());
    let push = json!({ "to": { "room": "lobby" }, "text": "Build 4711 is green." }).to_string();
    let pushing = (0..CONNECTIONS).map(|_| {
        let (node, program, pushed) = (node.clone(), program.clone(), pushed.clone());
        let push = push.clone();
        tokio::spawn(async move {
            while began.elapsed() < FOR {
                let request = program.request(&node, "POST", "/api/v1/push");
                let answer = request.body(push.clone()).send().await;
                let answer = answer.expect("an answer");
                assert_eq!(answer.status().as_u16(), 200);
                answer.bytes().await.expect("its body");
                pushed.fetch_add(1, Ordering::Relaxed);
            }
        })
    });
    for pushing in pushing.collect::<Vec<_>>() {
        pushing.await.expect("no push fails");
    }
    let pushed = pushed.load(Ordering::Relaxed) as f64 / began.elapsed().as_secs_f64();
    let of_bare = pushed / bare;
    println!(
        "{pushed:.0} pushes a second at {CONNECTIONS} connections, {of_bare:.2} of {bare:.0} bare entries a second"
    );
    assert!(of_bare >= OF_BARE_MIN, "{of_bare:.2}");
}
