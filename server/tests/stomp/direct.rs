//! What is said to one alone.

use serde_json::json;

use crate::line::Way;
use crate::speaker::Speaker;
use crate::world::{Visitor, World};

async fn tells(speaker: &mut Speaker, destination: &str, body: serde_json::Value) {
    let headers = [("destination", destination)];
    speaker.sends("SEND", &headers, &body.to_string()).await;
}

#[tokio::test]
async fn two_talk_alone_and_nobody_else_hears() {
    let world = World::with_redis();
    let (one, two) = (world.node().await, world.node().await);
    let mut ann = Speaker::enters(&one, Way::Plain, "Ann").await;
    let mut bob = Speaker::enters(&two, Way::Streamed, "Bob").await;
    let mut cyd = Speaker::enters(&one, Way::SockJs, "Cyd").await;
    tells(
        &mut ann,
        "/user/message",
        json!({"recipient": "bob", "content": "one"}),
    )
    .await;
    let told = bob.sees("one").await;
    assert_eq!(told.header("destination"), "/user/queue/messages");
    let said = told.json();
    assert_eq!(
        (&said["sender"], &said["recipient"]),
        (&json!("Ann"), &json!("Bob"))
    );
    tells(
        &mut bob,
        "/user/Ann/queue/messages",
        json!({"message": "two"}),
    )
    .await;
    tells(
        &mut bob,
        "/user/queue/messages",
        json!({"receiverName": "Ann", "text": "three"}),
    )
    .await;
    assert_eq!(
        ann.sees_all_until("three").await,
        ["one", "two", "three"],
        "the own ones too"
    );
    tells(
        &mut ann,
        "/user/message",
        json!({"to": "Bob", "content": "four"}),
    )
    .await;
    assert_eq!(bob.sees_all_until("four").await, ["two", "three", "four"]);
    ann.says("to all").await;
    assert_eq!(cyd.sees_all_until("to all").await, ["to all"]);
}

#[tokio::test]
async fn a_page_and_a_stomp_client_talk_alone() {
    let world = World::alone();
    let node = world.node().await;
    let visitor = Visitor::joins(&node, "Page").await;
    let mut page = visitor.enters(&node).await;
    let mut ann = Speaker::enters(&node, Way::Plain, "Ann").await;
    ann.subscribes("again", "/user/ann/message").await;
    tells(
        &mut ann,
        "/user/message",
        json!({"recipient": "Page", "content": "psst"}),
    )
    .await;
    let room = loop {
        let direct = page
            .rooms
            .keys()
            .find(|room| room.as_str().starts_with("direct-"));
        match direct.cloned() {
            Some(room) => break room,
            None => drop(page.hears().await),
        }
    };
    page.opens(&room).await;
    page.sees("psst").await;
    page.says("yes?").await;
    let own = ann.sees("yes?").await;
    let again = ann.sees("yes?").await;
    assert_eq!(
        (own.header("subscription"), again.header("subscription")),
        ("own", "again")
    );
}

#[tokio::test]
async fn who_is_not_there_cannot_be_told_anything() {
    let world = World::alone();
    let node = world.node().await;
    let mut ann = Speaker::enters(&node, Way::Plain, "Ann").await;
    for (body, reason) in [
        (
            json!({"recipient": "Nobody", "content": "hi"}),
            "person_unknown",
        ),
        (
            json!({"recipient": "Ann", "content": "hi"}),
            "person_unknown",
        ),
        (json!({"recipient": "", "content": "hi"}), "person_unknown"),
        (json!({"content": "hi"}), "malformed"),
    ] {
        tells(&mut ann, "/user/message", body.clone()).await;
        let refused = ann.hears_of("CHAT", "Confab").await;
        assert_eq!(refused.json()["reason"], reason, "{body}");
        assert_eq!(refused.header("subscription"), "own", "{body}");
    }
}

#[tokio::test]
async fn nobody_listens_to_what_is_for_somebody_else() {
    let world = World::alone();
    let node = world.node().await;
    let mut ann = Speaker::enters(&node, Way::Plain, "Ann").await;
    let headers = [("id", "x"), ("destination", "/user/Bob/queue/messages")];
    ann.sends("SUBSCRIBE", &headers, "").await;
    let (error, _) = ann.is_refused().await;
    assert!(
        error.header("message").contains("is not yours"),
        "{error:?}"
    );
    let mut early = Speaker::connects(&node, Way::Plain).await;
    early.sends("SUBSCRIBE", &headers, "").await;
    let name = [("destination", "/app/chat.addUser")];
    early.sends("SEND", &name, r#"{"sender":"Early"}"#).await;
    assert!(early.is_refused().await.0.body.contains("is not yours"));
}

#[tokio::test]
async fn what_programs_tell_is_heard_where_it_is_for() {
    let world = World::alone();
    let node = world.node().await;
    let (is_made, key) = world
        .confab(&["key", "make", "Shop", "--scope", "push"])
        .await;
    assert!(is_made, "{key}");
    let key = key
        .lines()
        .find(|line| line.starts_with("confab_"))
        .expect("the key is printed");
    let mut ann = Speaker::enters(&node, Way::Plain, "Ann").await;
    ann.subscribes("notices", "/topic/room.notices").await;
    let pushes = async |to: serde_json::Value, text: &str| {
        let request = Visitor::new().request(&node, "POST", "/api/v1/push");
        let request = request
            .bearer_auth(key)
            .json(&json!({"to": to, "text": text}));
        let answer = request.send().await.expect("an answer");
        let status = answer.status().as_u16();
        assert!(
            status < 300,
            "{status}: {}",
            answer.text().await.expect("text")
        );
    };
    pushes(json!({"everyone": true}), "to all").await;
    let notice = ann.sees("to all").await;
    assert_eq!(
        (notice.header("subscription"), &notice.json()["sender"]),
        ("notices", &json!("Shop"))
    );
    pushes(json!({"room": "lobby"}), "to the lobby").await;
    assert_eq!(
        ann.sees("to the lobby").await.header("subscription"),
        "lobby"
    );
    ann.says("me").await;
    let me = ann.sees("me").await;
    assert_eq!(me.header("subscription"), "lobby");
}
