//! Real nodes and people on a Kafka, with presence in a Redis.

use std::time::{Duration, Instant};

use protocol::Event;

use crate::kafka_server::KafkaServer;
use crate::listener::Server;
use crate::topic::KafkaTopic;
use crate::world::person::cid;
use crate::world::{Node, Visitor, World};

struct Cluster {
    world: World,
    kafka: String,
}

impl Cluster {
    fn on(kafka: String) -> Self {
        let world = World::with_redis();
        Self { world, kafka }
    }

    async fn node(&mut self) -> Node {
        let redis = self.world.redis().url();
        let flags = ["--backplane", &self.kafka, "--presence", &redis];
        self.world.node_with(&flags).await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_on_two_nodes_talk_and_see_each_other() {
    let mut cluster = Cluster::on(KafkaTopic::new().url());
    let (one, two) = (cluster.node().await, cluster.node().await);
    let mut ann = Visitor::joins(&one, "Ann").await.enters(&one).await;
    let mut bob = Visitor::joins(&two, "Bob").await.enters(&two).await;
    ann.is_told("Bob", true).await;
    ann.says("hi").await;
    bob.sees("hi").await;
    bob.says("hello").await;
    ann.sees("hello").await;
    for node in [&one, &two] {
        assert!(node.counts("confab_frames_heard_total").await > 0);
        // Frames told of it, not the log.
        assert_eq!(node.counts("confab_tail_found_total").await, 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_talk_on_while_kafka_is_away() {
    let mut kafka = KafkaServer::start();
    let mut cluster = Cluster::on(kafka.url());
    let (one, mut two) = (cluster.node().await, cluster.node().await);
    let (ann, bob) = (
        Visitor::joins(&one, "Ann").await,
        Visitor::joins(&two, "Bob").await,
    );
    kafka.kill();
    two.logs(&["backplane lost"]).await;
    let (mut anns, mut bobs) = (ann.enters(&one).await, bob.enters(&two).await);
    anns.says("without Kafka").await;
    bobs.sees("without Kafka").await;

    // Longer than these sessions would keep silent.
    kafka.start_again();
    two.logs(&["backplane found again"]).await;
    let (mut anns, mut bobs) = (ann.enters(&one).await, bob.enters(&two).await);
    anns.says("with Kafka").await;
    bobs.sees("with Kafka").await;
    assert!(!two.log().contains("rskafka"), "{}", two.log());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_is_heard_on_the_other_node_about_as_soon_as_over_redis() {
    let redis = World::with_redis();
    let nodes = [redis.node().await, redis.node().await];
    let over_redis = heard_after(&nodes).await;
    let mut kafka = Cluster::on(KafkaTopic::new().url());
    let nodes = [kafka.node().await, kafka.node().await];
    let over_kafka = heard_after(&nodes).await;
    println!("send to heard on the other node, p50: Redis {over_redis:?}, Kafka {over_kafka:?}");
    assert!(over_kafka <= over_redis * 10);
}

/// The median from sending on one node to hearing on the other.
async fn heard_after(nodes: &[Node; 2]) -> Duration {
    let [one, two] = nodes;
    let mut ann = Visitor::joins(one, "Ann").await.enters(one).await;
    let mut bob = Visitor::joins(two, "Bob").await.enters(two).await;
    let mut times = Vec::new();
    for nth in 0..60 {
        let body = format!("message {nth}");
        let sent = Instant::now();
        ann.posts(&cid(), &body).await;
        bob.hears_until(|event: &Event| {
            matches!(event, Event::Entry(entry) if entry.body == body).then_some(())
        })
        .await;
        times.push(sent.elapsed());
        tokio::time::sleep(Duration::from_millis(210)).await; // as fast as one user may
    }
    times.sort();
    times[times.len() / 2]
}
