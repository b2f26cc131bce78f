//! Redis servers that are not what the address says, or cannot serve: the node tells it at start, with the remedy.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread;

use crate::redis_cluster::RedisCluster;
use crate::redis_sentinels::RedisSentinels;
use crate::redis_server::{RedisServer, free_port};
use crate::world::World;

/// Starts a node with this backplane: what it says then has all of these texts in one line, and no password.
async fn refuses(backplane: &str, texts: &[&str]) {
    let said = World::alone().refusal(&["--backplane", backplane]).await;
    let is_told = |line: &str| texts.iter().all(|text| line.contains(text));
    assert!(said.lines().any(is_told), "{texts:?} is not told:\n{said}");
    assert!(!said.contains("secret"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_kind_of_redis_than_the_address_says_is_refused() {
    let (one, cluster) = (RedisServer::start(), RedisCluster::start());
    let sentinels = RedisSentinels::start();
    let place = |server: &RedisServer| format!("127.0.0.1:{}", server.port());
    let (plain, node) = (place(&one), place(&cluster.servers[0]));
    let sentinel = place(&sentinels.sentinels[0]);
    for (backplane, remedy) in [
        (
            format!("redis://{node}"),
            format!("give redis+cluster://{node}"),
        ),
        (
            format!("redis://{sentinel}"),
            format!("give redis+sentinel://{sentinel}/NAME"),
        ),
        (
            format!("redis+cluster://{plain}"),
            format!("give redis://{plain}"),
        ),
        (
            format!("redis+cluster://{sentinel}"),
            format!("give redis+sentinel://{sentinel}/NAME"),
        ),
        (
            format!("redis+sentinel://{plain}/main"),
            "give the sentinels' own port, 26379".to_owned(),
        ),
        (
            format!("redis+sentinel://{node}/main"),
            "give the sentinels' own port, 26379".to_owned(),
        ),
        (
            format!("redis+sentinel://{sentinel}/other"),
            "no master named other: end the address".to_owned(),
        ),
    ] {
        refuses(&backplane, &[&remedy]).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_password_is_refused() {
    let (one, cluster) = (RedisServer::start(), RedisCluster::start());
    let sentinels = RedisSentinels::start();
    let mut guard = redis::cmd("CONFIG");
    guard.arg("SET").arg("requirepass").arg("right");
    let masters = [&one, &sentinels.servers[0]];
    for server in masters.into_iter().chain(&cluster.servers) {
        server.ask(&guard).await;
    }
    for url in [one.url(), cluster.url(), sentinels.url()] {
        let remedy = "refuses the user or the password: give them in the address";
        refuses(&url, &[remedy]).await;
        refuses(&url.replace("//", "//:secret@"), &[remedy]).await;
        let with_password = url.replace("//", "//:right@");
        drop(
            World::alone()
                .node_with(&["--backplane", &with_password])
                .await,
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn servers_that_are_away_are_told_by_their_address() {
    let hosts = format!("127.0.0.1:{},127.0.0.1:{}", free_port(), free_port());
    let cluster = format!("redis+cluster://{hosts}");
    let told = [
        "cannot reach the backplane at",
        "no node of the cluster answers",
        &cluster,
    ];
    refuses(&cluster.replace("//", "//:secret@"), &told).await;
    let sentinel = format!("redis+sentinel://{hosts}/main");
    let told = [
        "cannot reach the backplane at",
        "no sentinel answers",
        &sentinel,
    ];
    refuses(&sentinel.replace("//", "//:secret@"), &told).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_is_refused() {
    let sentinels = RedisSentinels::with_replica(std::time::Duration::from_secs(60));
    let remedy = "is a replica: give the address of its primary";
    refuses(&sentinels.servers[1].url(), &[remedy]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cluster_with_slots_that_nobody_has_is_refused() {
    let cluster = RedisCluster::start();
    let mut forget = redis::cmd("CLUSTER");
    forget.arg("DELSLOTSRANGE").arg(0).arg(5_000);
    for server in &cluster.servers {
        server.ask(&forget).await;
    }
    refuses(&cluster.url(), &["serves only 11383 of its 16384 slots"]).await;
}

/// No old server can be installed beside the new one: this one only says that it is old.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cluster_too_old_for_channels_of_its_own_is_refused() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let port = listener.local_addr().expect("it is bound").port();
    thread::spawn(move || {
        for client in listener.incoming() {
            let Ok(client) = client else { return };
            thread::spawn(move || drop(claims_to_be_old(client)));
        }
    });
    let remedy = "is Redis 6.2.14, and channels in a cluster need 7.0: update it";
    refuses(&format!("redis+cluster://127.0.0.1:{port}"), &[remedy]).await;
}

fn claims_to_be_old(mut client: TcpStream) -> std::io::Result<()> {
    let info = "redis_version:6.2.14\r\nredis_mode:cluster\r\n";
    for line in BufReader::new(client.try_clone()?).lines() {
        let line = line?;
        if line == "INFO" {
            write!(client, "${}\r\n{info}\r\n", info.len())?;
        } else if line == "CLIENT" {
            client.write_all(b"+OK\r\n")?;
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redis_that_throws_keys_away_is_told_of_at_start() {
    let (careful, careless) = (RedisServer::start(), RedisServer::start());
    let mut policy = redis::cmd("CONFIG");
    policy.arg("SET").arg("maxmemory-policy").arg("allkeys-lru");
    careless.ask(&policy).await;
    let world = World::alone();
    let node = world.node_with(&["--backplane", &careful.url()]).await;
    assert!(!node.log().contains("maxmemory-policy"), "{}", node.log());
    let world = World::alone();
    let mut node = world.node_with(&["--backplane", &careless.url()]).await;
    node.logs(&["WARN", "set maxmemory-policy noeviction", "allkeys-lru"])
        .await;
}
