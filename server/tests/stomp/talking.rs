//! The talk in the lobby.

use protocol::limits;
use serde_json::json;

use crate::frame::Told;
use crate::line::Way;
use crate::speaker::Speaker;
use crate::world::{Visitor, World};

#[tokio::test]
async fn everybody_hears_everybody_once_and_in_order_whichever_way_they_came() {
    let world = World::with_redis();
    let (one, two) = (world.node().await, world.node().await);
    let mut people = Vec::new();
    for (nth, way) in Way::ALL.into_iter().enumerate() {
        let node = if nth % 2 == 0 { &one } else { &two };
        people.push(Speaker::enters(node, way, &format!("{way:?}")).await);
    }
    let mut page = Visitor::joins(&one, "Page").await.enters(&one).await;
    let mut all = Vec::new();
    for round in 0..3 {
        for (nth, way) in Way::ALL.into_iter().enumerate() {
            let said = format!("{way:?} says {round}: \"é\n\\\"");
            people[nth].says(&said).await;
            page.sees(&said).await;
            all.push(said);
        }
    }
    page.says("the page, too").await;
    page.sees("the page, too").await;
    all.push("the page, too".to_owned());
    for (person, way) in people.iter_mut().zip(Way::ALL) {
        assert_eq!(person.sees_all_until("the page, too").await, all, "{way:?}");
    }
    assert_eq!(page.bodies(), all);
}

#[tokio::test]
async fn a_message_tells_who_said_it_and_where() {
    let world = World::alone();
    let node = world.node().await;
    let mut ann = Speaker::enters(&node, Way::Plain, "Ann").await;
    ann.says("hi").await;
    let message = ann.sees("hi").await;
    assert_eq!(message.header("destination"), "/topic/public");
    assert_eq!(message.header("subscription"), "lobby");
    assert_eq!(message.header("message-id"), "lobby-1");
    assert_eq!(message.header("content-type"), "application/json");
    let said = message.json();
    assert_eq!(
        (&said["type"], &said["sender"]),
        (&json!("CHAT"), &json!("Ann"))
    );
    assert_eq!((&said["room"], &said["seq"]), (&json!("lobby"), &json!(1)));
    assert!(said["timestamp"].is_u64(), "{said}");
}

#[tokio::test]
async fn the_usual_ways_to_say_something_all_say_it() {
    let world = World::alone();
    let node = world.node().await;
    let mut ann = Speaker::enters(&node, Way::Plain, "Ann").await;
    for (nth, (destination, field)) in [
        ("/app/chat.sendMessage", "content"),
        ("/app/chat.sendMessage", "text"),
        ("/topic/public", "message"),
        ("/app/room.lobby", "content"),
    ]
    .into_iter()
    .enumerate()
    {
        let said = format!("{nth}");
        let body = json!({field: said, "from": "Zed"}).to_string();
        ann.sends("SEND", &[("destination", destination)], &body)
            .await;
        assert_eq!(ann.sees(&said).await.json()["sender"], "Ann");
    }
}

#[tokio::test]
async fn who_comes_and_who_goes_is_told_once() {
    let world = World::alone();
    let node = world.node().await;
    let mut ann = Speaker::enters(&node, Way::SockJs, "Ann").await;
    let bob = Speaker::enters(&node, Way::Streamed, "Bob").await;
    let joined = ann.hears_of("JOIN", "Bob").await;
    assert_eq!(joined.header("destination"), "/topic/public");
    let mut page = Visitor::joins(&node, "Page").await.enters(&node).await;
    ann.hears_of("JOIN", "Page").await;
    drop(bob);
    ann.hears_of("LEAVE", "Bob").await;
    page.is_told("Bob", false).await;
    page.leaves().await;
    ann.hears_of("LEAVE", "Page").await;
}

#[tokio::test]
async fn who_loads_the_page_again_is_the_same_name_and_has_not_left() {
    let world = World::alone();
    let node = world.node().await;
    let mut ann = Speaker::enters(&node, Way::Plain, "Ann").await;
    let mut bob = Speaker::enters(&node, Way::Plain, "Bob").await;
    ann.hears_of("JOIN", "Bob").await;
    bob.sends("DISCONNECT", &[("receipt", "bye")], "").await;
    bob.has_receipt("bye").await;
    bob.is_closed().await;
    let mut again = loop {
        let mut again = Speaker::connects(&node, Way::Plain).await;
        again.subscribes("lobby", "/topic/public").await;
        let join = json!({"sender": "Bob"}).to_string();
        again
            .sends("SEND", &[("destination", "/app/chat.addUser")], &join)
            .await;
        // The name is free as soon as the connection before has ended.
        let told = again.hears_until(|frame| (frame.verb == "MESSAGE").then(|| frame.json()));
        if told.await["type"] == "JOIN" {
            break again;
        }
    };
    let mut cyd = Speaker::enters(&node, Way::Plain, "Cyd").await;
    ann.hears_of("JOIN", "Cyd").await;
    again.says("back").await;
    drop(cyd);
    cyd = Speaker::connects(&node, Way::Plain).await;
    // Cyd is told as gone after Bob would have been.
    let mut told = Vec::new();
    while told.last().map(String::as_str) != Some("LEAVE Cyd") {
        let next = ann.hears_until(|frame| (frame.verb == "MESSAGE").then(|| frame.json()));
        let next = next.await;
        told.push(format!(
            "{} {}",
            next["type"].as_str().expect("a type"),
            next["sender"].as_str().expect("a name")
        ));
    }
    assert_eq!(told, ["CHAT Bob", "LEAVE Cyd"]);
    drop(cyd);
}

