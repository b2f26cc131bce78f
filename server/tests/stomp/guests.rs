//! Who one is, over STOMP.

use std::time::Duration;

use serde_json::json;
use server::store::VISIT_TIME;
use tokio::time::{interval, timeout};

use crate::line::Way;
use crate::speaker::Speaker;
use crate::world::{Visitor, World};

const NAME: [(&str, &str); 1] = [("destination", "/app/chat.addUser")];

#[tokio::test]
async fn without_a_name_one_is_nobody() {
    let world = World::alone();
    let node = world.node().await;
    let mut page = Visitor::joins(&node, "Page").await.enters(&node).await;
    let mut nobody = Speaker::connects(&node, Way::Plain).await;
    nobody.subscribes("lobby", "/topic/public").await;
    page.says("not for everybody").await;
    nobody.says("hi").await;
    let refused = nobody.hears_of("CHAT", "Confab").await;
    assert!(refused.body.contains("/app/chat.addUser"), "{refused:?}");
    nobody.sends("SEND", &NAME, r#"{"sender":"Ann"}"#).await;
    page.is_told("Ann", true).await;
    page.says("for Ann as well").await;
    assert_eq!(
        nobody.sees_all_until("for Ann as well").await,
        ["for Ann as well"]
    );
}

#[tokio::test]
async fn a_taken_name_is_answered_with_what_to_do_and_another_one_is_taken() {
    let world = World::alone();
    let node = world.node().await;
    let _page = Visitor::joins(&node, "Ann").await;
    let mut ann = Speaker::connects(&node, Way::SockJs).await;
    ann.subscribes("lobby", "/topic/public").await;
    for (name, reason) in [
        ("Ann", "name_taken"),
        ("ann", "name_taken"),
        ("", "name_empty"),
        ("Admin", "name_reserved"),
        (&"x".repeat(33), "name_too_long"),
    ] {
        ann.sends("SEND", &NAME, &json!({"sender": name}).to_string())
            .await;
        let refused = ann.hears_of("CHAT", "Confab").await.json();
        assert_eq!(refused["reason"], reason, "{name}");
        let says = refused["content"].as_str().expect("a text");
        assert!(
            says.contains("hoose a") || reason == "name_too_long",
            "{says}"
        );
    }
    ann.is_called("Ann Two").await;
    ann.sends("SEND", &NAME, r#"{"sender":"Zed"}"#).await;
    ann.says("who am I?").await;
    assert_eq!(
        ann.sees("who am I?").await.json()["sender"],
        "Ann Two",
        "a later name is left alone"
    );
}

#[tokio::test]
async fn a_taken_name_is_an_error_for_who_listens_to_nothing() {
    let world = World::alone();
    let node = world.node().await;
    let _page = Visitor::joins(&node, "Ann").await;
    let mut ann = Speaker::connects(&node, Way::Plain).await;
    ann.sends("SEND", &NAME, r#"{"sender":"Ann"}"#).await;
    let (error, _) = ann.is_refused().await;
    assert!(
        error.header("message").contains("Choose another"),
        "{error:?}"
    );
}

#[tokio::test]
async fn with_the_sites_cookie_one_is_that_person_at_once() {
    let world = World::alone();
    let node = world.node().await;
    let visitor = Visitor::joins(&node, "Ann").await;
    for way in Way::ALL {
        let (mut ann, connected) = Speaker::connects_with(&node, way, &visitor).await;
        assert_eq!(connected.header("user-name"), "Ann", "{way:?}");
        ann.subscribes("lobby", "/topic/public").await;
        ann.hears_of("JOIN", "Ann").await;
        ann.sends("SEND", &NAME, r#"{"sender":"Zed","type":"JOIN"}"#)
            .await;
        ann.says("it is me").await;
        assert_eq!(
            ann.sees("it is me").await.json()["sender"],
            "Ann",
            "{way:?}"
        );
    }
    let mut page = visitor.enters(&node).await;
    page.says("still signed in").await;
    let mut stranger = Visitor::new();
    stranger.cookie = "confab=nonsense".to_owned();
    let (_, connected) = Speaker::connects_with(&node, Way::Plain, &stranger).await;
    assert_eq!(connected.header("user-name"), "");
}

#[tokio::test]
async fn guests_of_one_address_are_limited_whichever_door_they_take() {
    let world = World::alone();
    let node = world.node_with(&["--joins-per-address", "2"]).await;
    let _page = Visitor::joins(&node, "Page").await;
    let mut ann = Speaker::enters(&node, Way::Plain, "Ann").await;
    let mut bob = Speaker::connects(&node, Way::Plain).await;
    bob.subscribes("lobby", "/topic/public").await;
    bob.sends("SEND", &NAME, r#"{"sender":"Bob"}"#).await;
    let refused = bob.hears_of("CHAT", "Confab").await;
    assert_eq!(refused.json()["reason"], "rate_limited");
    assert!(refused.body.contains("Try again in"), "{refused:?}");
    ann.says("alone").await;
    ann.sees("alone").await;
}

#[tokio::test]
async fn a_guests_name_is_free_again_when_the_connection_has_ended() {
    let world = World::alone();
    let node = world.node().await;
    let mut ann = Speaker::enters(&node, Way::Streamed, "Ann").await;
    ann.says("hi").await;
    ann.sees("hi").await;
    drop(ann);
    let mut bob = Speaker::enters(&node, Way::Plain, "Bob").await;
    bob.hears_of("LEAVE", "Ann").await;
    Visitor::joins(&node, "Ann").await;
}

#[tokio::test]
async fn who_was_a_guest_of_a_killed_node_comes_again_and_nobody_takes_the_name_of_a_living_one() {
    let world = World::with_redis();
    let flags = ["--joins-per-address", "1000"];
    let (one, two) = (world.node_with(&flags).await, world.node_with(&flags).await);
    // He comes before her, so that his time would be up before hers.
    let mut bob = Speaker::enters(&two, Way::Plain, "Bob").await;
    let ann = Speaker::enters(&one, Way::SockJs, "Ann").await;
    one.kill().await;
    drop(ann);
    let again = async {
        let mut seconds = interval(Duration::from_secs(1));
        let mut nth = 0;
        loop {
            seconds.tick().await;
            // Who does not listen is taken for dead.
            bob.says(&format!("still here {nth}")).await;
            bob.sees(&format!("still here {nth}")).await;
            nth += 1;
            let mut ann = Speaker::connects(&two, Way::Plain).await;
            ann.subscribes("lobby", "/topic/public").await;
            if ann.may_be_called("Ann").await {
                return ann;
            }
        }
    };
    let mut ann = timeout(4 * VISIT_TIME, again)
        .await
        .expect("the name is free in time");
    ann.says("it is me").await;
    assert_eq!(ann.sees("it is me").await.json()["sender"], "Ann");
    let mut other = Speaker::connects(&two, Way::SockJs).await;
    other.subscribes("lobby", "/topic/public").await;
    for name in ["Bob", "Ann"] {
        assert!(!other.may_be_called(name).await, "{name} is here");
    }
}
