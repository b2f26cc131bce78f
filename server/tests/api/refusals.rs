//! Requests nobody should make.

use serde_json::{Value, json};

use crate::program::{Program, id_of, page_of};
use crate::world::{Visitor, World};

#[tokio::test]
async fn what_is_no_push_is_refused_with_what_is_wrong() {
    let world = World::alone();
    let node = world.node().await;
    let program = Program::new(&world, "Ops", "all", &[]).await;
    let lobby = json!({ "room": "lobby" });
    let many: Vec<String> = (0..10_000).map(|nth| format!("{nth:016x}")).collect();
    let too_long = "x".repeat(300 * 1024);
    for (body, status, says) in [
        ("{".to_owned(), 400, "EOF"),
        ("to=lobby".to_owned(), 400, "expected"),
        (
            json!({ "to": lobby, "text": 7 }).to_string(),
            422,
            "expected a string",
        ),
        (
            json!({ "to": lobby }).to_string(),
            422,
            "missing field `text`",
        ),
        (
            json!({ "to": lobby, "text": "x", "txet": "y" }).to_string(),
            422,
            "unknown field `txet`",
        ),
        (
            json!({ "to": { "rom": "lobby" }, "text": "x" }).to_string(),
            422,
            "unknown field `rom`",
        ),
        (json!({ "to": {}, "text": "x" }).to_string(), 422, "one of"),
        (
            json!({ "to": { "room": "lobby", "everyone": true }, "text": "x" }).to_string(),
            422,
            "one of",
        ),
        (
            json!({ "to": { "users": [] }, "text": "x" }).to_string(),
            422,
            "1 to 1000",
        ),
        (
            json!({ "to": { "users": many }, "text": "x" }).to_string(),
            422,
            "1 to 1000",
        ),
        (
            json!({ "to": { "room": "a b" }, "text": "x" }).to_string(),
            422,
            "a room id is",
        ),
        (
            json!({ "to": lobby, "text": " \n" }).to_string(),
            422,
            "nothing that can be seen",
        ),
        (
            json!({ "to": lobby, "text": "a\u{0}b" }).to_string(),
            422,
            "control characters",
        ),
        (
            json!({ "to": lobby, "text": "x".repeat(4_001) }).to_string(),
            422,
            "4,000",
        ),
        (
            json!({ "to": lobby, "text": too_long }).to_string(),
            413,
            "262144",
        ),
        (
            json!({ "to": { "room": "nowhere" }, "text": "x" }).to_string(),
            404,
            "no room nowhere",
        ),
        (
            json!({ "to": { "room": "inbox-x" }, "text": "x" }).to_string(),
            404,
            "no room inbox-x",
        ),
        (
            json!({ "to": { "user": "nobody" }, "text": "x" }).to_string(),
            404,
            "no user nobody",
        ),
    ] {
        let answer = program.asks(&node, "POST", "/api/v1/push", &body).await;
        assert_eq!(answer.status, status, "{says}: {}", answer.json);
        assert!(answer.detail().contains(says), "{says}: {}", answer.json);
        assert_eq!(answer.header("content-type"), "application/problem+json");
    }
    assert!(
        !page_of(&Visitor::joins(&node, "Ann").await, &node, "lobby")
            .await
            .contains("Ops")
    );
}

#[tokio::test]
async fn a_request_of_another_form_is_told_which_it_has_to_have() {
    let world = World::alone();
    let node = world.node().await;
    let program = Program::new(&world, "Ops", "all", &[]).await;
    let push = json!({ "to": { "room": "lobby" }, "text": "x" }).to_string();
    let request = program
        .request(&node, "POST", "/api/v1/push")
        .body(push.clone());
    let plain = [("content-type", "text/plain")].map(|(name, kind)| {
        (
            name.parse().expect("a name"),
            kind.parse().expect("a value"),
        )
    });
    let request = request.headers(plain.into_iter().collect());
    let answer = program.sends("POST", "/api/v1/push", request).await;
    assert_eq!(answer.status, 415);
    let request = program.request(&node, "POST", "/api/v1/push").body(push);
    let request = request.header("idempotency-key", "a b");
    let answer = program.sends("POST", "/api/v1/push", request).await;
    assert_eq!(answer.status, 400);
    for (method, path, status) in [
        ("GET", "/api/v1/push", 405),
        ("POST", "/api/v1/online", 405),
        ("GET", "/api/v1/nothing", 404),
        ("GET", "/api/v1/online?limit=0", 422),
        ("GET", "/api/v1/online?limit=1001", 422),
        ("GET", "/api/v1/online?limit=x", 422),
        ("GET", "/api/v1/online?after=a%20b", 422),
        ("GET", "/api/v1/rooms?sort=name", 422),
        ("GET", "/api/v1/users", 422),
        ("GET", "/api/v1/users/nobody", 404),
    ] {
        let answer = program.asks(&node, method, path, "").await;
        assert_eq!(answer.status, status, "{method} {path}");
        assert_eq!(answer.json["type"], format!("/api#{status}"));
    }
}

#[tokio::test]
async fn script_and_sql_from_a_program_are_shown_as_text() {
    let world = World::alone();
    let node = world.node().await;
    let ann = Visitor::joins(&node, "Ann").await;
    let name = "<i>Ops</i>'; --";
    let program = Program::new(&world, name, "all", &[]).await;
    let id = id_of(&program, &node, "Ann").await;
    let text =
        "<script>alert(1)</script> </script><img src=x onerror=alert(1)> '); DROP TABLE entry; --";
    for to in [
        json!({ "user": id }),
        json!({ "room": "lobby" }),
        json!({ "everyone": true }),
    ] {
        let told = program.pushes(&node, to, text).await;
        let room = told["stored"][0]["room"]
            .as_str()
            .expect("a room")
            .to_owned();
        let page = page_of(&ann, &node, &room).await;
        assert!(
            page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"),
            "{room}"
        );
        for raw in ["<script>alert", "<img src=x", "<i>Ops"] {
            assert!(!page.contains(raw), "{raw} in {room}");
        }
    }
    let sql = "%27%20OR%201%3D1%20--";
    let found = program
        .gets(&node, &format!("/api/v1/users?name={sql}"))
        .await;
    assert_eq!(found.json["users"], json!([]));
    let rooms = program
        .gets(&node, &format!("/api/v1/rooms?after={sql}"))
        .await;
    assert!(
        rooms.json["rooms"]
            .as_array()
            .is_some_and(|rooms| !rooms.is_empty())
    );
    let kick = format!("/api/v1/users/{id}/kick");
    let why = json!({ "reason": "<b>'; DROP TABLE person; --" });
    assert_eq!(program.posts(&node, &kick, why).await.status, 200);
    let (is_sound, proof) = world.confab(&["check"]).await;
    assert!(is_sound, "{proof}");
    assert_ne!(
        program.gets(&node, "/api/v1/rooms").await.json["rooms"],
        Value::Null
    );
}
