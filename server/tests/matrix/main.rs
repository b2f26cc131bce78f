//! Every backplane and every store, measured in one run on real servers, as a table. `bin/test --all` prints it; the promises
//! themselves are held by the suites of each.

// A test shows nothing to other crates; `pub` tells what a module is for.
#![allow(unreachable_pub)]
#![allow(dead_code, reason = "what the suites share is used in part")]

mod backplanes;
#[path = "../rabbitmq/broker.rs"]
mod broker;
#[path = "../suite/kafka_server.rs"]
mod kafka_server;
#[path = "../kafka/topic.rs"]
mod kafka_topic;
#[path = "../suite/listener.rs"]
mod listener;
#[path = "../suite/postgres_server.rs"]
mod postgres_server;
#[path = "../suite/rabbitmq_server.rs"]
mod rabbitmq_server;
#[path = "../suite/redis_cluster.rs"]
mod redis_cluster;
#[path = "../suite/redis_sentinels.rs"]
mod redis_sentinels;
#[path = "../suite/redis_server.rs"]
mod redis_server;
mod stores;
#[path = "../backplane_failover/worlds.rs"]
mod worlds;

use kafka_server::KafkaServer;
use listener::World;
use rabbitmq_server::RabbitmqServer;

/// How many times Redis' time to another node the others may take.
const RABBITMQ_MAX: f64 = 3.0;
const KAFKA_MAX: f64 = 10.0;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_backplane_and_store_is_measured_and_holds_what_it_promises() {
    let redis = backplanes::measure(World::redis()).await;
    let others = [
        (
            "redis+cluster",
            backplanes::measure(World::redis_cluster()).await,
        ),
        (
            "redis+sentinel",
            backplanes::measure(World::redis_sentinels()).await,
        ),
        (
            "amqp (RabbitMQ)",
            backplanes::measure(World::on(RabbitmqServer::start())).await,
        ),
        (
            "kafka",
            backplanes::measure(World::on(KafkaServer::start())).await,
        ),
    ];
    println!("\n{}\n{}", backplanes::HEAD, redis.row("redis", &redis));
    for (name, measured) in &others {
        println!("{}", measured.row(name, &redis));
    }
    println!("\n{}", stores::HEAD);
    for (name, measured) in stores::measure_all().await {
        println!("{}", measured.row(name));
    }
    for (name, most) in [("amqp (RabbitMQ)", RABBITMQ_MAX), ("kafka", KAFKA_MAX)] {
        let other = others.iter().find(|(other, _)| *other == name);
        let times = other.expect("it was measured").1.times(&redis);
        assert!(
            times <= most,
            "{name} takes {times:.1} times as long as Redis, not {most}"
        );
    }
}
