//! Whose word on addresses is believed, and what one address may do.

use futures_util::future::join_all;
use reqwest::Response;

use crate::world::person::location;
use crate::world::{Node, Visitor, World};
use crate::{PASSWORD, account, keeps, tries};

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

/// Sends a form as if from this address.
async fn sends(node: &Node, path: &str, forwarded: &str, fields: &[(&str, &str)]) -> Response {
    let request = Visitor::new()
        .request(node, "POST", path)
        .header("accept", "text/html")
        .header("x-forwarded-for", forwarded);
    request.form(fields).send().await.expect("an answer")
}

/// Whether it is told when to come again, in the head and in words.
async fn is_told_to_wait(answer: Response, secs_max: u64) {
    assert_eq!(answer.status().as_u16(), 429);
    assert!(answer.headers().get("set-cookie").is_none());
    let wait = answer.headers()["retry-after"].to_str().expect("text");
    let wait: u64 = wait.parse().expect("seconds");
    assert!((1..=secs_max).contains(&wait), "{wait}");
    let page = answer.text().await.expect("text");
    assert!(page.contains("Too many attempts. Try again in"), "{page}");
}

#[tokio::test]
async fn one_address_brings_so_many_guests_and_no_more() {
    let world = World::alone();
    let flags = ["--joins-per-address", "3", "--trusted-proxies", "127.0.0.1"];
    let node = world.node_with(&flags).await;
    let joins = async |name: &str, from: &str| sends(&node, "/join", from, &[("name", name)]).await;
    for name in ["one", "two", "three"] {
        assert_eq!(location(&joins(name, "192.0.2.1").await), "/rooms/lobby");
    }
    is_told_to_wait(joins("four", "192.0.2.1").await, 20).await;
    assert_eq!(location(&joins("four", "192.0.2.2").await), "/rooms/lobby");
    for name in ["five", "six", "seven"] {
        let from = format!("2001:db8::{}", name.len());
        assert_eq!(location(&joins(name, &from).await), "/rooms/lobby");
    }
    is_told_to_wait(joins("eight", "2001:db8::77").await, 20).await;
    assert_eq!(joins(" ", "192.0.2.1").await.status().as_u16(), 422);
}

#[tokio::test]
async fn one_address_keeps_so_many_passwords_at_once_and_no_more() {
    let world = World::alone();
    let node = world.node().await;
    let mut guests = Vec::new();
    for nth in 0..40 {
        guests.push(Visitor::joins(&node, &format!("guest {nth}")).await);
    }
    let kept = join_all(guests.iter().map(|guest| keeps(guest, &node, PASSWORD))).await;
    let (kept, slowed): (Vec<_>, Vec<_>) = kept
        .into_iter()
        .partition(|answer| location(answer) == "/account?done=kept");
    assert!(kept.len() >= 30, "{} are kept", kept.len());
    assert!(!slowed.is_empty(), "all from one address");
    for answer in slowed {
        is_told_to_wait(answer, 2).await;
    }
}

#[tokio::test]
async fn who_guesses_is_not_in_the_owners_way() {
    let world = World::alone();
    let node = world.node_with(&["--trusted-proxies", "127.0.0.1"]).await;
    let ann = account(&node, "Ann").await;
    let tries_from = async |from: &str, password: &str| {
        let fields = [("name", "Ann"), ("password", password)];
        sends(&node, "/sign-in", from, &fields).await
    };
    for nth in 0..10 {
        let guessed = tries_from("192.0.2.1", &format!("guess no. {nth}")).await;
        assert_eq!(guessed.status().as_u16(), 422, "guess {nth}");
    }
    is_told_to_wait(tries_from("192.0.2.1", PASSWORD).await, 10).await;
    let elsewhere = tries_from("192.0.2.2", PASSWORD).await;
    assert_eq!(location(&elsewhere), "/rooms/lobby");

    // Who is signed in changes the password even where the guesses come from.
    for nth in 0..10 {
        tries(&Visitor::new(), &node, "Ann", &format!("guess no. {nth}")).await;
    }
    is_told_to_wait(tries(&Visitor::new(), &node, "Ann", PASSWORD).await, 10).await;
    let fields = [("current", PASSWORD), ("password", "a cow in the bath")];
    let changed = ann.submits(&node, "/account/password", &fields).await;
    assert_eq!(location(&changed), "/account?done=changed");
}
