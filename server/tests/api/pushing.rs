//! Notices: to a user, to several, to a room, to everyone.

use protocol::{Entry, Event, Kind, RoomId};
use serde_json::{Value, json};

use crate::program::{Program, id_of, page_of};
use crate::world::{Client, Visitor, World};

/// Waits until a notice says this; the room, and who says it. The first one of a room may come with it, as its last line.
async fn is_told(client: &mut Client, text: &str) -> (RoomId, String) {
    client
        .hears_until(|event| match event {
            Event::Entry(entry) if entry.body == text => Some(of_notice(entry)),
            Event::Entries { entries, .. } => entries
                .iter()
                .find(|entry| entry.body == text)
                .map(of_notice),
            Event::Rooms { rooms, .. } => rooms.iter().find_map(|room| {
                let last = room.last.as_ref().filter(|last| last.body == text)?;
                Some((room.id.clone(), last.name.to_string()))
            }),
            _ => None,
        })
        .await
}

fn of_notice(entry: &Entry) -> (RoomId, String) {
    assert_eq!(entry.kind, Kind::Notice);
    (entry.room.clone(), entry.name.to_string())
}

/// Waits until the list of rooms has this one; how much of it is unread.
async fn lists(client: &mut Client, room: &str) -> u64 {
    client
        .hears_until(|event| match event {
            Event::Rooms { rooms, .. } | Event::Welcome { rooms, .. } => {
                let found = rooms.iter().find(|state| state.id.as_str() == room);
                found.map(|state| state.unread)
            }
            _ => None,
        })
        .await
}

#[tokio::test]
async fn a_user_reads_on_every_device_what_a_program_tells_them_alone() {
    let world = World::with_redis();
    let (one, two) = (world.node().await, world.node().await);
    let (ann, bob) = (
        Visitor::joins(&one, "Ann").await,
        Visitor::joins(&one, "Bob").await,
    );
    let program = Program::new(&world, "Build", "push,online", &[]).await;
    let id = id_of(&program, &one, "Ann").await;
    let mut tabs = [ann.enters(&one).await, ann.enters(&two).await];
    let mut of_bob = bob.enters(&two).await;

    let room = format!("notices-{id}");
    for text in ["It is green", "It is red"] {
        let told = program.pushes(&one, json!({ "user": id }), text).await;
        let told = &told["stored"][0];
        assert_eq!((&told["user"], &told["room"]), (&json!(id), &json!(room)));
        let reached = json!({ "people": 1, "sessions": 2, "later": 0 });
        assert_eq!(told["reached"], reached);
        for tab in &mut tabs {
            let told = is_told(tab, text).await;
            assert_eq!((told.0.as_str(), told.1.as_str()), (room.as_str(), "Build"));
        }
    }
    of_bob.says("I am still here").await;
    assert!(
        of_bob
            .entries
            .iter()
            .all(|entry| entry.kind != Kind::Notice)
    );
    assert!(page_of(&ann, &two, &room).await.contains("It is red"));
    let foreign = bob.gets(&one, &format!("/rooms/{room}")).await;
    assert_eq!(foreign.status().as_u16(), 404, "for Bob it is not there");
}

#[tokio::test]
async fn who_was_away_finds_what_a_program_told_them_as_unread() {
    let world = World::alone();
    let node = world.node().await;
    let ann = Visitor::joins(&node, "Ann").await;
    let program = Program::new(&world, "Build", "all", &[]).await;
    let id = id_of(&program, &node, "Ann").await;
    let told = program.pushes(&node, json!({ "user": id }), "Hello").await;
    let reached = json!({ "people": 1, "sessions": 0, "later": 1 });
    assert_eq!(told["stored"][0]["reached"], reached);
    program
        .pushes(&node, json!({ "everyone": true }), "Good morning")
        .await;

    let mut tab = ann.connects(&node).await;
    tab.says_hello(None, Default::default()).await;
    tab.hears_until(|event| match event {
        Event::Welcome { rooms, .. } => {
            let unread = |id: &str| {
                rooms
                    .iter()
                    .find(|room| room.id.as_str() == id)
                    .map(|room| room.unread)
            };
            assert_eq!(unread(&format!("notices-{id}")), Some(1));
            assert_eq!(unread("notices"), Some(1));
            Some(())
        }
        _ => None,
    })
    .await;
}

