//! Nodes of one log in a PostgreSQL of their own, and what fails there.

// A test shows nothing to other crates; `pub` tells what a module is for.
#![allow(unreachable_pub)]

mod commands;
#[path = "../suite/postgres_server.rs"]
mod postgres_server;
#[path = "../world/mod.rs"]
mod world;

use std::time::Duration;

use postgres_server::PostgresServer;
use protocol::Reason;
use tokio::time::timeout;
use world::person::cid;
use world::{Client, Node, Visitor, World};

/// Longer than a server takes to come back on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Two nodes of one room.
async fn two(world: &World, server: &PostgresServer) -> (Node, Node) {
    let address = server.database();
    let flags = ["--store", address.as_str()];
    (world.node_with(&flags).await, world.node_with(&flags).await)
}

/// Says it again under the same cid until it is stored; how often it was refused, each time as something that passes.
async fn says_until_stored(client: &mut Client, body: &str) -> usize {
    let cid = cid();
    let mut refused = 0;
    let saying = async {
        loop {
            client.posts(&cid, body).await;
            match client.is_answered(&cid).await {
                Ok(_) => return,
                Err(Reason::StoreUnavailable | Reason::StoreBusy | Reason::RateLimited) => {
                    refused += 1
                }
                Err(other) => panic!("refused: {other:?}"),
            }
        }
    };
    timeout(PATIENCE, saying)
        .await
        .expect("it is stored in time");
    refused
}

#[tokio::test]
async fn two_nodes_of_one_database_are_one_room() {
    let (world, server) = (World::with_redis(), PostgresServer::start());
    let (one, two) = two(&world, &server).await;
    let ann = Visitor::joins(&one, "Ann").await;
    let (mut here, mut there) = (ann.enters(&one).await, ann.enters(&two).await);
    for nth in 0..5 {
        here.says(&format!("from one {nth}")).await;
        there.says(&format!("from two {nth}")).await;
    }
    here.sees("from two 4").await;
    there.sees("from two 4").await;
    assert_eq!(here.bodies(), there.bodies());
    assert_eq!(here.bodies().len(), 10);
    one.stop().await;
    two.stop().await;
}

#[tokio::test]
async fn without_a_backplane_the_other_node_reads_the_log() {
    let (mut world, server) = (World::with_redis(), PostgresServer::start());
    let (one, two) = two(&world, &server).await;
    let ann = Visitor::joins(&one, "Ann").await;
    let (mut here, mut there) = (ann.enters(&one).await, ann.enters(&two).await);
    world.redis().kill();
    for nth in 0..3 {
        here.says(&nth.to_string()).await;
        there.sees(&nth.to_string()).await;
    }
    assert_eq!(there.bodies(), ["0", "1", "2"]);
}

#[tokio::test]
async fn while_the_database_is_away_people_stay_and_their_messages_wait() {
    let (world, mut server) = (World::with_redis(), PostgresServer::start());
    let (one, two) = two(&world, &server).await;
    let ann = Visitor::joins(&one, "Ann").await;
    let (mut here, mut there) = (ann.enters(&one).await, ann.enters(&two).await);
    here.says("before").await;
    server.kill();
    let cid = cid();
    here.posts(&cid, "meanwhile").await;
    assert_eq!(here.is_answered(&cid).await, Err(Reason::StoreUnavailable));
    server.start_again();
    says_until_stored(&mut here, "after").await;
    there.sees("after").await;
    assert_eq!(there.bodies(), ["before", "after"]);
}

#[tokio::test]
async fn when_another_server_takes_over_all_begins_anew() {
    let (world, mut server) = (World::with_redis(), PostgresServer::start());
    let (mut one, mut two) = two(&world, &server).await;
    let ann = Visitor::joins(&one, "Ann").await;
    let (mut here, mut there) = (ann.enters(&one).await, ann.enters(&two).await);
    here.says("before").await;
    server.kill();
    server.take_over();
    assert_eq!(
        (here.is_closed().await, there.is_closed().await),
        (1012, 1012)
    );
    one.opens_again().await;
    two.opens_again().await;
    let was = here.epoch;
    let (mut here, mut there) = (ann.enters(&one).await, ann.enters(&two).await);
    assert_ne!(here.epoch, was);
    assert_eq!(here.epoch, there.epoch);
    says_until_stored(&mut here, "after").await;
    there.sees("after").await;
    assert_eq!(there.bodies(), ["before", "after"]);
}
