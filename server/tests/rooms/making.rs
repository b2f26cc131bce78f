//! Rooms for everybody: made, found, joined, called otherwise and left.

use protocol::{Event, Kind, Reason, RoomId};

use crate::rooms::{does, id_of, makes, people_of, room_led_to};
use crate::world::person::{cid, location};
use crate::world::{Visitor, World};

#[tokio::test]
async fn a_room_made_on_one_node_is_found_and_joined_on_the_other() {
    let world = World::with_redis();
    let (one, two) = (world.node().await, world.node().await);
    let ann = Visitor::joins(&one, "Ann").await;
    let bob = Visitor::joins(&two, "Bob").await;
    let (mut ann_here, mut bob_there) = (ann.enters(&one).await, bob.enters(&two).await);
    let room = makes(&ann, &one, "public", "Tea time").await;
    assert_eq!(room.as_str(), "tea-time");
    ann_here.is_let_into(&room).await;
    assert!(ann_here.rooms[&room].owned);

    let list = bob.gets(&two, "/rooms").await.text().await.expect("text");
    assert!(list.contains("Tea time") && list.contains("/rooms/tea-time/join"));
    let page = bob.gets(&two, "/rooms/tea-time").await;
    assert_eq!(location(&page), "/rooms/tea-time/join");
    let page = bob.gets(&two, "/rooms/tea-time/join").await;
    assert!(page.text().await.expect("text").contains("Join Tea time"));
    let (status, _) = does(&bob, &two, (&room, "join"), &[]).await;
    assert_eq!(status, 303);
    bob_there.is_let_into(&room).await;
    assert!(!bob_there.rooms[&room].owned);

    ann_here.opens(&room).await;
    bob_there.opens(&room).await;
    ann_here.says("milk or sugar?").await;
    bob_there.sees("milk or sugar?").await;
    bob_there.says("both").await;
    ann_here.sees("both").await;
    let people = people_of(&bob, &two, &room).await;
    assert_eq!(people.count, 2);
    assert_eq!(people.owner, Some(id_of(&bob, &two, "Ann").await));
    let names: Vec<&str> = people
        .people
        .iter()
        .map(|person| person.name.as_str())
        .collect();
    assert_eq!(names, ["Ann", "Bob"]);
}

#[tokio::test]
async fn a_room_nobody_looks_at_still_tells_what_is_new_in_it() {
    let world = World::with_redis();
    let (one, two) = (world.node().await, world.node().await);
    let ann = Visitor::joins(&one, "Ann").await;
    let bob = Visitor::joins(&two, "Bob").await;
    let room = makes(&ann, &one, "public", "Tea time").await;
    does(&bob, &two, (&room, "join"), &[]).await;
    let (mut ann_here, mut bob_there) = (ann.enters(&one).await, bob.enters(&two).await);
    ann_here.opens(&room).await;
    ann_here.says("is anybody there?").await;
    // Bob looks at the lobby.
    let heard = bob_there.hears_until(|event| match event {
        Event::Entry(entry) if entry.room == room => Some((entry.seq, entry.body.clone())),
        _ => None,
    });
    assert_eq!(heard.await, (1, "is anybody there?".to_owned()));
    bob_there.opens(&room).await;
    assert_eq!(bob_there.bodies(), ["is anybody there?"]);
}

#[tokio::test]
async fn a_form_sent_twice_makes_one_room() {
    let world = World::alone();
    let node = world.node().await;
    let ann = Visitor::joins(&node, "Ann").await;
    let page = ann
        .gets(&node, "/rooms/new")
        .await
        .text()
        .await
        .expect("text");
    let (_, rest) = page.split_once("name=\"cid\" value=\"").expect("a cid");
    let (cid, _) = rest.split_once('"').expect("it ends");
    let fields = [("cid", cid), ("kind", "private"), ("name", "Plans")];
    let mut rooms = Vec::new();
    for _ in 0..2 {
        rooms.push(room_led_to(
            &ann.submits(&node, "/rooms/new", &fields).await,
        ));
    }
    assert_eq!(rooms[0], rooms[1]);
    let again = [("cid", cid), ("kind", "private"), ("name", "Other plans")];
    let answer = ann.submits(&node, "/rooms/new", &again).await;
    assert_eq!(
        answer.status().as_u16(),
        409,
        "another room by the same send"
    );
}

