//! Real nodes joined by RabbitMQ, with Redis for who is online.

use std::time::{Duration, Instant};

use protocol::{Command, Event, RoomId};

use crate::rabbitmq_server::RabbitmqServer;
use crate::world::{Client, Node, Visitor, World, person::cid};

/// How many times as long as over Redis a message may take to another node.
const TIMES_MAX: f64 = 3.0;

async fn node(world: &mut World, broker: &RabbitmqServer) -> Node {
    let (amqp, redis) = (broker.url(), world.redis().url());
    world
        .node_with(&["--backplane", &amqp, "--presence", &redis])
        .await
}

#[tokio::test]
async fn two_nodes_are_one_room() {
    let (mut world, broker) = (World::with_redis(), RabbitmqServer::start());
    let (one, two) = (
        node(&mut world, &broker).await,
        node(&mut world, &broker).await,
    );
    let mut ann = Visitor::joins(&one, "Ann").await.enters(&one).await;
    let mut bob = Visitor::joins(&two, "Bob").await.enters(&two).await;
    ann.is_told("Bob", true).await;
    for nth in 0..10 {
        ann.says(&format!("from ann {nth}")).await;
        bob.says(&format!("from bob {nth}")).await;
    }
    ann.sees("from bob 9").await;
    bob.sees("from bob 9").await;
    assert_eq!(ann.bodies(), bob.bodies());
    // Typing goes by the backplane alone.
    let room = RoomId::lobby();
    ann.sends(&Command::Typing { room }).await;
    bob.hears_until(|event| matches!(event, Event::Typing { .. }).then_some(()))
        .await;
}

#[tokio::test]
async fn with_the_broker_away_chat_goes_on_by_the_log() {
    let (mut world, mut broker) = (World::with_redis(), RabbitmqServer::start());
    let (one, two) = (
        node(&mut world, &broker).await,
        node(&mut world, &broker).await,
    );
    let mut ann = Visitor::joins(&one, "Ann").await.enters(&one).await;
    let mut bob = Visitor::joins(&two, "Bob").await.enters(&two).await;
    broker.kill();
    for nth in 0..10 {
        let body = format!("without the broker {nth}");
        ann.says(&body).await;
        bob.sees(&body).await;
    }
    assert_eq!(bob.entries.len(), 10);
    let ready = Visitor::new().gets(&two, "/readyz").await.text().await;
    let ready = ready.expect("text");
    assert!(ready.starts_with("degraded"), "{ready}");
}

#[tokio::test]
async fn a_node_that_cannot_reach_it_says_so() {
    let mut world = World::with_redis();
    let redis = world.redis().url();
    let flags = [
        "--backplane",
        "amqp://ann:secret@127.0.0.1:1",
        "--presence",
        &redis,
    ];
    let said = world.refusal(&flags).await;
    assert!(
        said.contains("cannot reach the backplane at amqp://127.0.0.1:1")
            && !said.contains("secret"),
        "{said}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_is_heard_on_the_other_node_nearly_as_soon_as_over_redis() {
    let (mut world, broker) = (World::with_redis(), RabbitmqServer::start());
    let (one, two) = (
        node(&mut world, &broker).await,
        node(&mut world, &broker).await,
    );
    let other = World::with_redis();
    let (three, four) = (other.node().await, other.node().await);
    let mut rabbit = Pair::of(&one, &two).await;
    let mut redis = Pair::of(&three, &four).await;
    let (mut by_rabbit, mut by_redis) = (Vec::new(), Vec::new());
    // In turns, so that both have the same machine.
    for nth in 0..60 {
        by_rabbit.push(rabbit.tells(nth).await);
        by_redis.push(redis.tells(nth).await);
        tokio::time::sleep(Duration::from_millis(210)).await; // as fast as one user may
    }
    let (rabbit, redis) = (median(by_rabbit), median(by_redis));
    let times = rabbit.as_secs_f64() / redis.as_secs_f64();
    println!("send to heard on the other node, p50: {rabbit:?}, over Redis {redis:?}: {times:.2}×");
    assert!(times <= TIMES_MAX, "{times:.2}×");
}

/// Who speaks on one node, and who listens on the other.
struct Pair {
    ann: Client,
    bob: Client,
}

impl Pair {
    async fn of(one: &Node, two: &Node) -> Self {
        Self {
            ann: Visitor::joins(one, "Ann").await.enters(one).await,
            bob: Visitor::joins(two, "Bob").await.enters(two).await,
        }
    }

    async fn tells(&mut self, nth: u32) -> Duration {
        let body = format!("message {nth}");
        let sent = Instant::now();
        self.ann.posts(&cid(), &body).await;
        let is_it = |event: &Event| {
            matches!(event, Event::Entry(entry) if entry.body == body).then_some(())
        };
        self.bob.hears_until(is_it).await;
        sent.elapsed()
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}
