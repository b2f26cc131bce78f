//! Coming back under a kept name.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use futures_util::future::join_all;

use crate::world::person::location;
use crate::world::{Visitor, World};
use crate::{PASSWORD, account, cookie, is_signed_in, signs_in, tries};

#[tokio::test]
async fn a_kept_name_is_the_same_person_on_every_device_and_node() {
    let world = World::with_redis();
    let (one, two) = (world.node().await, world.node().await);
    let ann = account(&one, "Ann").await;
    let mut here = ann.enters(&one).await;
    let mut there = signs_in(&two, "ANN", PASSWORD).await.enters(&two).await;
    here.says("from my desk").await;
    there.says("from my phone").await;
    here.sees("from my phone").await;
    assert_eq!(here.entries[0].sender, here.entries[1].sender);
    assert_eq!(here.entries[1].name.as_str(), "Ann");
}

#[tokio::test]
async fn of_fifty_who_join_at_once_under_one_name_one_does() {
    let world = World::with_redis();
    let nodes = [world.node().await, world.node().await];
    let joins = |nth: usize| {
        let node = &nodes[nth % 2];
        async move {
            let visitor = Visitor::new();
            let answer = visitor.submits(node, "/join", &[("name", "Ann")]).await;
            answer.status().as_u16()
        }
    };
    let mut answers = join_all((0..50).map(joins)).await;
    answers.sort_unstable();
    assert_eq!((answers[0], &answers[1..]), (303, &[422; 49][..]));
}

#[tokio::test]
async fn the_name_of_an_account_is_never_free_again() {
    let world = World::alone();
    let node = world.node().await;
    let ann = account(&node, "Ann").await;
    ann.submits(&node, "/leave", &[]).await;
    assert!(!is_signed_in(&ann, &node).await);
    for alike in ["Ann", "ann", "Ａnn"] {
        let fields = [("name", alike)];
        let answer = Visitor::new().submits(&node, "/join", &fields).await;
        assert_eq!(answer.status().as_u16(), 422, "{alike}");
    }
    signs_in(&node, "Ann", PASSWORD).await;
}

#[tokio::test]
async fn who_signs_in_gets_a_new_token_and_the_guest_before_is_gone() {
    let world = World::alone();
    let node = world.node().await;
    account(&node, "Ann").await;
    let guest = Visitor::joins(&node, "Guest").await;
    let mut of_guest = guest.enters(&node).await;
    let answer = tries(&guest, &node, "Ann", PASSWORD).await;
    assert_eq!(location(&answer), "/rooms/lobby");
    assert_ne!(cookie(&answer), guest.cookie);
    assert_eq!(of_guest.is_closed().await, 4001);
    assert!(!is_signed_in(&guest, &node).await, "the old cookie is void");
    Visitor::joins(&node, "Guest").await;
}

#[tokio::test]
async fn behind_https_the_cookie_is_for_this_host_and_for_https_alone() {
    let world = World::alone();
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let listen = free.local_addr().expect("an address").to_string();
    drop(free);
    let flags = ["--public-url", "https://chat.example", "--listen", &listen];
    let mut node = world.node_with(&flags).await;
    node.url = format!("http://{listen}"); // where the proxy before it would ask
    let mut ann = Visitor::new();
    let joined = ann.submits(&node, "/join", &[("name", "Ann")]).await;
    let given = joined.headers()["set-cookie"].to_str().expect("text");
    assert!(given.starts_with("__Host-confab="), "{given}");
    for part in [
        "Path=/",
        "HttpOnly",
        "Secure",
        "SameSite=Lax",
        "Max-Age=34560000",
    ] {
        assert!(
            given.split("; ").any(|has| has.starts_with(part)),
            "{given}"
        );
    }
    assert!(!given.contains("Domain"), "{given}");
    ann.cookie = cookie(&joined);
    assert!(is_signed_in(&ann, &node).await);
}

#[tokio::test]
async fn signing_in_leads_where_one_wanted_to_go_and_nowhere_else() {
    let world = World::alone();
    let node = world.node().await;
    account(&node, "Ann").await;
    for (wanted, led) in [
        ("/account", "/account"),
        ("/rooms/lobby?at=5", "/rooms/lobby?at=5"),
        ("https://evil.example", "/rooms/lobby"),
        ("//evil.example", "/rooms/lobby"),
        ("/\\evil.example", "/rooms/lobby"),
        ("/a\r\nx: y", "/rooms/lobby"),
    ] {
        let fields = [("name", "Ann"), ("password", PASSWORD), ("next", wanted)];
        let answer = Visitor::new().submits(&node, "/sign-in", &fields).await;
        assert_eq!(location(&answer), led, "{wanted:?}");
    }
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_get_the_same_answer_in_the_same_time() {
    let world = World::alone();
    let node = world.node().await;
    account(&node, "Ann").await;
    Visitor::joins(&node, "Bob").await; // a guest
    let mut answers = BTreeMap::new();
    for _ in 0..9 {
        for name in ["Ann", "Bob", "Cyd"] {
            let began = Instant::now();
            let answer = tries(&Visitor::new(), &node, name, "not her password").await;
            assert_eq!(answer.status().as_u16(), 422);
            assert!(answer.headers().get("set-cookie").is_none());
            let page = answer.text().await.expect("text");
            let took = began.elapsed();
            let (before, nonce) = page.split_once("nonce").unwrap_or((&page, ""));
            assert_eq!(nonce, "", "the page has no script");
            let page = before.replace(&format!("value=\"{name}\""), "");
            let known = answers.entry(name).or_insert((page.clone(), took));
            assert_eq!(known.0, page);
            known.1 = known.1.min(took);
        }
    }
    let (page, time) = &answers["Ann"];
    assert!(page.contains("do not belong together"), "{page}");
    for name in ["Bob", "Cyd"] {
        let (same, took) = &answers[name];
        assert_eq!(same, page, "{name}");
        assert!(*took * 4 > *time, "{name} in {took:?}, Ann in {time:?}");
    }
}

#[tokio::test]
async fn wrong_passwords_are_slowed_with_the_time_to_wait() {
    let world = World::alone();
    let node = world.node().await;
    account(&node, "Ann").await;
    account(&node, "Bob").await;
    for nth in 0..10 {
        let answer = tries(&Visitor::new(), &node, "Ann", &format!("guess no. {nth}")).await;
        assert_eq!(answer.status().as_u16(), 422, "guess {nth}");
    }
    for password in ["guess no. 11", PASSWORD] {
        let answer = tries(&Visitor::new(), &node, "ann", password).await;
        assert_eq!(answer.status().as_u16(), 429);
        let wait = answer.headers()["retry-after"].to_str().expect("text");
        let wait: u64 = wait.parse().expect("seconds");
        assert!((1..=10).contains(&wait), "{wait}");
        let page = answer.text().await.expect("text");
        assert!(page.contains("Too many attempts. Try again in"), "{page}");
    }
    signs_in(&node, "Bob", PASSWORD).await;
}

#[tokio::test]
async fn a_right_password_is_never_slowed() {
    let world = World::alone();
    let node = world.node().await;
    account(&node, "Ann").await;
    let began = Instant::now();
    for _ in 0..12 {
        signs_in(&node, "Ann", PASSWORD).await;
    }
    assert!(began.elapsed() < Duration::from_secs(10));
}
