//! A room that is not for somebody is, to them, one that is not there: on every path, by every method, in every frame.

use protocol::{Command, Event, Kind, RoomId, Target};

use crate::rooms::{id_of, makes, room_led_to};
use crate::world::person::cid;
use crate::world::{Client, Node, Visitor, World};

/// Each path of a room, with how it is asked.
const PATHS: [(&str, &str); 19] = [
    ("GET", ""),
    ("GET", "?before=3"),
    ("GET", "?at=1"),
    ("GET", "/entries"),
    ("GET", "/about"),
    ("GET", "/join"),
    ("POST", "/join"),
    ("POST", "/leave"),
    ("POST", "/messages"),
    ("POST", "/rename"),
    ("POST", "/topic"),
    ("POST", "/invite"),
    ("POST", "/remove"),
    ("POST", "/silence"),
    ("POST", "/unsilence"),
    ("POST", "/ban"),
    ("POST", "/unban"),
    ("POST", "/mute"),
    ("POST", "/link"),
];

/// What every path answers, without what names the room and what is new each time.
async fn answers(node: &Node, visitor: &Visitor, room: &str) -> Vec<(u16, String)> {
    let own = id_of(visitor, node, "Cyd").await;
    let fields = [
        ("cid", "c1"),
        ("body", "let me in"),
        ("name", "Cyd"),
        ("topic", "mine"),
        ("user", own.as_str()),
        ("muted", "true"),
    ];
    let mut answers = Vec::new();
    for (method, path) in PATHS {
        for accept in ["text/html", "application/json"] {
            let path = format!("/rooms/{room}{path}");
            let request = visitor.request(node, method, &path);
            let request = request.header("accept", accept);
            let request = if method == "POST" {
                request.form(&fields)
            } else {
                request
            };
            let answer = request.send().await.expect("an answer");
            let (status, text) = (answer.status().as_u16(), answer.text().await.expect("text"));
            assert_eq!(status, 404, "{method} {path}");
            answers.push((status, without_nonce(&text).replace(room, "")));
        }
    }
    answers
}

/// A page's text but for what differs each time.
fn without_nonce(text: &str) -> String {
    let words = text.split("nonce=\"");
    words
        .map(|part| part.split_once('"').map_or(part, |(_, rest)| rest))
        .collect()
}

/// What a socket is told when it tries everything in the room.
async fn told(client: &mut Client, room: &RoomId) -> Vec<String> {
    let mut wishes = vec![
        Command::Typing { room: room.clone() },
        Command::Read {
            room: room.clone(),
            seq: 1,
        },
        Command::Open {
            room: room.clone(),
            cursor: None,
        },
    ];
    let mut last = cid();
    for kind in [Kind::Posted, Kind::Edited, Kind::Deleted, Kind::Reacted] {
        last = cid();
        wishes.push(Command::Send {
            cid: last.clone(),
            room: room.clone(),
            kind,
            target: Some(Target::message(1)),
            body: if kind == Kind::Reacted { "👍" } else { "hi" }.to_owned(),
        });
    }
    let mut told = Vec::new();
    for wish in &wishes {
        client.sends(wish).await;
    }
    loop {
        match client.hears().await {
            Event::Rejected { cid, reason, .. } => {
                told.push(format!("rejected {reason:?}"));
                if cid == last {
                    return told;
                }
            }
            Event::RoomGone {
                room: gone,
                message,
            } => {
                assert_eq!(gone, *room);
                told.push(format!("gone {message:?}"));
            }
            Event::Heartbeat
            | Event::Nodes { .. }
            | Event::OnlineChanged { .. }
            | Event::Online { .. } => {}
            other => told.push(format!("{other:?}").replace(room.as_str(), "")),
        }
    }
}

#[tokio::test]
async fn a_room_that_is_not_for_somebody_is_not_there_for_them() {
    let world = World::with_redis();
    let flags = ["--sends-burst", "1000"];
    let (one, two) = (world.node_with(&flags).await, world.node_with(&flags).await);
    let ann = Visitor::joins(&one, "Ann").await;
    let bob = Visitor::joins(&one, "Bob").await;
    let cyd = Visitor::joins(&two, "Cyd").await;
    let private = makes(&ann, &one, "private", "Plans").await;
    let user = id_of(&ann, &one, "Bob").await;
    let direct = room_led_to(&ann.submits(&one, "/talk", &[("user", &user)]).await);
    let cid = cid();
    let fields = [("cid", cid.as_str()), ("kind", "group"), ("people", "Bob")];
    let group = room_led_to(&ann.submits(&one, "/rooms/new", &fields).await);
    let inbox = RoomId::inbox(&user.parse().expect("an id"));
    let nowhere: RoomId = "nowhere".parse().expect("an id");
    let mut of_ann = ann.enters(&one).await;
    for room in [&private, &direct, &group] {
        of_ann.opens(room).await;
        of_ann.says("a secret").await;
    }
    for node in [&one, &two] {
        let mut of_cyd = cyd.enters(node).await;
        let there_is_none = answers(node, &cyd, nowhere.as_str()).await;
        let told_none = told(&mut of_cyd, &nowhere).await;
        for room in [&private, &direct, &group, &inbox] {
            assert_eq!(
                answers(node, &cyd, room.as_str()).await,
                there_is_none,
                "{room}"
            );
            assert_eq!(told(&mut of_cyd, room).await, told_none, "{room}");
        }
        let list = cyd.gets(node, "/rooms").await.text().await.expect("text");
        assert!(!list.contains("Plans"));
    }
    let page = bob.gets(&two, &format!("/rooms/{direct}")).await;
    assert_eq!(page.status().as_u16(), 200, "Bob is in it");
}

#[tokio::test]
async fn who_was_put_out_reads_on_nowhere() {
    let world = World::alone();
    let node = world.node().await;
    let ann = Visitor::joins(&node, "Ann").await;
    let cyd = Visitor::joins(&node, "Cyd").await;
    let room = makes(&ann, &node, "private", "Plans").await;
    let user = id_of(&ann, &node, "Cyd").await;
    crate::rooms::does(&ann, &node, (&room, "invite"), &[("name", "Cyd")]).await;
    crate::rooms::does(&ann, &node, (&room, "remove"), &[("user", &user)]).await;
    let mut of_ann = ann.enters(&node).await;
    of_ann.opens(&room).await;
    of_ann.says("a secret").await;
    for (method, path) in PATHS {
        if path == "/entries" {
            continue; // what they saw while they were in
        }
        let path = format!("/rooms/{room}{path}");
        let request = cyd.request(&node, method, &path);
        let fields = [
            ("cid", "c1"),
            ("body", "hi"),
            ("name", "Cyd"),
            ("user", &user),
        ];
        let answer = request.form(&fields).send().await.expect("an answer");
        assert_eq!(answer.status().as_u16(), 404, "{method} {path}");
    }
    let path = format!("/rooms/{room}/entries");
    let page = cyd.gets(&node, &path).await.text().await.expect("text");
    assert!(!page.contains("a secret"));
}