#[tokio::test]
async fn a_name_that_does_not_do_is_told_beside_what_was_typed() {
    let world = World::alone();
    let node = world.node().await;
    let ann = Visitor::joins(&node, "Ann").await;
    makes(&ann, &node, "public", "Tea time").await;
    let long = "x".repeat(201);
    for (name, topic, status) in [
        ("", "", 422),
        ("  ", "", 422),
        (&long[..41], "", 422),
        ("a\u{202E}b", "", 422),
        ("Tea", &long[..], 422),
        ("TEA TIME", "", 409),
        ("Lobby", "", 409),
    ] {
        let cid = cid();
        let fields = [
            ("cid", cid.as_str()),
            ("kind", "public"),
            ("name", name),
            ("topic", topic),
        ];
        let answer = ann.submits(&node, "/rooms/new", &fields).await;
        assert_eq!(answer.status().as_u16(), status, "{name:?}");
        let page = answer.text().await.expect("text");
        assert!(page.contains(r#"role="alert""#), "{name:?}");
        assert!(page.contains(&format!("value=\"{name}\"")) || name.contains('\u{202E}'));
    }
}

#[tokio::test]
async fn a_new_name_and_topic_are_told_in_the_room_and_kept() {
    let world = World::with_redis();
    let (one, two) = (world.node().await, world.node().await);
    let ann = Visitor::joins(&one, "Ann").await;
    let bob = Visitor::joins(&two, "Bob").await;
    let room = makes(&ann, &one, "public", "Tea time").await;
    does(&bob, &two, (&room, "join"), &[]).await;
    let mut bob_there = bob.enters(&two).await;
    bob_there.opens(&room).await;
    for (verb, field, text, kind) in [
        ("rename", "name", "Coffee time", Kind::Renamed),
        ("topic", "topic", "beans <b>only</b>", Kind::Described),
    ] {
        let (status, page) = does(&bob, &two, (&room, verb), &[(field, text)]).await;
        assert_eq!(status, 403, "Bob has not made it");
        assert!(page.contains("for the room&#x27;s owner") || page.contains("role=\"alert\""));
        let (status, _) = does(&ann, &one, (&room, verb), &[(field, text)]).await;
        assert_eq!(status, 303);
        let told = bob_there.hears_until(|event| match event {
            Event::Entry(entry) if entry.kind == kind => Some(entry.body.clone()),
            _ => None,
        });
        assert_eq!(told.await, text);
    }
    let again = bob.enters(&two).await;
    let state = &again.rooms[&room];
    assert_eq!(
        (state.name.as_str(), state.topic.as_str()),
        ("Coffee time", "beans <b>only</b>")
    );
    let page = bob.gets(&two, "/rooms/tea-time/about").await;
    let page = page.text().await.expect("text");
    assert!(
        page.contains("beans &lt;b&gt;only&lt;/b&gt;"),
        "text is text"
    );
}

#[tokio::test]
async fn who_leaves_a_room_hears_no_more_of_it_on_any_device() {
    let world = World::with_redis();
    let (one, two) = (world.node().await, world.node().await);
    let ann = Visitor::joins(&one, "Ann").await;
    let bob = Visitor::joins(&two, "Bob").await;
    let room = makes(&ann, &one, "public", "Tea time").await;
    does(&bob, &two, (&room, "join"), &[]).await;
    let mut devices = [bob.enters(&one).await, bob.enters(&two).await];
    for device in &mut devices {
        device.opens(&room).await;
    }
    let (status, _) = does(&bob, &one, (&room, "leave"), &[]).await;
    assert_eq!(status, 303);
    for device in &mut devices {
        assert_eq!(
            device.is_put_out_of(&room).await,
            None,
            "nobody has to say why"
        );
    }
    let mut ann_here = ann.enters(&one).await;
    ann_here.opens(&room).await;
    ann_here.says("alone at last").await;
    ann_here.opens(&RoomId::lobby()).await;
    ann_here.says("in the lobby").await;
    for device in &mut devices {
        let next = device.hears_until(|event| match event {
            Event::Entry(entry) => Some(entry.body.clone()),
            _ => None,
        });
        assert_eq!(next.await, "in the lobby");
        let cid = cid();
        device.posts(&cid, "may I?").await;
        assert_eq!(device.is_answered(&cid).await, Err(Reason::RoomUnknown));
    }
}

#[tokio::test]
async fn what_a_foreign_page_sends_does_nothing() {
    let world = World::alone();
    let node = world.node().await;
    let ann = Visitor::joins(&node, "Ann").await;
    let room = makes(&ann, &node, "public", "Tea time").await;
    for path in [
        "/rooms/new",
        "/talk",
        "/rooms/tea-time/rename",
        "/rooms/tea-time/leave",
    ] {
        let forged = ann.request(&node, "POST", path);
        let forged = forged.header("origin", "https://evil.example");
        let forged = forged.form(&[("name", "Forged"), ("user", "u1"), ("kind", "public")]);
        let answer = forged.send().await.expect("an answer");
        assert_eq!(answer.status().as_u16(), 403, "{path}");
    }
    let client = ann.enters(&node).await;
    assert_eq!(client.rooms.len(), 2, "the lobby and hers");
    assert_eq!(client.rooms[&room].name, "Tea time");
}

#[tokio::test]
async fn who_makes_rooms_faster_than_anybody_would_is_slowed() {
    let world = World::alone();
    let flags = ["--sends-per-sec", "1", "--sends-burst", "5"];
    let node = world.node_with(&flags).await;
    let ann = Visitor::joins(&node, "Ann").await;
    let mut statuses = Vec::new();
    for nth in 0..12 {
        let name = format!("Room {nth}");
        let fields = [("kind", "private"), ("name", name.as_str())];
        let answer = ann.submits(&node, "/rooms/new", &fields).await;
        statuses.push(answer.status().as_u16());
    }
    assert_eq!(statuses[..5], [303; 5]);
    assert!(statuses.contains(&429), "{statuses:?}");
}
