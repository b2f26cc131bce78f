//! Ending somebody's connections.

use std::time::{Duration, Instant};

use protocol::{Event, Reason};
use serde_json::json;

use crate::program::{Program, id_of};
use crate::world::{Client, Visitor, World};

/// The code it is closed with, and what was told last.
async fn is_closed(client: &mut Client) -> (u16, Option<(Reason, String)>) {
    let mut last = None;
    loop {
        match client.hears_or_is_closed().await {
            Ok(Event::Error { reason, message }) => last = Some((reason, message)),
            Ok(_) => {}
            Err(code) => return (code, last),
        }
    }
}

#[tokio::test]
async fn who_is_kicked_is_told_why_on_every_node_and_may_come_back() {
    let world = World::with_redis();
    let (one, two) = (world.node().await, world.node().await);
    let (ann, bob) = (
        Visitor::joins(&one, "Ann").await,
        Visitor::joins(&two, "Bob").await,
    );
    let program = Program::new(&world, "Game", "all", &[]).await;
    let id = id_of(&program, &one, "Ann").await;
    let mut tabs = [ann.enters(&one).await, ann.enters(&two).await];
    let mut of_bob = bob.enters(&one).await;

    let began = Instant::now();
    let kick = format!("/api/v1/users/{id}/kick");
    let why = json!({ "reason": "We <restart>" });
    let told = program.posts_as(&two, &kick, "k1", why.clone()).await;
    assert_eq!(
        told.json,
        json!({ "user": id, "sessions": 2, "repeated": false })
    );
    for tab in &mut tabs {
        let told = Some((Reason::Kicked, "We <restart>".to_owned()));
        assert_eq!(is_closed(tab).await, (4001, told));
    }
    assert!(
        began.elapsed() <= Duration::from_secs(5),
        "at once, on a busy machine too"
    );
    of_bob.says("I stay").await;

    let mut back = ann.enters(&two).await;
    let told = program.posts_as(&one, &kick, "k1", why).await;
    assert_eq!(told.json["repeated"], true);
    back.says("And so do I").await;
}

#[tokio::test]
async fn nobody_is_kicked_who_is_not_there() {
    let world = World::alone();
    let node = world.node().await;
    let program = Program::new(&world, "Game", "kick", &[]).await;
    for user in ["nobody", "a%20b", "%F0%9F%98%80"] {
        let path = format!("/api/v1/users/{user}/kick");
        assert_eq!(
            program.posts(&node, &path, json!({})).await.status,
            404,
            "{user}"
        );
    }
    for (body, status) in [
        (json!({ "reason": "x".repeat(201) }), 422),
        (json!({ "reason": "a\u{0}b" }), 422),
        (json!({ "why": "typo" }), 422),
    ] {
        let answer = program
            .posts(&node, "/api/v1/users/nobody/kick", body)
            .await;
        assert_eq!(answer.status, status);
    }
}
