//! What an operator reads where presence is kept.

use crate::attendance::{World, person, session};
use crate::presence_server::{Database, Server as _};
use crate::redis_server::RedisServer;

/// As `redis-cli smembers confab:online` shows it.
#[tokio::test]
async fn an_operator_can_read_in_redis_who_is_online() {
    let server = RedisServer::start();
    let mut redis = server.connection().await;
    let world = World::on(server);
    let node = world.node("n1").await;
    node.enters(&session("s1"), &person("ann")).await;
    let mut ask = async |command: &str, key: &str| -> Vec<String> {
        let mut ask = redis::cmd(command);
        ask.arg(key)
            .query_async(&mut redis)
            .await
            .expect("Redis answers")
    };
    assert_eq!(ask("SMEMBERS", "test:online").await, ["id-ann"]);
    assert_eq!(ask("HGETALL", "test:names").await, ["id-ann", "ann"]);
    assert_eq!(ask("HGETALL", "test:user:id-ann").await, ["s1", "n1"]);
    assert_eq!(ask("SMEMBERS", "test:node:n1").await, ["s1 id-ann"]);
    assert_eq!(ask("HGETALL", "test:urls").await, ["n1", "http://n1"]);
    let keys = ask("KEYS", "*").await;
    assert!(keys.iter().all(|key| key.starts_with("test:")), "{keys:?}");
}

/// As `SELECT name FROM presence_person` shows it.
#[tokio::test]
async fn an_operator_can_ask_postgresql_who_is_online() {
    let database = Database::start();
    let node = crate::attendance::connect(&database.url(), "n1").await;
    let node = node.expect("presence is there");
    let entered = node.enter(&session("s1"), &person("ann")).await;
    entered.expect("presence is there");
    let ask = |columns| {
        let of =
            "presence_person JOIN presence_session ON person = id JOIN presence_node USING (node)";
        database.ask(&format!("SELECT {columns} FROM {of}"))
    };
    assert_eq!(ask("name, session, node, url"), ["ann|s1|n1|http://n1"]);
    assert_eq!(
        database.ask("SELECT cluster, online FROM presence_cluster"),
        ["test:|1"]
    );
}
