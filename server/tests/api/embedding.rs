//! Chat inside another product: its people and rooms by its own keys.

use serde_json::{Value, json};

use crate::program::{Answer, Program, id_of};
use crate::world::{Node, Visitor, World};

/// A program that makes people and rooms, and its node.
pub async fn shop(world: &World) -> (Program, Node) {
    let node = world.node().await;
    (
        Program::new(world, "Shop", "people,online", &[]).await,
        node,
    )
}

pub async fn person(program: &Program, node: &Node, key: &str, name: &str) -> Answer {
    let path = format!("/api/v1/users/{key}");
    program.puts(node, &path, json!({ "name": name })).await
}

/// A private room with these members, by their keys.
pub async fn room(program: &Program, node: &Node, key: &str, members: &[&str]) -> Answer {
    let wanted = json!({ "name": "Plan", "kind": "private", "members": members });
    program
        .puts(node, &format!("/api/v1/rooms/{key}"), wanted)
        .await
}

fn keys(told: &Value) -> Vec<&str> {
    let told = told.as_array().expect("a list").iter();
    let mut keys: Vec<&str> = told.map(|one| one["key"].as_str().unwrap_or("?")).collect();
    keys.sort_unstable();
    keys
}

#[tokio::test]
async fn somebody_is_made_once_and_renamed() {
    let world = World::alone();
    let (shop, node) = shop(&world).await;
    let made = person(&shop, &node, "auth0|7", "Ann").await;
    assert_eq!((made.status, &made.json["name"]), (201, &json!("Ann")));
    assert_eq!(made.json["created"], true);
    let id = made.json["id"].as_str().expect("an id");
    let again = person(&shop, &node, "auth0|7", "Ann").await;
    let so = json!({ "id": id, "name": "Ann", "created": false });
    assert_eq!((again.status, &again.json), (200, &so));
    let renamed = person(&shop, &node, "auth0|7", "Anna").await;
    let so = json!({ "id": id, "name": "Anna", "created": false });
    assert_eq!((renamed.status, &renamed.json), (200, &so));
    for by in ["auth0%7C7", id] {
        let found = shop.gets(&node, &format!("/api/v1/users/{by}")).await;
        let told = (&found.json["id"], &found.json["name"]);
        assert_eq!(told, (&json!(id), &json!("Anna")), "{by}");
    }
    assert_eq!(id_of(&shop, &node, "Anna").await, id);
    // The name they had is free.
    Visitor::joins(&node, "Ann").await;
}

#[tokio::test]
async fn a_name_that_is_taken_gets_a_number() {
    let world = World::alone();
    let (shop, node) = shop(&world).await;
    Visitor::joins(&node, "Ann Lee").await;
    for (key, name, has) in [
        ("a1", "Ann Lee", "Ann Lee 2"),
        ("a2", "ann lee", "ann lee 3"),
        ("a1", "Ann Lee", "Ann Lee 2"),
        ("a2", "ann lee", "ann lee 3"),
        ("b1", "Shop", "Shop 2"),
        ("a1", "Zoe", "Zoe"),
        ("a3", "Ann Lee", "Ann Lee 2"),
        ("a2", "ANN LEE", "ANN LEE 3"),
    ] {
        let told = person(&shop, &node, key, name).await;
        assert_eq!(told.json["name"], has, "{key} {name}");
    }
}

