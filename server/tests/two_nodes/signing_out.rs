//! A sign-out on one node ends the sockets on the other.

use std::time::{Duration, Instant};

use server::store::Token;

use crate::world::{Node, Visitor, World};

/// Another sign-in of the same person, as a second device has; its cookie.
fn second_sign_in(world: &World, visitor: &Visitor) -> Visitor {
    let (cookie, first) = visitor.cookie.split_once('=').expect("a pair");
    let first = Token::received(first).expect("a token").hash();
    let second = Token::random();
    let file = rusqlite::Connection::open(world.folder().join("confab.db")).expect("the log");
    file.busy_timeout(Duration::from_secs(5)).expect("patience");
    let sql = "INSERT INTO sign_in (hash, person, expires)
               SELECT ?1, person, expires FROM sign_in WHERE hash = ?2";
    let added = file.execute(sql, (second.hash(), first));
    assert_eq!(added.expect("a row"), 1);
    let mut other = visitor.clone();
    other.cookie = format!("{cookie}={}", second.reveal());
    other
}

/// Signs out on the first node; how long it took until a socket on the second one was closed for it.
async fn signs_out(nodes: (&Node, &Node), visitor: &mut Visitor) -> Duration {
    let mut there = visitor.enters(nodes.1).await;
    let left = visitor.submits(nodes.0, "/leave", &[]).await;
    let began = Instant::now();
    assert_eq!(left.status().as_u16(), 303);
    assert_eq!(there.is_closed().await, 4001);
    began.elapsed()
}

#[tokio::test]
async fn a_sign_out_ends_the_sign_ins_sockets_on_the_other_node_too() {
    let world = World::with_redis();
    let (one, two) = (world.node().await, world.node().await);
    let mut ann = Visitor::joins(&one, "Ann").await;
    let phone = second_sign_in(&world, &ann);
    let mut of_phone = [phone.enters(&one).await, phone.enters(&two).await];
    let took = signs_out((&one, &two), &mut ann).await;
    assert!(took <= Duration::from_secs(1), "{took:?}");
    for client in &mut of_phone {
        client.says("my other device stays").await;
    }
}

#[tokio::test]
async fn a_sign_out_is_heard_with_redis_away() {
    let mut world = World::with_redis();
    let (one, two) = (world.node().await, world.node().await);
    let mut ann = Visitor::joins(&one, "Ann").await;
    ann.enters(&two).await;
    world.redis().kill();
    let took = signs_out((&one, &two), &mut ann).await;
    assert!(took <= Duration::from_millis(1_500), "{took:?}");
}
