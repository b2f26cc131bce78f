//! Who is online, where, and in which rooms.

use serde_json::{Value, json};

use crate::program::{Program, id_of};
use crate::world::{Node, Visitor, World};

/// Asks until the answer is as wanted; presence is told a moment after a socket opens.
async fn comes_to(
    program: &Program,
    node: &Node,
    path: &str,
    is_so: impl Fn(&Value) -> bool,
) -> Value {
    let asking = async {
        loop {
            let told = program.gets(node, path).await;
            assert_eq!(told.status, 200, "{}", told.json);
            if is_so(&told.json) {
                return told.json;
            }
            tokio::task::yield_now().await;
        }
    };
    let told = tokio::time::timeout(crate::world::PATIENCE, asking).await;
    told.unwrap_or_else(|_| panic!("{path} does not come to it"))
}

#[tokio::test]
async fn who_is_online_is_told_a_page_at_a_time() {
    let world = World::with_redis();
    let (one, two) = (world.node().await, world.node().await);
    let program = Program::new(&world, "Ops", "online", &[]).await;
    let mut open = Vec::new();
    for (nth, node) in [&one, &two, &one].into_iter().enumerate() {
        let visitor = Visitor::joins(node, &format!("P{nth}")).await;
        open.push(visitor.enters(node).await);
    }
    comes_to(&program, &two, "/api/v1/online", |told| told["count"] == 3).await;
    let (mut path, mut names) = ("/api/v1/online?limit=2".to_owned(), Vec::new());
    loop {
        let told = program.gets(&one, &path).await.json;
        assert_eq!(told["count"], 3, "of all, on every page");
        let users = told["users"].as_array().expect("a list");
        names.extend(users.iter().map(|user| user["name"].to_string()));
        let Some(next) = told["next"].as_str() else {
            break;
        };
        path = format!("/api/v1/online?limit=2&after={next}");
    }
    names.sort();
    assert_eq!(names, [r#""P0""#, r#""P1""#, r#""P2""#]);
}

#[tokio::test]
async fn a_users_sessions_are_told_with_their_nodes() {
    let world = World::with_redis();
    let (one, two) = (world.node().await, world.node().await);
    let program = Program::new(&world, "Ops", "online", &[]).await;
    let ann = Visitor::joins(&one, "Ann").await;
    let id = id_of(&program, &two, "ａｎ").await;
    let path = format!("/api/v1/users/{id}");
    assert_eq!(program.gets(&two, &path).await.json["sessions"], json!([]));
    let _tabs = [
        ann.enters(&one).await,
        ann.enters(&two).await,
        ann.enters(&two).await,
    ];
    let told = comes_to(&program, &one, &path, |told| {
        told["sessions"]
            .as_array()
            .is_some_and(|sessions| sessions.len() == 3)
    })
    .await;
    assert_eq!((&told["name"], &told["id"]), (&json!("Ann"), &json!(id)));
    let at = |node: &Node| {
        let sessions = told["sessions"].as_array().expect("a list");
        sessions
            .iter()
            .filter(|session| session["node"] == node.url.as_str())
            .count()
    };
    assert_eq!((at(&one), at(&two)), (1, 2));
    let found = program.gets(&one, "/api/v1/users?name=an").await.json;
    assert_eq!(found["users"][0]["sessions"], 3);
}

#[tokio::test]
async fn rooms_are_told_with_their_counts() {
    let world = World::alone();
    let node = world.node().await;
    let program = Program::new(&world, "Ops", "all", &[]).await;
    let (ann, _bob) = (
        Visitor::joins(&node, "Ann").await,
        Visitor::joins(&node, "Bob").await,
    );
    let fields = [
        ("name", "Tea & <cake>"),
        ("topic", "hot"),
        ("kind", "public"),
    ];
    assert_eq!(
        ann.submits(&node, "/rooms/new", &fields)
            .await
            .status()
            .as_u16(),
        303
    );
    program
        .pushes(&node, json!({ "everyone": true }), "hi")
        .await;
    let first = program.gets(&node, "/api/v1/rooms?limit=1").await.json;
    let lobby = json!({ "id": "lobby", "name": "Lobby", "topic": "", "people": 2 });
    assert_eq!(
        (&first["rooms"], &first["next"]),
        (&json!([lobby]), &json!("Lobby"))
    );
    let second = program
        .gets(&node, "/api/v1/rooms?limit=1&after=Lobby")
        .await
        .json;
    let tea = json!({ "id": "tea-cake", "name": "Tea & <cake>", "topic": "hot", "people": 1 });
    assert_eq!(
        (&second["rooms"], &second["next"]),
        (&json!([tea]), &Value::Null)
    );

    let _tab = ann.enters(&node).await;
    let told = comes_to(&program, &node, "/api/v1/rooms/lobby", |told| {
        told["online"] == 1
    })
    .await;
    assert_eq!(
        (&told["people"], &told["sessions"], &told["kind"]),
        (&json!(2), &json!(1), &json!("public"))
    );
    for room in ["nowhere", "inbox-x", "a%20b"] {
        let answer = program.gets(&node, &format!("/api/v1/rooms/{room}")).await;
        assert_eq!(answer.status, 404, "{room}");
    }
}

#[tokio::test]
async fn no_room_is_passed_over_where_a_page_ends_between_two_of_one_name() {
    let world = World::alone();
    let node = world.node().await;
    let ann = Visitor::joins(&node, "Ann").await;
    let mut own = Vec::new();
    for name in ["Tea", "Tea", "Tea", "Cake"] {
        let fields = [("name", name), ("topic", ""), ("kind", "private")];
        let made = ann.submits(&node, "/rooms/new", &fields).await;
        let path = made.headers()["location"].to_str().expect("text");
        own.push(path.strip_prefix("/rooms/").expect("a room").to_owned());
    }
    let ids: Vec<&str> = own.iter().map(String::as_str).collect();
    let program = Program::new(&world, "Bound", "online", &ids).await;
    let (mut path, mut found) = ("/api/v1/rooms?limit=1".to_owned(), Vec::new());
    loop {
        let told = program.gets(&node, &path).await.json;
        let rooms = told["rooms"].as_array().expect("a list");
        found.extend(
            rooms
                .iter()
                .map(|room| room["id"].as_str().map(str::to_owned)),
        );
        let Some(next) = told["next"].as_str() else {
            break;
        };
        let next: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
        path = format!("/api/v1/rooms?limit=1&after={next}");
    }
    own[..3].sort();
    own.rotate_right(1);
    assert_eq!(found, own.into_iter().map(Some).collect::<Vec<_>>());
    let behind = program.gets(&node, "/api/v1/rooms?after=Cake").await.json;
    assert_eq!(behind["rooms"].as_array().map(Vec::len), Some(3));
}