#[tokio::test]
async fn a_program_sees_its_own_keys_alone() {
    let world = World::alone();
    let (shop, node) = shop(&world).await;
    let other = Program::new(&world, "Other", "people,online", &[]).await;
    let one = person(&shop, &node, "7", "Ann").await;
    let two = person(&other, &node, "7", "Bob").await;
    assert_eq!((one.status, two.status), (201, 201));
    assert_ne!(one.json["id"], two.json["id"]);
    room(&shop, &node, "plan", &["7"]).await;
    assert_eq!(room(&other, &node, "plan", &["7"]).await.status, 201);
    for path in ["/users/8", "/rooms/none"] {
        person(&shop, &node, "8", "Cyd").await;
        room(&shop, &node, "none", &[]).await;
        let foreign = other.gets(&node, &format!("/api/v1{path}")).await;
        assert_eq!(foreign.status, 404, "{path}");
    }
    let ticket = json!({ "user": "8" });
    let foreign = other.posts(&node, "/api/v1/tickets", ticket).await;
    assert_eq!(
        (foreign.status, &foreign.json["unknown"]),
        (404, &json!(["8"]))
    );
    // A new key under the same name is the same program.
    let (is_done, said) = world.confab(&["key", "revoke", "Shop"]).await;
    assert!(is_done, "{said}");
    let renewed = Program::new(&world, "Shop", "people", &[]).await;
    let again = person(&renewed, &node, "7", "Ann").await;
    assert_eq!((again.status, &again.json["id"]), (200, &one.json["id"]));
}

#[tokio::test]
async fn a_room_has_exactly_the_members_it_was_given_last() {
    let world = World::alone();
    let (shop, node) = shop(&world).await;
    for (key, name) in [("ann", "Ann"), ("bob", "Bob"), ("cyd", "Cyd")] {
        person(&shop, &node, key, name).await;
    }
    Visitor::joins(&node, "Dora").await;
    let dora = id_of(&shop, &node, "Dora").await;
    let made = room(&shop, &node, "doc-1", &["ann", "bob", "ann"]).await;
    assert_eq!(
        (made.status, keys(&made.json["added"])),
        (201, vec!["ann", "bob"])
    );
    let same = room(&shop, &node, "doc-1", &["bob", "ann"]).await;
    assert_eq!((same.status, &same.json["id"]), (200, &made.json["id"]));
    let nothing = (json!([]), json!([]));
    assert_eq!(
        (same.json["added"].clone(), same.json["removed"].clone()),
        nothing
    );
    let wanted = json!({
        "name": "Plan B", "topic": "soon", "kind": "private", "members": ["bob", "cyd", { "id": dora }],
    });
    let told = shop.puts(&node, "/api/v1/rooms/doc-1", wanted).await.json;
    assert_eq!(keys(&told["added"]), ["?", "cyd"]);
    assert_eq!(keys(&told["removed"]), ["ann"]);
    let described = json!({ "name": "Plan C", "kind": "private" });
    let kept = shop.puts(&node, "/api/v1/rooms/doc-1", described).await;
    assert_eq!(kept.json["removed"], json!([]), "who is not named stays");
    let seen = shop.gets(&node, "/api/v1/rooms/doc-1").await.json;
    let told = (&seen["id"], &seen["name"], &seen["topic"], &seen["people"]);
    assert_eq!(
        told,
        (&made.json["id"], &json!("Plan C"), &json!(""), &json!(3))
    );
}

#[tokio::test]
async fn members_come_and_go_one_by_one() {
    let world = World::alone();
    let (shop, node) = shop(&world).await;
    for (key, name) in [("ann", "Ann"), ("bob", "Bob")] {
        person(&shop, &node, key, name).await;
    }
    room(&shop, &node, "doc-1", &["ann"]).await;
    let bob = "/api/v1/rooms/doc-1/members/bob";
    for (method, field, change) in [
        ("PUT", "added", 1),
        ("PUT", "added", 0),
        ("DELETE", "removed", 1),
        ("DELETE", "removed", 0),
    ] {
        let told = shop.asks(&node, method, bob, "").await;
        let changed = told.json[field].as_array().map(Vec::len);
        assert_eq!((told.status, changed), (200, Some(change)), "{method}");
    }
    for (path, status, says) in [
        ("doc-2/members/bob", 404, "no such room"),
        ("doc-1/members/zoe", 404, "zoe"),
        ("doc%201/members/bob", 422, "a key is 1 to 128"),
    ] {
        let path = format!("/api/v1/rooms/{path}");
        for method in ["PUT", "DELETE"] {
            let refused = shop.asks(&node, method, &path, "").await;
            assert_eq!(refused.status, status, "{path}: {}", refused.json);
            let told = refused.json.to_string();
            assert!(told.contains(says), "{path}: {told}");
        }
    }
}