#[tokio::test]
async fn everyone_hears_the_first_notice_to_everyone_and_nobody_sees_its_room_before() {
    let world = World::with_redis();
    let (one, two) = (world.node().await, world.node().await);
    let (ann, bob) = (
        Visitor::joins(&one, "Ann").await,
        Visitor::joins(&two, "Bob").await,
    );
    let program = Program::new(&world, "Ops", "push", &[]).await;
    let mut tabs = Vec::new();
    for (who, node) in [(&ann, &one), (&bob, &two)] {
        let mut tab = who.connects(node).await;
        tab.says_hello(None, Default::default()).await;
        tab.hears_until(|event| match event {
            Event::Welcome { rooms, .. } => {
                assert!(rooms.iter().all(|room| room.id.as_str() == "lobby"));
                Some(())
            }
            _ => None,
        })
        .await;
        tab.hears_until(|event| matches!(event, Event::Online { .. }).then_some(()))
            .await;
        tabs.push(tab);
    }
    let told = program
        .pushes(&two, json!({ "everyone": true }), "At six we stop")
        .await;
    assert_eq!(told["stored"][0]["room"], "notices");
    let reached = json!({ "people": 2, "sessions": 2, "later": 0 });
    assert_eq!(told["stored"][0]["reached"], reached);
    for tab in &mut tabs {
        assert_eq!(is_told(tab, "At six we stop").await.0, RoomId::notices());
        assert_eq!(lists(tab, "notices").await, 1);
    }
    program
        .pushes(&one, json!({ "everyone": true }), "Now we stop")
        .await;
    for tab in &mut tabs {
        is_told(tab, "Now we stop").await;
    }
    assert!(
        page_of(&bob, &one, "notices")
            .await
            .contains("At six we stop")
    );
}

#[tokio::test]
async fn only_programs_speak_where_programs_speak() {
    let world = World::alone();
    let node = world.node().await;
    let ann = Visitor::joins(&node, "Ann").await;
    let program = Program::new(&world, "Ops", "all", &[]).await;
    let id = id_of(&program, &node, "Ann").await;
    program
        .pushes(&node, json!({ "everyone": true }), "One")
        .await;
    program.pushes(&node, json!({ "user": id }), "Two").await;
    for room in ["notices".to_owned(), format!("notices-{id}")] {
        let fields = [("cid", room.as_str()), ("body", "Me too")];
        let posted = ann
            .submits(&node, &format!("/rooms/{room}/messages"), &fields)
            .await;
        assert_eq!(posted.status().as_u16(), 422, "{room}");
        let left = ann
            .submits(&node, &format!("/rooms/{room}/leave"), &[])
            .await;
        assert_eq!(left.status().as_u16(), 403, "{room} is not left");
        assert!(!page_of(&ann, &node, &room).await.contains(">Me too<"));
    }
}

#[tokio::test]
async fn a_room_hears_a_program_and_a_resend_is_stored_once() {
    let world = World::with_redis();
    let (one, two) = (world.node().await, world.node().await);
    let ann = Visitor::joins(&one, "Ann").await;
    let program = Program::new(&world, "Ops", "push", &[]).await;
    let mut tab = ann.enters(&one).await;
    let push = json!({ "to": { "room": "lobby" }, "text": "Once" });
    let first = program
        .posts_as(&one, "/api/v1/push", "k-1", push.clone())
        .await;
    assert_eq!(is_told(&mut tab, "Once").await.0, RoomId::lobby());
    let again = program
        .posts_as(&two, "/api/v1/push", "\"k-1\"", push)
        .await;
    let place = |told: &Value| {
        (
            told["stored"][0]["seq"].clone(),
            told["stored"][0]["repeated"].clone(),
        )
    };
    let (seq, _) = place(&first.json);
    assert_eq!(place(&first.json), (seq.clone(), json!(false)));
    assert_eq!(place(&again.json), (seq, json!(true)));

    let other = json!({ "to": { "room": "lobby" }, "text": "Twice" });
    let refused = program
        .posts_as(&one, "/api/v1/push", "k-1", other.clone())
        .await;
    assert_eq!(
        (refused.status, &refused.json["reason"]),
        (409, &json!("cid_conflict"))
    );
    let by_another = Program::new(&world, "Other", "push", &[]).await;
    let answer = by_another
        .posts_as(&one, "/api/v1/push", "k-1", other)
        .await;
    assert_eq!(answer.status, 200, "a key's ids are its own");
}

