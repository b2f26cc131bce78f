//! Signals: told to whoever is there, and stored nowhere.

use protocol::{Event, Kind, Signal};
use serde_json::{Value, json};

use crate::listening::Stream;
use crate::program::{Answer, Program, id_of};
use crate::world::{Client, Node, Visitor, World};

fn signal(to: Value) -> Value {
    json!({ "to": to, "signal": true, "type": "fetch-again", "data": { "document": 7 } })
}

async fn signals(program: &Program, node: &Node, to: Value) -> Value {
    let answer = program.posts(node, "/api/v1/push", signal(to)).await;
    assert_eq!(answer.status, 200, "{}", answer.json);
    assert_eq!(answer.json["stored"], json!([]));
    answer.json
}

/// The next signal somebody is told.
async fn hears(client: &mut Client) -> Signal {
    client
        .hears_until(|event| match event {
            Event::Signal(signal) => Some(signal.clone()),
            _ => None,
        })
        .await
}

#[tokio::test]
async fn a_signal_is_heard_by_those_it_is_for_on_every_node() {
    let world = World::with_redis();
    let (one, two) = (world.node().await, world.node().await);
    let ann = Visitor::joins(&one, "Ann").await;
    let bob = Visitor::joins(&two, "Bob").await;
    let program = Program::new(&world, "Ops", "push,online", &[]).await;
    let id = id_of(&program, &one, "Ann").await;
    let mut tabs = [ann.enters(&one).await, ann.enters(&two).await];
    let mut of_bob = bob.enters(&two).await;

    let told = signals(&program, &one, json!({ "user": id })).await;
    assert_eq!(told["signalled"], json!([{ "user": id, "sessions": 2 }]));
    let enclosed = json!({ "type": "fetch-again", "data": { "document": 7 } });
    for tab in &mut tabs {
        let heard = hears(tab).await;
        assert_eq!((heard.name.as_str(), heard.room), ("Ops", None));
        assert_eq!(
            serde_json::to_value(heard.enclosed).expect("JSON"),
            enclosed
        );
    }
    for (to, room) in [
        (json!({ "room": "lobby" }), "lobby"),
        (json!({ "everyone": true }), "notices"),
    ] {
        let told = signals(&program, &two, to).await;
        assert_eq!(told["signalled"], json!([{ "room": room, "sessions": 3 }]));
        // Bob's first one is that to the lobby: what was for Ann he was not told.
        for tab in tabs.iter_mut().chain([&mut of_bob]) {
            let heard = hears(tab).await.room.expect("it is to a room");
            assert_eq!(heard.as_str(), room);
        }
    }
}

#[tokio::test]
async fn a_signal_is_stored_nowhere() {
    let world = World::alone();
    let node = world.node().await;
    let ann = Visitor::joins(&node, "Ann").await;
    let program = Program::new(&world, "Ops", "push,online,listen", &[]).await;
    let id = id_of(&program, &node, "Ann").await;
    let mut tab = ann.enters(&node).await;
    let mut stream = Stream::open(&program, &node, "lobby", None).await;
    tab.says("before").await;
    let (place, before) = stream.hears_entry("before").await;
    signals(&program, &node, json!({ "room": "lobby" })).await;
    let (no_place, heard) = stream.hears("signal").await;
    assert_eq!(no_place, "");
    let heard: Value = serde_json::from_str(&heard).expect("JSON");
    assert_eq!(heard["enclosed"]["data"], json!({ "document": 7 }));
    assert_eq!(
        (&heard["room"], &heard["name"]),
        (&json!("lobby"), &json!("Ops"))
    );
    drop(stream);
    tab.says("after").await;
    let mut stream = Stream::open(&program, &node, "lobby", Some(&place)).await;
    let (_, after) = stream.hears_entry("after").await;
    assert_eq!(after.seq, before.seq + 1, "the signal has no place");

    // Nobody is there, and who comes finds nothing.
    let told = signals(&program, &node, json!({ "users": [id] })).await;
    assert_eq!(told["signalled"], json!([{ "user": id, "sessions": 1 }]));
    hears(&mut tab).await;
    drop(tab);
    let late = ann.enters(&node).await;
    let is_said = |kind: Kind| matches!(kind, Kind::Posted);
    assert!(late.entries.iter().all(|entry| is_said(entry.kind)));
    assert_eq!(late.rooms.len(), 1, "no room was made for it");
}

#[tokio::test]
async fn a_signal_may_say_something_and_reaches_nobody_who_is_away() {
    let world = World::alone();
    let node = world.node().await;
    Visitor::joins(&node, "Ann").await;
    let program = Program::new(&world, "Ops", "push,online", &[]).await;
    let id = id_of(&program, &node, "Ann").await;
    let push = json!({ "to": { "users": [id, "nobody"] }, "signal": true, "text": "Look!" });
    let told = program.posts(&node, "/api/v1/push", push).await;
    let reached = json!([{ "user": id, "sessions": 0 }]);
    let told = (&told.json["signalled"], &told.json["unknown"]);
    assert_eq!(told, (&reached, &json!(["nobody"])));
}

#[tokio::test]
async fn a_signal_that_cannot_be_told_is_refused_and_why_is_said() {
    let world = World::alone();
    let node = world.node().await;
    let program = Program::new(&world, "Ops", "push", &[]).await;
    let bound = Program::new(&world, "Bound", "push", &["tea"]).await;
    let asks = Program::new(&world, "Asks", "online", &[]).await;
    let refused = |answer: Answer, status: u16, says: &str| {
        assert_eq!(answer.status, status, "{}", answer.json);
        assert!(answer.detail().contains(says), "{}", answer.json);
    };
    let path = "/api/v1/push";
    let lobby = || signal(json!({ "room": "lobby" }));
    let keyed = program.posts_as(&node, path, "k-1", lobby()).await;
    refused(keyed, 422, "takes no Idempotency-Key");
    for to in [json!({ "user": "nobody" }), json!({ "room": "nowhere" })] {
        let answer = program.posts(&node, path, signal(to)).await;
        assert_eq!(answer.json["unknown"].as_array().map(Vec::len), Some(1));
        refused(answer, 404, "there is no");
    }
    refused(
        bound.posts(&node, path, lobby()).await,
        404,
        "there is no room lobby",
    );
    let everyone = signal(json!({ "everyone": true }));
    refused(
        bound.posts(&node, path, everyone).await,
        403,
        "some rooms alone",
    );
    refused(asks.posts(&node, path, lobby()).await, 403, "no scope push");
    let long = json!({ "to": { "room": "lobby" }, "signal": true, "text": "x".repeat(4_001) });
    refused(
        program.posts(&node, path, long).await,
        422,
        "4,000 characters",
    );
}
