//! How fast a log in PostgreSQL is written, beside what the server itself takes.

use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::future::join_all;
use futures_util::{SinkExt as _, StreamExt as _};
use protocol::{Cid, Person};
use server::store::{Draft, Store, Stored, random_id, upkeep};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, NoTls};

use crate::world::{World, draft, join};

/// What is wanted of a release; other builds are slower by far.
const OF_BARE_MIN: f64 = if cfg!(debug_assertions) { 0.02 } else { 0.5 };

const NODES: usize = 3;

/// As many as one commit takes.
const BATCH: usize = 256;

/// Each as much as counts; the best of both sides is compared, as tests do not run alone.
const ROUNDS: usize = 5;
const BATCHES: usize = 24;

const BODY: &str = "a message as long as messages are on a usual day, or a bit longer";

const COPIED: usize = 50_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn three_nodes_write_one_room_half_as_fast_as_one_connection_inserts() {
    let world = World::postgres();
    let nodes = [(); NODES].map(|()| world.open());
    let ann = join(&nodes[0], "Ann").await;
    let link = connect(&world).await;
    let like = "CREATE TABLE bare (LIKE entry INCLUDING ALL)";
    link.batch_execute(like).await.expect("made");
    let (mut bare, mut ours) = (Duration::MAX, Duration::MAX);
    for round in 0..ROUNDS {
        let began = Instant::now();
        for batch in 0..BATCHES {
            insert(&link, &ann, (round * BATCHES + batch) * BATCH).await;
        }
        bare = bare.min(began.elapsed());
        let began = Instant::now();
        join_all(nodes.iter().map(|node| append(node, &ann))).await;
        ours = ours.min(began.elapsed());
    }
    let per_sec = |took: Duration| (BATCHES * BATCH) as f64 / took.as_secs_f64();
    let (bare, ours) = (per_sec(bare), per_sec(ours));
    println!(
        "{NODES} nodes append {ours:.0} entries a second to one room, {:.2} of the {bare:.0} that one connection inserts",
        ours / bare
    );
    assert!(ours >= OF_BARE_MIN * bare, "{ours:.0} of {bare:.0}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_is_copied_half_as_fast_as_its_rows() {
    let (file, database) = (World::sqlite(), World::postgres());
    let store = file.open();
    let ann = join(&store, "Ann").await;
    let drafts = (0..COPIED).map(|_| body(&ann)).collect();
    all_stored(store.log.append_all(drafts).await);
    store.log.close().await;
    let (from, to) = (address(&file), address(&database));
    let began = Instant::now();
    let copied = tokio::task::spawn_blocking(move || upkeep::copy(&from, &to)).await;
    let ours = began.elapsed();
    let proof = copied.expect("it ends").expect("copied");
    assert!(proof.is_sound() && proof.entries >= COPIED as u64);

    let link = connect(&database).await;
    let rows = copied_out(&link).await;
    let like = "CREATE TABLE bare (LIKE entry INCLUDING ALL)";
    link.batch_execute(like).await.expect("made");
    let began = Instant::now();
    let mut sink = Box::pin(
        link.copy_in("COPY bare FROM STDIN BINARY")
            .await
            .expect("begun"),
    );
    for some in rows {
        sink.send(some).await.expect("taken");
    }
    sink.as_mut().finish().await.expect("copied");
    let bare = began.elapsed();
    println!(
        "{COPIED} entries are copied in {ours:.2?}, {:.2} of the speed of a bare COPY of them ({bare:.2?})",
        bare.as_secs_f64() / ours.as_secs_f64()
    );
    assert!(
        ours.mul_f64(OF_BARE_MIN) <= bare,
        "{ours:?} beside {bare:?}"
    );
}

/// A third of all, from two who do not wait for each other.
async fn append(node: &Store, by: &Person) {
    let each = BATCHES / NODES / 2 * BATCH;
    let senders = [(); 2].map(|()| (0..each).map(|_| body(by)).collect());
    let sent = join_all(senders.map(|drafts| node.log.append_all(drafts)));
    sent.await.into_iter().for_each(all_stored);
}

fn all_stored(outcomes: Vec<Result<Stored, server::store::Error>>) {
    for outcome in outcomes {
        assert!(matches!(outcome, Ok(Stored::Now(_))), "{outcome:?}");
    }
}

fn body(by: &Person) -> Draft {
    draft(
        by,
        "a message as long as messages are on a usual day, or a bit longer",
    )
}

/// One batch in one commit, in one statement that was prepared, of rows such as ours.
async fn insert(link: &Client, by: &Person, from: usize) {
    let insert = link.prepare(
        "INSERT INTO bare (log_offset, room, seq, sender, name, cid, kind, body, at)
         SELECT * FROM unnest($1::bigint[], $2::text[], $1::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
           $8::bigint[])",
    );
    let insert = insert.await.expect("it is SQL");
    let nths: Vec<i64> = (from + 1..=from + BATCH).map(|nth| nth as i64).collect();
    let cids: Vec<Cid> = nths.iter().map(|_| random_id::<16, Cid>()).collect();
    let cids: Vec<&str> = cids.iter().map(Cid::as_str).collect();
    let each = |text| vec![text; BATCH];
    let (room, kind, body) = (each("lobby"), each("posted"), each(BODY));
    let (sender, name) = (each(by.id.as_str()), each(by.name.as_str()));
    let at = vec![1_i64; BATCH];
    let params: [&(dyn ToSql + Sync); 8] = [&nths, &room, &sender, &name, &cids, &kind, &body, &at];
    let inserted = link.execute(&insert, &params).await;
    assert_eq!(inserted.expect("stored"), BATCH as u64);
}

/// The entries, as the server writes them for itself.
async fn copied_out(link: &Client) -> Vec<Bytes> {
    let out = link.copy_out("COPY entry TO STDOUT BINARY").await;
    let rows = out.expect("begun").collect::<Vec<_>>().await;
    rows.into_iter().map(|some| some.expect("read")).collect()
}

async fn connect(world: &World) -> Client {
    let connected = tokio_postgres::connect(&address(world), NoTls).await;
    let (link, connection) = connected.expect("it answers");
    tokio::spawn(connection);
    link
}

fn address(world: &World) -> String {
    match world {
        World::Postgres(address) => address.clone(),
        World::Sqlite(_) => format!("sqlite:{}", world.file().display()),
        World::Memory(_) => panic!("it has no address"),
    }
}
