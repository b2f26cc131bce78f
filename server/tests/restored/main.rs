//! What an operator does to a log, and what becomes of a log that is not what it was.

mod commands;
mod faults;
mod put_back;
mod refused;
mod replaced;

#[path = "../world/mod.rs"]
mod world;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use protocol::{Cursor, RoomId};
use rusqlite::Connection;
use world::{Client, Node, Visitor, World};

/// The file of a world's store.
fn store(world: &World) -> PathBuf {
    world.folder().join("confab.db")
}

/// An operator's backup of this moment.
async fn backup(world: &World, name: &str) -> PathBuf {
    let file = world.folder().join(name);
    let (done, said) = world.confab(&["backup", &file.display().to_string()]).await;
    assert!(done, "{said}");
    file
}

/// Somebody changes the file by hand.
fn by_hand(file: &Path, sql: &str) {
    let connection = Connection::open(file).expect("it opens");
    connection.busy_timeout(world::PATIENCE).expect("a number");
    connection.execute_batch(sql).expect("it is done");
}

fn epoch(file: &Path) -> String {
    let connection = Connection::open(file).expect("it opens");
    let epoch = connection.query_row("SELECT epoch FROM log", [], |row| row.get(0));
    epoch.expect("there is a log")
}

/// Says several things and sees them.
async fn says_all(client: &mut Client, bodies: &[&str]) {
    for body in bodies {
        client.says(body).await;
        client.sees(body).await;
    }
}

/// The last place seen.
fn cursor(client: &Client) -> Cursor {
    let last = client.entries.last().expect("something was seen");
    Cursor {
        epoch: client.epoch.clone(),
        seq: last.seq,
        tag: Some(last.tag()),
    }
}

/// Comes back with what was seen before; nothing of it may be there twice or in a wrong place.
async fn comes_back(visitor: &Visitor, node: &Node, before: &Client) -> Client {
    let mut client = visitor.connects(node).await;
    client.entries = before.entries.clone();
    let cursors = BTreeMap::from([(RoomId::lobby(), cursor(before))]);
    client.says_hello(None, cursors).await;
    client.is_welcome().await;
    client
}
