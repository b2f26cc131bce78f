//! Real nodes on several Redis servers, as people have them.

use std::time::Duration;

use crate::redis_cluster::RedisCluster;
use crate::redis_sentinels::RedisSentinels;
use crate::world::{Client, Node, Visitor, World};

/// How soon the servers find that one of them is away, small so that a test does not wait long.
const SILENT_FOR: Duration = Duration::from_millis(1_500);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_talk_on_over_a_cluster_while_a_primary_dies() {
    let mut cluster = RedisCluster::with_replicas(SILENT_FOR);
    let world = World::alone();
    let nodes = two_nodes(&world, &cluster.url()).await;
    let mut people = Two::joining(&nodes).await;
    let primary = cluster.owner("confab:room:lobby").await;
    cluster.servers[primary].kill();
    people.talk("meanwhile").await;
    cluster.takes_over(primary).await;
    people.talk("after").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_talk_on_over_sentinels_while_the_master_dies() {
    let mut redis = RedisSentinels::with_replica(SILENT_FOR);
    let world = World::alone();
    let nodes = two_nodes(&world, &redis.url()).await;
    let mut people = Two::joining(&nodes).await;
    redis.servers[0].kill();
    people.talk("meanwhile").await;
    redis.waits_for_another_master(0);
    people.talk("after").await;
}

async fn two_nodes(world: &World, url: &str) -> [Node; 2] {
    let flags = ["--backplane", url];
    [world.node_with(&flags).await, world.node_with(&flags).await]
}

/// What each of them says at a time: three times as many are fewer than one may say at once.
const TALK: usize = 6;

/// Two people, each on a node.
struct Two {
    ann: Client,
    bob: Client,
}

impl Two {
    async fn joining([one, two]: &[Node; 2]) -> Self {
        let mut ann = Visitor::joins(one, "Ann").await.enters(one).await;
        let bob = Visitor::joins(two, "Bob").await.enters(two).await;
        ann.is_told("Bob", true).await;
        let mut people = Self { ann, bob };
        people.talk("before").await;
        people
    }

    /// What one of them says the other one sees, and both see the same.
    async fn talk(&mut self, when: &str) {
        for nth in 0..TALK {
            let (from_ann, from_bob) = (format!("ann {when} {nth}"), format!("bob {when} {nth}"));
            self.ann.says(&from_ann).await;
            self.bob.sees(&from_ann).await;
            self.bob.says(&from_bob).await;
            self.ann.sees(&from_bob).await;
            self.bob.sees(&from_bob).await;
        }
        assert_eq!(self.ann.bodies(), self.bob.bodies());
    }
}