#[tokio::test]
async fn nothing_changes_where_a_member_is_unknown() {
    let world = World::alone();
    let (shop, node) = shop(&world).await;
    person(&shop, &node, "ann", "Ann").await;
    person(&shop, &node, "bob", "Bob").await;
    room(&shop, &node, "doc-1", &["ann"]).await;
    let wanted = json!({
        "name": "Another", "kind": "private", "members": ["bob", "zoe", { "id": "nobody" }],
    });
    for path in ["/api/v1/rooms/doc-1", "/api/v1/rooms/doc-2"] {
        let refused = shop.puts(&node, path, wanted.clone()).await;
        assert_eq!(refused.status, 422, "{}", refused.json);
        assert_eq!(refused.json["unknown"], json!(["zoe", "nobody"]));
        assert_eq!(refused.json["reason"], "person_unknown");
    }
    let seen = shop.gets(&node, "/api/v1/rooms/doc-1").await.json;
    assert_eq!(
        (&seen["name"], &seen["people"]),
        (&json!("Plan"), &json!(1))
    );
    assert_eq!(shop.gets(&node, "/api/v1/rooms/doc-2").await.status, 404);
}

#[tokio::test]
async fn into_a_public_room_people_come_by_themselves_and_stay() {
    let world = World::alone();
    let (shop, node) = shop(&world).await;
    person(&shop, &node, "ann", "Ann").await;
    let wanted = |members| json!({ "name": "Help", "kind": "public", "members": members });
    let made = shop
        .puts(&node, "/api/v1/rooms/help", wanted(json!([])))
        .await;
    assert_eq!((made.status, &made.json["id"]), (201, &json!("help")));
    let guest = Visitor::joins(&node, "Guest").await;
    let joined = guest.submits(&node, "/rooms/help/join", &[]).await;
    assert_eq!(joined.status().as_u16(), 303);
    let told = shop
        .puts(&node, "/api/v1/rooms/help", wanted(json!(["ann"])))
        .await;
    assert_eq!(keys(&told.json["added"]), ["ann"]);
    assert_eq!(told.json["removed"], json!([]));
    let seen = shop.gets(&node, "/api/v1/rooms/help").await.json;
    assert_eq!(seen["people"], 2);
    let closed = json!({ "name": "Help", "kind": "private" });
    let refused = shop.puts(&node, "/api/v1/rooms/help", closed).await;
    assert_eq!(refused.status, 409);
    assert!(
        refused.detail().contains("public for ever"),
        "{}",
        refused.json
    );
    let taken = json!({ "name": "ＨＥＬＰ", "kind": "public" });
    let refused = shop.puts(&node, "/api/v1/rooms/help-2", taken).await;
    let told = (refused.status, &refused.json["reason"]);
    assert_eq!(told, (409, &json!("room_name_taken")));
}