#[tokio::test]
async fn receipts_come_when_it_is_done() {
    let world = World::alone();
    let node = world.node().await;
    let mut ann = Speaker::enters(&node, Way::Plain, "Ann").await;
    let body = json!({"content": "hi"}).to_string();
    let headers = [("destination", "/app/chat.sendMessage"), ("receipt", "s1")];
    ann.sends("SEND", &headers, &body).await;
    let mut told = [ann.hears().await, ann.hears().await];
    told.sort_by(|one, other| one.verb.cmp(&other.verb));
    assert_eq!(
        (told[0].verb.as_str(), told[1].verb.as_str()),
        ("MESSAGE", "RECEIPT")
    );
    assert_eq!(told[1].header("receipt-id"), "s1");
    ann.sends("UNSUBSCRIBE", &[("id", "lobby"), ("receipt", "u1")], "")
        .await;
    ann.has_receipt("u1").await;
    ann.says("unheard").await;
    for nth in 0..5 {
        let body = json!({"content": format!("last {nth}")}).to_string();
        ann.sends("SEND", &[("destination", "/topic/public")], &body)
            .await;
    }
    ann.sends("DISCONNECT", &[("receipt", "bye")], "").await;
    let Told::Frame(receipt) = ann.is_told().await else {
        panic!("no receipt");
    };
    assert_eq!(
        (receipt.verb.as_str(), receipt.header("receipt-id")),
        ("RECEIPT", "bye")
    );
    assert_eq!(ann.is_closed().await, 1000);
    let late = Visitor::joins(&node, "Late").await.enters(&node).await;
    assert_eq!(
        late.bodies().last(),
        Some(&"last 4"),
        "what was sent before is stored"
    );
}

#[tokio::test]
async fn what_is_not_stored_is_told_where_a_page_shows_it() {
    let world = World::alone();
    let node = world.node().await;
    let mut ann = Speaker::enters(&node, Way::Plain, "Ann").await;
    ann.says("").await;
    let refused = ann.hears_of("CHAT", "Confab").await;
    assert_eq!(refused.header("destination"), "/topic/public");
    assert_eq!(refused.json()["reason"], "body_empty");
    ann.says(&"x".repeat(limits::BODY_CHARS_MAX + 1)).await;
    let refused = ann.hears_of("CHAT", "Confab").await;
    assert_eq!(refused.json()["reason"], "body_too_long");
    ann.sends("SEND", &[("destination", "/app/chat.sendMessage")], "hi")
        .await;
    let refused = ann.hears_of("CHAT", "Confab").await;
    assert!(refused.body.contains("JSON object such as"), "{refused:?}");
    ann.subscribes("errors", "/user/queue/errors").await;
    let body = json!({"content": 1}).to_string();
    ann.sends("SEND", &[("destination", "/app/chat.sendMessage")], &body)
        .await;
    let refused = ann.hears_of("ERROR", "Confab").await;
    assert_eq!(refused.header("destination"), "/user/queue/errors");
    ann.says("still here").await;
    ann.sees("still here").await;
}

#[tokio::test]
async fn who_says_too_much_at_once_is_told_when_to_go_on() {
    let world = World::alone();
    let node = world.node().await;
    let mut ann = Speaker::enters(&node, Way::Plain, "Ann").await;
    for nth in 0..3 * limits::SENDS_BURST {
        ann.says(&format!("{nth}")).await;
    }
    let refused = ann.hears_of("CHAT", "Confab").await;
    assert_eq!(refused.json()["reason"], "rate_limited");
    assert!(refused.body.contains("Try again in 1 s"), "{refused:?}");
}

#[tokio::test]
async fn a_refused_send_that_wants_a_receipt_gets_an_error_with_it() {
    let world = World::alone();
    let node = world.node().await;
    let mut ann = Speaker::enters(&node, Way::Plain, "Ann").await;
    let headers = [("destination", "/app/chat.sendMessage"), ("receipt", "r")];
    ann.sends("SEND", &headers, r#"{"content":""}"#).await;
    let (error, code) = ann.is_refused().await;
    assert_eq!((error.header("receipt-id"), code), ("r", 1002));
    assert!(error.header("message").contains("empty"), "{error:?}");
}