#[tokio::test]
async fn several_users_are_each_told_once_and_unknown_ones_are_listed() {
    let world = World::alone();
    let node = world.node().await;
    let program = Program::new(&world, "Ops", "all", &[]).await;
    let mut ids = Vec::new();
    for name in ["Ann", "Bob", "Cyd"] {
        Visitor::joins(&node, name).await;
        ids.push(id_of(&program, &node, name).await);
    }
    let gone = Visitor::joins(&node, "Dan").await;
    let dan = id_of(&program, &node, "Dan").await;
    gone.submits(&node, "/leave", &[]).await;
    let mut to = ids.clone();
    to.extend([ids[0].clone(), "nobody".to_owned(), dan.clone()]);
    let push = json!({ "to": { "users": to }, "text": "Lunch" });
    for is_repeated in [false, true] {
        let told = program
            .posts_as(&node, "/api/v1/push", "lunch", push.clone())
            .await;
        let stored = told.json["stored"].as_array().expect("a list");
        assert_eq!(stored.len(), 3, "{}", told.json);
        assert!(stored.iter().all(|one| one["repeated"] == is_repeated));
        assert!(stored.iter().all(|one| one["reached"]["later"] == 1));
        let mut unknown = vec![json!("nobody"), json!(dan)];
        unknown.sort_by_key(Value::to_string);
        assert_eq!(told.json["unknown"], json!(unknown));
    }
}

#[tokio::test]
async fn a_list_that_has_grown_tells_nobody_twice_under_one_key() {
    let world = World::alone();
    let node = world.node().await;
    let program = Program::new(&world, "Ops", "all", &[]).await;
    Visitor::joins(&node, "Ann").await;
    let bob = Visitor::joins(&node, "Bob").await;
    let ids = [
        id_of(&program, &node, "Ann").await,
        id_of(&program, &node, "Bob").await,
    ];
    let push = async |users: &[String], text: &str| {
        let push = json!({ "to": { "users": users }, "text": text });
        program.posts_as(&node, "/api/v1/push", "k", push).await
    };
    let first = push(&ids[..1], "Lunch").await.json;
    assert_eq!(first["stored"][0]["repeated"], false, "{first}");
    let again = push(&ids, "Lunch").await.json;
    let stored = again["stored"].as_array().expect("a list");
    for (id, is_repeated) in ids.iter().zip([true, false]) {
        let one = stored.iter().find(|one| one["user"] == json!(id));
        let one = one.expect("it is told of everyone");
        assert_eq!(
            (&one["repeated"], &one["seq"]),
            (&json!(is_repeated), &json!(2))
        );
    }
    let gone = push(&["nobody".to_owned()], "Lunch").await;
    assert_eq!(gone.status, 200);
    assert_eq!(gone.json, json!({ "stored": [], "unknown": ["nobody"] }));

    // Who cannot be told is named, and keeps nobody else from it.
    let push = json!({ "to": { "users": ids[..1] }, "text": "Tea" });
    program.posts_as(&node, "/api/v1/push", "t", push).await;
    let push = json!({ "to": { "users": ids }, "text": "Cake" });
    let partly = program.posts_as(&node, "/api/v1/push", "t", push).await;
    assert_eq!(partly.status, 409);
    assert_eq!(partly.json["failed"], json!([ids[0]]));
    let of_bob = page_of(&bob, &node, &format!("notices-{}", ids[1])).await;
    assert!(of_bob.contains("Cake"));
}
