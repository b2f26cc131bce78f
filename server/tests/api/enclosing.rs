//! What programs enclose in what they say, for programs.

use protocol::{Entry, Event, limits};
use serde_json::{Value, json};

use crate::listening::Stream;
use crate::program::{Answer, Program};
use crate::world::{Node, Visitor, World};

fn deploy() -> Value {
    json!({ "type": "deploy.done", "data": { "version": "1.2", "hosts": [1, 2.5, null, "é\n"] } })
}

/// Says it in the lobby.
async fn push(program: &Program, node: &Node, key: &str, more: &Value) -> Answer {
    let mut push = json!({ "to": { "room": "lobby" }, "text": "Deployed." });
    let fields = more.as_object().expect("fields").clone();
    push.as_object_mut().expect("fields").extend(fields);
    program.posts_as(node, "/api/v1/push", key, push).await
}

fn enclosed(entry: &Entry) -> Value {
    serde_json::to_value(&entry.enclosed).expect("JSON")
}

#[tokio::test]
async fn what_a_program_encloses_comes_with_its_notice_wherever_that_is_read() {
    let world = World::with_redis();
    let (one, two) = (world.node().await, world.node().await);
    let ann = Visitor::joins(&one, "Ann").await;
    let program = Program::new(&world, "Ops", "push,listen", &[]).await;
    let mut tabs = [ann.enters(&one).await, ann.enters(&two).await];
    let mut stream = Stream::open(&program, &two, "lobby", None).await;
    let told = push(&program, &one, "k-0", &json!({})).await;
    assert_eq!(told.status, 200, "{}", told.json);
    let (before, _) = stream.hears_entry("Deployed.").await;
    assert_eq!(push(&program, &one, "k-1", &deploy()).await.status, 200);

    let (_, heard) = stream.hears_entry("Deployed.").await;
    assert_eq!(enclosed(&heard), deploy());
    for tab in &mut tabs {
        let is_it = |event: &Event| match event {
            Event::Entry(entry) if entry.seq == heard.seq => Some(entry.clone()),
            _ => None,
        };
        assert_eq!(tab.hears_until(is_it).await, heard);
    }
    let mut again = Stream::open(&program, &one, "lobby", Some(&before)).await;
    assert_eq!(again.hears_entry("Deployed.").await.1, heard);
    let late = ann.enters(&two).await;
    let shown = late.entries.iter().find(|entry| entry.seq == heard.seq);
    assert_eq!(shown, Some(&heard));
    let page = ann.gets(&one, "/rooms/lobby/entries").await;
    let page: Value = page.json().await.expect("JSON");
    let last = page["entries"]
        .as_array()
        .and_then(|entries| entries.last());
    assert_eq!(last.expect("an entry")["enclosed"], deploy());
}

#[tokio::test]
async fn a_resend_with_something_else_enclosed_is_another_push() {
    let world = World::alone();
    let node = world.node().await;
    let program = Program::new(&world, "Ops", "push", &[]).await;
    let first = push(&program, &node, "k-1", &deploy()).await;
    assert_eq!(first.json["stored"][0]["repeated"], false, "{}", first.json);
    let again = push(&program, &node, "k-1", &deploy()).await;
    assert_eq!(again.json["stored"][0]["repeated"], true, "{}", again.json);
    for other in [
        json!({}),
        json!({ "type": "deploy.done" }),
        json!({ "type": "deploy.done", "data": { "version": "1.3" } }),
        json!({ "data": deploy()["data"] }),
    ] {
        let refused = push(&program, &node, "k-1", &other).await;
        let reason = &refused.json["reason"];
        assert_eq!((refused.status, reason), (409, &json!("cid_conflict")));
    }
}

#[tokio::test]
async fn what_is_enclosed_has_its_form_and_its_size() {
    let world = World::alone();
    let node = world.node().await;
    let program = Program::new(&world, "Ops", "push", &[]).await;
    let most = limits::DATA_BYTES_MAX;
    let text = |bytes: usize| json!({ "data": "x".repeat(bytes - 2) });
    for (nth, fit) in [
        json!({ "type": "x".repeat(64) }),
        json!({ "type": "a-1_b.c", "data": null }),
        json!({ "data": false }),
        text(most),
    ]
    .iter()
    .enumerate()
    {
        let told = push(&program, &node, &format!("fit-{nth}"), fit).await;
        assert_eq!(told.status, 200, "{}", told.json);
    }
    for (unfit, says) in [
        (text(most + 1), "4096 bytes"),
        (json!({ "type": "Deploy" }), "1 to 64 characters of a-z"),
        (json!({ "type": "" }), "1 to 64 characters of a-z"),
        (json!({ "type": "x".repeat(65) }), "1 to 64 characters"),
        (json!({ "type": 7 }), "invalid type"),
        (json!({ "text": null }), "only a signal may have none"),
        (json!({ "text": "", "data": 1 }), "nothing that can be seen"),
        (json!({ "payload": 1 }), "unknown field"),
    ] {
        let refused = push(&program, &node, "unfit", &unfit).await;
        assert_eq!(refused.status, 422, "{unfit}");
        assert!(refused.detail().contains(says), "{}", refused.json);
    }
    let deep = format!("{}{}", "[".repeat(1_000), "]".repeat(1_000));
    let deep = format!(r#"{{"to":{{"room":"lobby"}},"text":"hi","data":{deep}}}"#);
    let refused = program.asks(&node, "POST", "/api/v1/push", &deep).await;
    assert_eq!(refused.status, 400, "{}", refused.json);
    assert!(refused.detail().contains("recursion"), "{}", refused.json);
}
