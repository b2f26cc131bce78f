//! Whose word on addresses is believed.

use reqwest::Response;

use crate::PASSWORD;
use crate::world::{Node, Visitor, World};

/// A guess, as if for somebody at this address.
async fn guesses(node: &Node, nth: usize, forwarded: &str) -> Response {
    let name = format!("name {nth}");
    let request = Visitor::new()
        .request(node, "POST", "/sign-in")
        .header("x-forwarded-for", forwarded)
        .form(&[("name", name.as_str()), ("password", PASSWORD)]);
    request.send().await.expect("an answer")
}

#[tokio::test]
async fn who_guesses_cannot_pretend_to_be_many() {
    let world = World::alone();
    let node = world.node().await;
    let mut slowed = 0;
    for nth in 0..40 {
        let forwarded = format!("192.0.2.{nth}");
        let answer = guesses(&node, nth, &forwarded).await;
        slowed += usize::from(answer.status().as_u16() == 429);
    }
    assert!(slowed > 0, "all from one address");
}

#[tokio::test]
async fn a_trusted_proxys_clients_are_told_apart() {
    let world = World::alone();
    let mut node = world
        .node_with(&["--trusted-proxies", "10.0.0.0/8,127.0.0.1"])
        .await;
    for nth in 0..40 {
        let forwarded = format!("192.0.2.77, 192.0.2.{nth}, 10.0.0.9");
        let answer = guesses(&node, nth, &forwarded).await;
        assert_eq!(answer.status().as_u16(), 422, "guess {nth}");
    }
    node.logs(&["a wrong password", "address=192.0.2.39"]).await;
}
