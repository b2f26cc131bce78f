//! Rooms besides the lobby, and who may listen there.

use serde_json::json;

use crate::frame::Frame;
use crate::line::Way;
use crate::speaker::Speaker;
use crate::world::person::location;
use crate::world::{Node, Visitor, World};

async fn makes(visitor: &Visitor, node: &Node, name: &str, kind: &str) -> String {
    let fields = [("name", name), ("kind", kind)];
    let answer = visitor.submits(node, "/rooms/new", &fields).await;
    let room = location(&answer).strip_prefix("/rooms/").expect("a room");
    room.to_owned()
}

async fn refusal(node: &Node, visitor: &Visitor, destination: &str) -> Frame {
    let (mut speaker, _) = Speaker::connects_with(node, Way::Plain, visitor).await;
    // Not before it is known who this is.
    speaker.subscribes("lobby", "/topic/public").await;
    speaker
        .hears_until(|frame| (frame.verb == "MESSAGE").then_some(()))
        .await;
    speaker
        .sends(
            "SUBSCRIBE",
            &[("id", "r"), ("destination", destination), ("receipt", "x")],
            "",
        )
        .await;
    speaker.is_refused().await.0
}

#[tokio::test]
async fn who_listens_to_a_public_room_is_in_it() {
    let world = World::alone();
    let node = world.node().await;
    let owner = Visitor::joins(&node, "Owner").await;
    let garden = makes(&owner, &node, "Garden", "public").await;
    let mut page = owner.enters(&node).await;
    page.opens(&garden.parse().expect("an id")).await;
    page.says("before").await;
    let mut ann = Speaker::enters(&node, Way::SockJs, "Ann").await;
    let topic = format!("/topic/room.{garden}");
    ann.subscribes("garden", &topic).await;
    let body = json!({"content": "hi", "room": garden}).to_string();
    ann.sends("SEND", &[("destination", "/app/chat.sendMessage")], &body)
        .await;
    page.sees("hi").await;
    page.says("welcome").await;
    assert_eq!(ann.sees_all_until("welcome").await, ["hi", "welcome"]);
    ann.sends(
        "SEND",
        &[("destination", &topic)],
        r#"{"content":"thanks"}"#,
    )
    .await;
    let message = ann.sees("thanks").await;
    assert_eq!(
        (
            message.header("destination"),
            message.header("subscription")
        ),
        (topic.as_str(), "garden")
    );
}

#[tokio::test]
async fn a_room_one_may_not_see_is_answered_as_one_that_is_not_there() {
    let world = World::alone();
    let node = world.node().await;
    let owner = Visitor::joins(&node, "Owner").await;
    let hidden = makes(&owner, &node, "Hidden", "private").await;
    let (there, nowhere) = (
        format!("/topic/room.{hidden}"),
        "/topic/room.nowhere-at-all",
    );
    let stranger = Visitor::joins(&node, "Stranger").await;
    let one = refusal(&node, &stranger, &there).await;
    let other = refusal(&node, &stranger, nowhere).await;
    assert_eq!(
        one.body.replace(&there, ""),
        other.body.replace(nowhere, "")
    );
    assert!(one.body.contains("no such room"), "{one:?}");
    assert_eq!(one.header("receipt-id"), "x");
    let ended = refusal(&node, &stranger, "/topic/room.inbox-0123456789abcdef").await;
    assert!(ended.body.contains("no such room"), "{ended:?}");

    // The same before it is known who listens, and for what is said there.
    let mut early = Speaker::connects(&node, Way::Plain).await;
    early.subscribes("r", &there).await;
    early
        .sends(
            "SEND",
            &[("destination", "/app/chat.addUser")],
            r#"{"sender":"Early"}"#,
        )
        .await;
    assert!(early.is_refused().await.0.body.contains("no such room"));
    let mut ann = Speaker::enters(&node, Way::Plain, "Ann").await;
    for place in [there.as_str(), nowhere] {
        ann.sends("SEND", &[("destination", place)], r#"{"content":"hi"}"#)
            .await;
        let refused = ann.hears_of("CHAT", "Confab").await;
        assert_eq!(refused.json()["reason"], "room_unknown", "{place}");
    }
}

#[tokio::test]
async fn who_is_let_into_a_private_room_hears_it_from_then_on_until_put_out() {
    let world = World::alone();
    let node = world.node().await;
    let owner = Visitor::joins(&node, "Owner").await;
    let room = makes(&owner, &node, "Hidden", "private").await;
    let mut page = owner.enters(&node).await;
    page.opens(&room.parse().expect("an id")).await;
    page.says("secret").await;
    let guest = Visitor::joins(&node, "Ann").await;
    let (mut ann, _) = Speaker::connects_with(&node, Way::Plain, &guest).await;
    ann.subscribes("lobby", "/topic/public").await;
    ann.hears_of("JOIN", "Ann").await;
    let added = owner
        .submits(&node, &format!("/rooms/{room}/invite"), &[("name", "Ann")])
        .await;
    assert_eq!(added.status().as_u16(), 303, "{added:?}");
    let body = json!({"content": "may I?"}).to_string();
    let topic = format!("/topic/room.{room}");
    // In it as soon as the store says so, whatever has been told yet.
    ann.sends("SEND", &[("destination", &topic)], &body).await;
    page.sees("may I?").await;
    ann.subscribes("hidden", &topic).await;
    page.says("welcome").await;
    let seen = ann.sees_all_until("welcome").await;
    assert!(!seen.contains(&"secret".to_owned()), "{seen:?}");
    let said = page.entries.iter().find(|entry| entry.body == "may I?");
    let id = said.expect("it was seen").sender.to_string();
    let removed = owner
        .submits(&node, &format!("/rooms/{room}/remove"), &[("user", &id)])
        .await;
    assert_eq!(removed.status().as_u16(), 303, "{removed:?}");
    let gone = ann.hears_of("LEAVE", "Ann").await;
    assert_eq!(gone.header("subscription"), "hidden");
    page.says("alone again").await;
    page.sees("alone again").await;
    ann.says("in the lobby").await;
    assert!(
        !ann.sees_all_until("in the lobby")
            .await
            .contains(&"alone again".to_owned())
    );
}
