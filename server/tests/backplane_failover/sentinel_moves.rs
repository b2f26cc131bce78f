//! What happens where sentinels watch: the master dies, or is frozen, or is demoted, and another one takes its place.

use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use server::backplane::{Dropped, Heard};

use crate::listener::entry;
use crate::live::{LIVE_WITHIN, Rooms};
use crate::redis_sentinels::RedisSentinels;
use crate::redis_server::RedisServer;

/// Small, so that a test does not wait long.
const DOWN_AFTER: Duration = Duration::from_millis(1_000);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_the_master_dies_its_replica_serves_all_rooms() {
    let mut redis = RedisSentinels::with_replica(DOWN_AFTER);
    let mut rooms = Rooms::on(&redis.url()).await;
    let start = Instant::now();
    redis.servers[0].kill();
    rooms.are_told(Heard::Suspect).await;
    assert_eq!(redis.waits_for_another_master(0), 1);
    let named_at = Instant::now();
    rooms
        .are_live_again(named_at.max(start + LIVE_WITHIN / 2) + LIVE_WITHIN / 2)
        .await;

    // It takes itself for the master, until the sentinels have told it.
    redis.servers[0].start_again();
    rooms.are_live_again(Instant::now() + LIVE_WITHIN).await;
    assert!(nobody_listens(&redis.servers[0]), "it is not used");
}

/// Too short for the nodes to miss it, long enough for the sentinels: both of its connections work when it is back, and for
/// some seconds it takes itself for the master.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_frozen_master_that_comes_back_is_not_used() {
    let redis = RedisSentinels::with_replica(DOWN_AFTER);
    let mut rooms = Rooms::on(&redis.url()).await;
    redis.servers[0].freeze();
    assert_eq!(redis.waits_for_another_master(0), 1);
    redis.servers[0].thaw();
    let start = Instant::now();
    while !nobody_listens(&redis.servers[0]) || nobody_listens(&redis.servers[1]) {
        assert!(start.elapsed() < LIVE_WITHIN, "it is used for too long");
        tokio::task::yield_now().await;
    }
    rooms.are_live_again(start + LIVE_WITHIN).await;
    assert!(nobody_listens(&redis.servers[0]), "it is not used again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_published_to_a_demoted_master() {
    let redis = RedisSentinels::with_replica(Duration::from_secs(60));
    let mut rooms = Rooms::on(&redis.url()).await;
    let client = redis::Client::open(redis.servers[0].url()).expect("an address");
    let mut operator = client.get_async_pubsub().await.expect("Redis answers");
    operator
        .subscribe("test:room:room-0")
        .await
        .expect("Redis answers");

    let mut demote = redis::cmd("REPLICAOF");
    demote.arg("127.0.0.1").arg(redis.servers[1].port());
    redis.servers[0].ask(&demote).await;
    rooms.ann.publish(&entry("room-0", 1_000));
    rooms.ann.is_told(Heard::Suspect).await;
    assert_eq!(rooms.ann.counters().dropped(Dropped::Away), 1);

    let mut end = redis::cmd("PUBLISH");
    end.arg("test:room:room-0").arg("end");
    redis.servers[0].ask(&end).await;
    let heard = operator.on_message().next().await.expect("it is published");
    assert_eq!(heard.get_payload::<String>().expect("a text"), "end");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_sentinel_is_enough() {
    let mut redis = RedisSentinels::with_replica(Duration::from_secs(60));
    redis.sentinels[0].freeze();
    redis.sentinels[1].kill();
    let mut rooms = Rooms::on(&redis.url()).await;
    rooms.are_live_again(Instant::now() + LIVE_WITHIN).await;
    assert_eq!(rooms.ann.counters().reconnects(), 0);
    redis.sentinels[0].thaw();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_sentinels_the_master_is_kept() {
    let mut redis = RedisSentinels::start();
    let mut rooms = Rooms::on(&redis.url()).await;
    redis.sentinels.iter_mut().for_each(RedisServer::kill);
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(3) {
        rooms.are_live_again(start + LIVE_WITHIN).await;
    }
    assert_eq!(rooms.ann.counters().reconnects(), 0);
}

fn nobody_listens(server: &RedisServer) -> bool {
    server.info("PUBSUB CHANNELS test:*").starts_with("*0")
}
