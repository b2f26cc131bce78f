//! Who one is, over STOMP.

use serde_json::json;

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
