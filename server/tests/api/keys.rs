//! Keys: what each opens, and when it does not any more.

use serde_json::json;
use tokio::time::timeout;

use crate::program::{Program, id_of};
use crate::world::{PATIENCE, Visitor, World};

#[tokio::test]
async fn without_a_good_key_nothing_opens() {
    let world = World::alone();
    let node = world.node().await;
    let program = Program::new(&world, "Ops", "all", &[]).await;
    assert_eq!(program.gets(&node, "/api/v1/online").await.status, 200);
    let strangers = [
        (Program::stranger(), r#"Bearer realm="confab""#),
        (
            Program::with("confab_wrong"),
            r#"Bearer realm="confab", error="invalid_token""#,
        ),
        (
            Program::with(&format!("confab_{}", "A".repeat(43))),
            r#"Bearer realm="confab", error="invalid_token""#,
        ),
    ];
    for (stranger, challenge) in &strangers {
        let answer = stranger.gets(&node, "/api/v1/online").await;
        assert_eq!(
            (answer.status, answer.header("www-authenticate")),
            (401, *challenge)
        );
        let push = json!({ "to": { "room": "lobby" }, "text": "hi" });
        assert_eq!(
            stranger.posts(&node, "/api/v1/push", push).await.status,
            401
        );
    }
    let ann = Visitor::joins(&node, "Ann").await;
    let signed_in = ann.request(&node, "GET", "/api/v1/online");
    let answer = program.sends("GET", "/api/v1/online", signed_in).await;
    assert_eq!(answer.status, 401, "a person's cookie opens nothing");
}

#[tokio::test]
async fn a_revoked_key_soon_opens_nothing_on_any_node() {
    let world = World::with_redis();
    let (one, two) = (world.node().await, world.node().await);
    let program = Program::new(&world, "Ops", "online", &[]).await;
    assert_eq!(program.gets(&one, "/api/v1/online").await.status, 200);
    let (is_done, list) = world.confab(&["key", "list"]).await;
    assert!(
        is_done && list.contains("Ops\tscopes online\trooms all\tmade "),
        "{list}"
    );
    assert!(
        !list.contains("never") && !list.contains("confab_"),
        "{list}"
    );
    let (is_done, said) = world.confab(&["key", "revoke", "OPS"]).await;
    assert!(is_done, "{said}");
    for node in [&one, &two] {
        let is_refused = async {
            while program.gets(node, "/api/v1/online").await.status == 200 {
                tokio::task::yield_now().await;
            }
        };
        timeout(PATIENCE, is_refused).await.expect("it is refused");
        assert_eq!(program.gets(node, "/api/v1/online").await.status, 401);
    }
    let (is_done, said) = world.confab(&["key", "revoke", "Ops"]).await;
    assert!(!is_done && said.contains("there is no key Ops"), "{said}");
    let file = std::fs::read(world.folder().join("confab.db")).expect("the store");
    let token = program.token().strip_prefix("confab_").expect("its mark");
    let is_there = file
        .windows(token.len())
        .any(|bytes| bytes == token.as_bytes());
    assert!(!is_there, "no token is kept");
}

#[tokio::test]
async fn a_key_does_what_its_scopes_say_and_no_more() {
    let world = World::alone();
    let node = world.node().await;
    Visitor::joins(&node, "Ann").await;
    let asks = Program::new(&world, "Asker", "online", &[]).await;
    let ann = id_of(&asks, &node, "Ann").await;
    let pushes = Program::new(&world, "Pusher", "push", &[]).await;
    let push = json!({ "to": { "user": ann }, "text": "hi" });
    let refused = asks.posts(&node, "/api/v1/push", push).await;
    let challenge = r#"Bearer realm="confab", error="insufficient_scope", scope="push""#;
    assert_eq!(
        (refused.status, refused.header("www-authenticate")),
        (403, challenge)
    );
    let kick = format!("/api/v1/users/{ann}/kick");
    for program in [&asks, &pushes] {
        assert_eq!(program.posts(&node, &kick, json!({})).await.status, 403);
    }
    for path in [
        "/online",
        "/users?name=A",
        "/users/x",
        "/rooms",
        "/rooms/lobby",
    ] {
        let answer = pushes.gets(&node, &format!("/api/v1{path}")).await;
        assert_eq!(answer.status, 403, "{path}");
    }
}

#[tokio::test]
async fn for_a_key_of_some_rooms_the_others_are_not_there() {
    let world = World::alone();
    let node = world.node().await;
    let ann = Visitor::joins(&node, "Ann").await;
    let fields = [("name", "Tea"), ("topic", ""), ("kind", "public")];
    ann.submits(&node, "/rooms/new", &fields).await;
    let anyone = Program::new(&world, "Anyone", "all", &[]).await;
    let bound = Program::new(&world, "Tea bot", "all", &["tea"]).await;
    let user = id_of(&anyone, &node, "Ann").await;
    anyone.pushes(&node, json!({ "room": "lobby" }), "hi").await;
    bound.pushes(&node, json!({ "room": "tea" }), "hi").await;
    let push = |to| json!({ "to": to, "text": "hi" });
    let foreign = bound
        .posts(&node, "/api/v1/push", push(json!({ "room": "lobby" })))
        .await;
    let none = bound
        .posts(&node, "/api/v1/push", push(json!({ "room": "nowhere" })))
        .await;
    assert_eq!((foreign.status, none.status), (404, 404));
    for to in [
        json!({ "user": user }),
        json!({ "users": [user] }),
        json!({ "everyone": true }),
    ] {
        assert_eq!(
            bound.posts(&node, "/api/v1/push", push(to)).await.status,
            403
        );
    }
    let rooms = bound.gets(&node, "/api/v1/rooms").await.json;
    assert_eq!(rooms["rooms"].as_array().map(Vec::len), Some(1));
    assert_eq!(rooms["rooms"][0]["id"], "tea");
    assert_eq!(bound.gets(&node, "/api/v1/rooms/lobby").await.status, 404);
    assert_eq!(bound.gets(&node, "/api/v1/rooms/tea").await.status, 200);
    let kick = format!("/api/v1/users/{user}/kick");
    assert_eq!(bound.posts(&node, &kick, json!({})).await.status, 403);
    assert_eq!(bound.gets(&node, "/api/v1/online").await.status, 403);
}

#[tokio::test]
async fn a_key_whose_rooms_are_not_known_opens_none() {
    let world = World::alone();
    let node = world.node().await;
    let program = Program::new(&world, "Tea bot", "all", &["tea"]).await;
    let file = rusqlite::Connection::open(world.folder().join("confab.db")).expect("the store");
    // As a newer build might write it.
    let changed = file.execute("UPDATE program SET rooms = 'of:tea'", []);
    assert_eq!(changed.expect("it is changed"), 1);
    let (_, list) = world.confab(&["key", "list"]).await;
    assert!(list.contains("\trooms none\t"), "{list}");
    assert_eq!(program.gets(&node, "/api/v1/online").await.status, 403);
    let lobby = program.gets(&node, "/api/v1/rooms/lobby").await;
    assert_eq!(lobby.status, 404);
    let rooms = program.gets(&node, "/api/v1/rooms").await;
    assert_eq!(rooms.json["rooms"], json!([]));
    for (to, status) in [
        (json!({ "room": "lobby" }), 404),
        (json!({ "everyone": true }), 403),
    ] {
        let push = json!({ "to": to, "text": "hi" });
        let answer = program.posts(&node, "/api/v1/push", push).await;
        assert_eq!(answer.status, status, "{}", answer.json);
    }
}

#[tokio::test]
async fn a_program_is_not_called_like_anybody_else() {
    let world = World::alone();
    let node = world.node().await;
    Visitor::joins(&node, "Ann").await;
    Program::new(&world, "Build", "push", &[]).await;
    for name in ["ann", "BUILD"] {
        let (is_made, said) = world
            .confab(&["key", "make", name, "--scope", "push"])
            .await;
        assert!(
            !is_made && said.contains("give the key another name"),
            "{said}"
        );
    }
    let taken = Visitor::new()
        .submits(&node, "/join", &[("name", "build")])
        .await;
    assert_eq!(taken.status().as_u16(), 422);
    for wrong in [
        ["x", "--scope", "all,none"],
        ["x", "--room", "a b"],
        ["", "--scope", "all"],
    ] {
        let (is_made, said) = world
            .confab(&["key", "make", wrong[0], wrong[1], wrong[2]])
            .await;
        assert!(!is_made, "{said}");
    }
}

#[tokio::test]
async fn a_key_that_asks_too_often_is_told_to_wait() {
    let world = World::alone();
    let node = world.node_with(&["--api-per-sec", "1"]).await;
    let program = Program::new(&world, "Ops", "online", &[]).await;
    let other = Program::new(&world, "Other", "online", &[]).await;
    for _ in 0..2 {
        assert_eq!(program.gets(&node, "/api/v1/rooms").await.status, 200);
    }
    let refused = program.gets(&node, "/api/v1/rooms").await;
    assert_eq!((refused.status, refused.header("retry-after")), (429, "1"));
    assert_eq!(other.gets(&node, "/api/v1/rooms").await.status, 200);
}
