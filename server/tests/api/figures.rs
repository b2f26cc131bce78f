//! How many pushes a node takes, beside what its disk takes.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use rusqlite::Connection;
use serde_json::{Value, json};
use server::store::next_cid;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::program::{Program, id_of};
use crate::world::{Node, Visitor, World};

const CONNECTIONS: usize = 64;
const FOR: Duration = Duration::from_secs(2);

/// Entries a commit, as many as the node's writer puts into one at most.
const BATCH: usize = 256;

/// What is wanted of a release on a quiet machine; other builds are slower by far, and not alone.
const OF_BARE_MIN: f64 = if cfg!(debug_assertions) { 0.02 } else { 0.5 };

/// No limit, and no log.
const FLAGS: [&str; 4] = [
    "--log",
    "warn,server::node=info",
    "--api-per-sec",
    "1000000",
];

/// Entries a second that go into the table with nothing around it: the rows that pushes to as many users as there are
/// connections make, each in its user's room, under a cid like theirs.
fn bare(file: &std::path::Path) -> f64 {
    let mut table = Connection::open(file).expect("the store");
    table
        .pragma_update(None, "journal_mode", "WAL")
        .expect("WAL");
    table
        .pragma_update(None, "synchronous", "FULL")
        .expect("FULL");
    // As much as the node's writer has.
    table
        .pragma_update(None, "cache_size", -4 * 1024)
        .expect("a cache");
    let (began, mut stored) = (Instant::now(), 0);
    while began.elapsed() < FOR {
        let tx = table.transaction().expect("begins");
        for nth in 0..BATCH {
            let room = format!("notices-{}", nth % CONNECTIONS);
            let seq = stored / CONNECTIONS + 1;
            stored += 1;
            let sql = "INSERT INTO entry (log_offset, room, seq, sender, name, cid, kind, body, at)
                       VALUES (?1, ?2, ?3, 'api-1', 'Load', ?4, 'notice', 'Build 4711 is green.', 1)";
            let mut insert = tx.prepare_cached(sql).expect("it is SQL");
            insert
                .execute((stored, room, seq, next_cid().as_str()))
                .expect("stored");
        }
        tx.commit().expect("on the disk");
    }
    stored as f64 / began.elapsed().as_secs_f64()
}

/// Asks the same again and again over one connection, as thinly as can be: what is measured is the node. How often it was
/// answered well.
async fn ask_again(node: &Node, request: &[u8], until: Instant) -> usize {
    let address = node.url.strip_prefix("http://").expect("a plain address");
    let mut line = TcpStream::connect(address).await.expect("it is open");
    line.set_nodelay(true).expect("a socket");
    let (mut answered, mut heard) = (0, Vec::with_capacity(64 * 1024));
    while Instant::now() < until {
        line.write_all(request).await.expect("it is heard");
        heard.clear();
        while !is_whole(&heard) {
            let bytes = line.read_buf(&mut heard).await.expect("an answer");
            assert!(bytes > 0, "the connection stays open");
        }
        assert!(heard.starts_with(b"HTTP/1.1 200 "), "it is taken");
        answered += 1;
    }
    answered
}

fn is_whole(answer: &[u8]) -> bool {
    let find = |part: &[u8]| answer.windows(part.len()).position(|found| found == part);
    let Some(head) = find(b"\r\n\r\n") else {
        return false;
    };
    let length = find(b"content-length: ").expect("its length is told") + 16;
    let digits = answer[length..].iter().take_while(|b| b.is_ascii_digit());
    let length = digits.fold(0, |sum, digit| sum * 10 + usize::from(digit - b'0'));
    answer.len() >= head + 4 + length
}

/// Entries a second that the node stores of pushes to these, each of which makes so many.
async fn pushed(node: &Node, program: &Program, (to, each): (Value, usize)) -> f64 {
    let push = json!({ "to": to, "text": "Build 4711 is green." }).to_string();
    let request = format!(
        "POST /api/v1/push HTTP/1.1\r\nhost: node\r\nauthorization: Bearer {}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{push}",
        program.token(),
        push.len()
    );
    let began = Instant::now();
    let asking = (0..CONNECTIONS).map(|_| ask_again(node, request.as_bytes(), began + FOR));
    let answered: usize = join_all(asking).await.into_iter().sum();
    (answered * each) as f64 / began.elapsed().as_secs_f64()
}

#[tokio::test]
async fn pushes_are_taken_at_half_the_speed_of_the_table_at_least() {
    let beside = World::alone();
    beside.node().await.stop().await; // makes the table
    let bare = bare(&beside.folder().join("confab.db"));

    let world = World::alone();
    let node = world.node_with(&FLAGS).await;
    let program = Program::new(&world, "Load", "push,online", &[]).await;
    let mut users = Vec::new();
    for nth in 0..CONNECTIONS {
        let name = format!("Reader {nth}");
        Visitor::joins(&node, &name).await;
        users.push(id_of(&program, &node, &name).await);
    }
    // The first notice somebody gets makes the room where they read them, once for ever.
    let all = json!({ "users": users });
    program.pushes(&node, all, "Welcome.").await;
    let of_one = pushed(&node, &program, (json!({ "room": "lobby" }), 1)).await;
    let of_many = pushed(&node, &program, (json!({ "users": users }), users.len())).await;
    println!(
        "{of_one:.0} pushes a second at {CONNECTIONS} connections, {:.2} of {bare:.0} bare entries a second; \
         to {CONNECTIONS} users each, {of_many:.0} entries a second, {:.2}",
        of_one / bare,
        of_many / bare
    );
    assert!(of_many / bare >= OF_BARE_MIN, "{:.2}", of_many / bare);
}