#[tokio::test]
async fn what_is_no_person_or_room_is_refused_with_what_is_wrong() {
    let world = World::alone();
    let (shop, node) = shop(&world).await;
    let long_key = "k".repeat(129);
    let many: Vec<String> = (0..1_001).map(|nth| nth.to_string()).collect();
    let named = |name: &str| json!({ "name": name });
    let of = |members: Value| json!({ "name": "x", "kind": "private", "members": members });
    for (path, body, says) in [
        (
            format!("/users/{long_key}"),
            named("Ann"),
            "1 to 128 characters",
        ),
        (
            "/users/a%20b".to_owned(),
            named("Ann"),
            "1 to 128 characters",
        ),
        ("/users/a".to_owned(), named(""), "1 to 32 characters"),
        (
            "/users/a".to_owned(),
            named(&"n".repeat(33)),
            "1 to 32 characters",
        ),
        (
            "/users/a".to_owned(),
            named("A\u{202E}nn"),
            "none of them invisible",
        ),
        (
            "/users/a".to_owned(),
            named("Admin"),
            "nobody can have the name Admin",
        ),
        (
            "/users/a".to_owned(),
            json!({ "name": 7 }),
            "expected a string",
        ),
        ("/users/a".to_owned(), json!({}), "missing field `name`"),
        (
            "/users/a".to_owned(),
            json!({ "name": "x", "admin": true }),
            "unknown field `admin`",
        ),
        (
            format!("/rooms/{long_key}"),
            of(json!([])),
            "1 to 128 characters",
        ),
        (
            "/rooms/a".to_owned(),
            json!({ "name": "", "kind": "private" }),
            "1 to 40 characters",
        ),
        (
            "/rooms/a".to_owned(),
            json!({ "name": "x", "kind": "direct" }),
            "unknown variant `direct`",
        ),
        (
            "/rooms/a".to_owned(),
            json!({ "name": "x" }),
            "missing field `kind`",
        ),
        (
            "/rooms/a".to_owned(),
            json!({ "name": "x", "kind": "private", "topic": "t".repeat(201) }),
            "at most 200 characters",
        ),
        ("/rooms/a".to_owned(), of(json!(many)), "at most 1000"),
        (
            "/rooms/a".to_owned(),
            of(json!(["a b"])),
            "give a key of 1 to 128",
        ),
        (
            "/rooms/a".to_owned(),
            of(json!([{ "key": "a" }])),
            "or {\"id\": an id}",
        ),
    ] {
        let refused = shop.puts(&node, &format!("/api/v1{path}"), body).await;
        assert_eq!(refused.status, 422, "{path}: {}", refused.json);
        assert!(refused.detail().contains(says), "{path}: {}", refused.json);
    }
}

#[tokio::test]
async fn only_a_key_with_the_scope_and_for_all_rooms_makes_people_and_rooms() {
    let world = World::alone();
    let node = world.node().await;
    let asks = Program::new(&world, "Asker", "push,online,kick,listen", &[]).await;
    let bound = Program::new(&world, "Bound", "people", &["lobby"]).await;
    for program in [&asks, &bound] {
        let made = person(program, &node, "ann", "Ann").await;
        assert_eq!(made.status, 403);
        assert_eq!(room(program, &node, "doc", &[]).await.status, 403);
        let ticket = json!({ "user": "ann" });
        let refused = program.posts(&node, "/api/v1/tickets", ticket).await;
        assert_eq!(refused.status, 403);
        let member = "/api/v1/rooms/doc/members/ann";
        assert_eq!(program.asks(&node, "PUT", member, "").await.status, 403);
    }
    let refused = person(&asks, &node, "ann", "Ann").await;
    let challenge = r#"Bearer realm="confab", error="insufficient_scope", scope="people""#;
    assert_eq!(refused.header("www-authenticate"), challenge);
}

#[tokio::test]
async fn script_in_a_name_from_a_program_is_shown_as_text() {
    let world = World::alone();
    let (shop, node) = shop(&world).await;
    person(&shop, &node, "ann", "<img src=x>'; --").await;
    let wanted = json!({
        "name": "<script>alert(1)</script>", "topic": "</script><b>x</b>", "kind": "public", "members": ["ann"],
    });
    let made = shop.puts(&node, "/api/v1/rooms/doc", wanted).await;
    let id = made.json["id"].as_str().expect("an id").to_owned();
    let guest = Visitor::joins(&node, "Guest").await;
    guest
        .submits(&node, &format!("/rooms/{id}/join"), &[])
        .await;
    for path in [
        "/rooms".to_owned(),
        format!("/rooms/{id}"),
        format!("/rooms/{id}/about"),
    ] {
        let page = guest.gets(&node, &path).await.text().await.expect("text");
        assert!(page.contains("&lt;script&gt;alert(1)"), "{path}");
        for raw in ["<script>alert", "<img src=x", "<b>x</b>"] {
            assert!(!page.contains(raw), "{raw} in {path}");
        }
    }
}
