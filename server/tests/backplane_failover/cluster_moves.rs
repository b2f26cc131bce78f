//! What happens in a Redis Cluster alone: connections are cut, slots move, replicas take over.

use std::time::{Duration, Instant};

use server::backplane::Heard;

use crate::live::{LIVE_WITHIN, Rooms};
use crate::redis_cluster::{RedisCluster, tell};

/// Small, so that a test does not wait long.
const NODE_TIMEOUT: Duration = Duration::from_millis(1_500);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cut_connections_are_made_again() {
    let cluster = RedisCluster::start();
    let mut rooms = Rooms::on(&cluster.url()).await;
    for kind in ["NORMAL", "PUBSUB"] {
        let start = Instant::now();
        for server in &cluster.servers {
            tell(server, &["CLIENT", "KILL", "TYPE", kind, "SKIPME", "YES"]).await;
        }
        rooms.are_told(Heard::Suspect).await;
        rooms.are_live_again(start + LIVE_WITHIN).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_room_whose_slot_moves_is_heard_where_it_went() {
    let cluster = RedisCluster::start();
    let mut rooms = Rooms::on(&cluster.url()).await;
    for name in ["room-3", "room-11", "room-3"] {
        let channel = format!("test:room:{name}");
        let from = cluster.owner(&channel).await;
        let start = Instant::now();
        cluster.moves(&channel, (from + 1) % 3).await;
        rooms.are_live_again(start + LIVE_WITHIN).await;
    }
    for node in [&rooms.ann, &rooms.bob] {
        assert_eq!(node.counters().reconnects(), 0, "no other room was lost");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_claim_of_the_log_moves_with_its_slot() {
    let cluster = RedisCluster::start();
    let mut rooms = Rooms::on(&cluster.url()).await;
    let from = cluster.owner("test:epoch").await;
    let claim = tell(&cluster.servers[from], &["DEL", "test:epoch"]).await;
    assert_eq!(claim, "1");
    cluster.moves("test:epoch", (from + 1) % 3).await;
    let owner = &cluster.servers[(from + 1) % 3];
    let deadline = Instant::now() + Duration::from_secs(15);
    while !owner.info("GET test:epoch").contains("e1") {
        assert!(Instant::now() < deadline, "it is claimed nowhere");
        tokio::task::yield_now().await;
    }
    rooms.are_live_again(Instant::now() + LIVE_WITHIN).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_a_primary_dies_its_replica_serves_its_rooms() {
    let mut cluster = RedisCluster::with_replicas(NODE_TIMEOUT);
    let mut rooms = Rooms::on(&cluster.url()).await;
    let primary = cluster.owner("test:room:room-0").await;
    let start = Instant::now();
    cluster.servers[primary].kill();
    rooms.are_told(Heard::Suspect).await;
    let serves_at = cluster.takes_over(primary).await;
    rooms
        .are_live_again(serves_at.max(start + LIVE_WITHIN / 2) + LIVE_WITHIN / 2)
        .await;

    cluster.servers[primary].start_again();
    cluster.waits_until_it_serves();
    rooms.are_live_again(Instant::now() + LIVE_WITHIN).await;
}

/// It believes to be the primary, until the others have told it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_frozen_primary_that_comes_back_is_not_used() {
    let cluster = RedisCluster::with_replicas(NODE_TIMEOUT);
    let mut rooms = Rooms::on(&cluster.url()).await;
    let primary = cluster.owner("test:room:room-0").await;
    let start = Instant::now();
    cluster.servers[primary].freeze();
    rooms.are_told(Heard::Suspect).await;
    let serves_at = cluster.takes_over(primary).await;
    rooms
        .are_live_again(serves_at.max(start + LIVE_WITHIN / 2) + LIVE_WITHIN / 2)
        .await;

    cluster.servers[primary].thaw();
    cluster.waits_until_it_serves();
    rooms.are_live_again(Instant::now() + LIVE_WITHIN).await;
    let listened = tell(&cluster.servers[primary], &["PUBSUB", "SHARDCHANNELS"]).await;
    assert_eq!(listened, "", "nobody listens there");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_primary_that_hands_over_loses_no_room() {
    let cluster = RedisCluster::with_replicas(NODE_TIMEOUT);
    let mut rooms = Rooms::on(&cluster.url()).await;
    let primary = cluster.owner("test:room:room-0").await;
    let start = Instant::now();
    tell(&cluster.servers[primary + 3], &["CLUSTER", "FAILOVER"]).await;
    cluster.takes_over(primary).await;
    rooms.are_live_again(start + LIVE_WITHIN).await;
}
