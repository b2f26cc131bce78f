//! What happens to presence when another server takes the place of the one that has it.

use std::time::Duration;

use protocol::Person;

use crate::attendance::{Node, World, person, session, until};
use crate::redis_cluster::{RedisCluster, tell};
use crate::redis_sentinels::RedisSentinels;
use crate::worlds::KEY;

/// How soon the servers find that one of them is away, small so that a test does not wait long.
const SILENT_FOR: Duration = Duration::from_millis(1_500);

/// Two people, each on a node.
async fn two_nodes(world: &World) -> (Node, Node, [Person; 2]) {
    let (one, two) = (world.node("n1").await, world.node("n2").await);
    let people = [person("ann"), person("bob")];
    one.enters(&session("s1"), &people[0]).await;
    two.enters(&session("s2"), &people[1]).await;
    (one, two, people)
}

/// Nobody left, and who comes and goes now is told as before.
async fn goes_on(world: &World, nodes: [&Node; 2], people: &[Person; 2]) {
    let [ann, bob] = people;
    let cyd = person("cyd");
    until(|| async { nodes[0].presence.enter(&session("s3"), &cyd).await.is_ok() }).await;
    for node in nodes {
        node.comes_to_see(&[ann, bob, &cyd]).await;
    }
    // If it fails, the node makes up for it.
    drop(nodes[1].presence.leave(&session("s2"), bob).await);
    world.tells_that_left(bob).await;
    assert_eq!([ann, bob, &cyd].map(|person| world.left(person)), [0, 1, 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_primary_that_dies_is_no_leave() {
    let mut cluster = RedisCluster::with_replicas(SILENT_FOR);
    let world = World::at(cluster.url());
    let (one, two, people) = two_nodes(&world).await;
    let primary = cluster.owner(KEY).await;
    cluster.servers[primary].kill();
    cluster.takes_over(primary).await;
    goes_on(&world, [&one, &two], &people).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slot_that_moves_with_its_people_is_no_leave() {
    let cluster = RedisCluster::start();
    let world = World::at(cluster.url());
    let (one, two, people) = two_nodes(&world).await;
    let from = cluster.owner(KEY).await;
    cluster.moves(KEY, (from + 1) % 3).await;
    assert_eq!(cluster.owner(KEY).await, (from + 1) % 3);
    goes_on(&world, [&one, &two], &people).await;
    let there = tell(&cluster.servers[from], &["DBSIZE"]).await;
    assert_eq!(there, "0", "nothing is left behind");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_master_that_dies_is_no_leave() {
    let mut redis = RedisSentinels::with_replica(SILENT_FOR);
    let world = World::at(redis.url());
    let (one, two, people) = two_nodes(&world).await;
    redis.servers[0].kill();
    redis.waits_for_another_master(0);
    goes_on(&world, [&one, &two], &people).await;
}

/// Its connections work when it is back, and for some seconds it takes itself for the master.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_frozen_master_that_comes_back_is_not_asked() {
    let redis = RedisSentinels::with_replica(SILENT_FOR);
    let world = World::at(redis.url());
    let (one, two, people) = two_nodes(&world).await;
    redis.servers[0].freeze();
    redis.waits_for_another_master(0);
    redis.servers[0].thaw();
    // They register again where they find that they are not known.
    redis.servers[1]
        .ask(redis::cmd("DEL").arg("test:nodes"))
        .await;
    until(|| async { redis.servers[1].info("ZCARD test:nodes").starts_with(":2") }).await;
    goes_on(&world, [&one, &two], &people).await;
    let new = redis.servers[1].info("SISMEMBER test:online id-cyd");
    assert!(new.starts_with(":1"), "{new}");
}
