//! One node, through its front door.

mod world;

use std::collections::BTreeMap;

use protocol::{Command, Cursor, Epoch, Event, Reason, RoomId, Tag};
use world::person::{cid, location};
use world::{Client, Visitor, World};

#[tokio::test]
async fn two_people_talk() {
    let world = World::alone();
    let node = world.node().await;
    let mut ann = Visitor::joins(&node, "Ann").await.enters(&node).await;
    let mut bob = Visitor::joins(&node, "Bob").await.enters(&node).await;
    assert_eq!(ann.says("hi <b>Bob</b>").await, 1);
    bob.sees("hi <b>Bob</b>").await;
    assert_eq!(bob.says("你好, Ann").await, 2);
    ann.sees("你好, Ann").await;
    bob.sees("你好, Ann").await;
    assert_eq!(ann.bodies(), bob.bodies());
    assert_eq!(ann.entries[0].name.as_str(), "Ann");
}

#[tokio::test]
async fn a_resend_gets_the_first_answer_and_is_shown_once() {
    let world = World::alone();
    let node = world.node().await;
    let mut ann = Visitor::joins(&node, "Ann").await.enters(&node).await;
    let cid = cid();
    for _ in 0..2 {
        ann.posts(&cid, "once").await;
        assert_eq!(ann.is_answered(&cid).await, Ok(1));
    }
    ann.posts(&cid, "something else").await;
    assert_eq!(ann.is_answered(&cid).await, Err(Reason::CidConflict));
    ann.says("after").await;
    ann.sees("after").await;
    assert_eq!(ann.bodies(), ["once", "after"]);
}

#[tokio::test]
async fn who_comes_back_gets_what_was_missed() {
    let world = World::alone();
    let node = world.node().await;
    let visitor = Visitor::joins(&node, "Ann").await;
    let mut ann = visitor.enters(&node).await;
    let mut bob = Visitor::joins(&node, "Bob").await.enters(&node).await;
    ann.says("one").await;
    ann.sees("one").await;
    let cursor = cursor(&ann);
    drop(ann);
    bob.says("two").await;
    bob.says("three").await;
    let mut ann = visitor.connects(&node).await;
    ann.says_hello(None, BTreeMap::from([(RoomId::lobby(), cursor)]))
        .await;
    ann.is_welcome().await;
    assert_eq!(ann.bodies(), ["two", "three"]);
}

#[tokio::test]
async fn a_cursor_of_another_log_gets_a_fresh_page() {
    let world = World::alone();
    let node = world.node().await;
    let visitor = Visitor::joins(&node, "Ann").await;
    let mut ann = visitor.enters(&node).await;
    ann.says("one").await;
    ann.sees("one").await;
    let good = cursor(&ann);
    let other_epoch = Cursor {
        epoch: "e2".parse::<Epoch>().expect("an id"),
        ..good.clone()
    };
    let other_tag = Cursor {
        tag: Some(Tag::of(&ann.entries[0].sender, &cid())),
        ..good.clone()
    };
    let no_tag = Cursor {
        tag: None,
        ..good.clone()
    };
    let above = Cursor {
        seq: 7,
        ..good.clone()
    };
    let huge = Cursor {
        seq: u64::MAX,
        ..good
    };
    for bad in [other_epoch, other_tag, no_tag, above, huge] {
        let mut ann = visitor.connects(&node).await;
        ann.says_hello(None, BTreeMap::from([(RoomId::lobby(), bad.clone())]))
            .await;
        let fresh = ann
            .hears_until(|event| match event {
                Event::Entries { fresh, .. } => Some(*fresh),
                _ => None,
            })
            .await;
        assert!(fresh, "{bad:?}");
        assert_eq!(ann.bodies(), ["one"]);
    }
}

#[tokio::test]
async fn a_restart_keeps_everything() {
    let world = World::alone();
    let node = world.node().await;
    let visitor = Visitor::joins(&node, "Ann").await;
    visitor.enters(&node).await.says("stays").await;
    node.stop().await;
    let node = world.node().await;
    let mut ann = visitor.enters(&node).await;
    assert_eq!(ann.bodies(), ["stays"]);
    assert_eq!(ann.says("goes on").await, 2);
}

#[tokio::test]
async fn a_kill_keeps_what_was_acknowledged() {
    let world = World::alone();
    let node = world.node().await;
    let visitor = Visitor::joins(&node, "Ann").await;
    visitor.enters(&node).await.says("stays").await;
    node.kill().await;
    let node = world.node().await;
    assert_eq!(visitor.enters(&node).await.bodies(), ["stays"]);
}

#[tokio::test]
async fn one_person_with_two_tabs_is_online_once() {
    let world = World::alone();
    let node = world.node().await;
    let mut bob = Visitor::joins(&node, "Bob").await.enters(&node).await;
    let ann = Visitor::joins(&node, "Ann").await;
    let (first, second) = (ann.enters(&node).await, ann.enters(&node).await);
    bob.is_told("Ann", true).await;
    drop((first, second));
    bob.is_told("Ann", false).await;
}

#[tokio::test]
async fn typing_is_shown_to_the_others() {
    let world = World::alone();
    let node = world.node().await;
    let mut ann = Visitor::joins(&node, "Ann").await.enters(&node).await;
    let mut bob = Visitor::joins(&node, "Bob").await.enters(&node).await;
    ann.sends(&Command::Typing {
        room: RoomId::lobby(),
    })
    .await;
    let who = bob.hears_until(|event| match event {
        Event::Typing { person, .. } => Some(person.name.to_string()),
        _ => None,
    });
    assert_eq!(who.await, "Ann");
}

#[tokio::test]
async fn who_says_all_the_time_that_they_write_is_seen_writing_now_and_then() {
    let world = World::alone();
    let node = world.node().await;
    let mut ann = Visitor::joins(&node, "Ann").await.enters(&node).await;
    let mut bob = Visitor::joins(&node, "Bob").await.enters(&node).await;
    // Everybody sits where programs tell everyone; nobody writes there.
    let mut rooms = vec![RoomId::notices()];
    rooms.resize(30, RoomId::lobby());
    for room in rooms {
        ann.sends(&Command::Typing { room }).await;
    }
    ann.says("at last").await;
    let mut told = Vec::new();
    loop {
        match bob.hears().await {
            Event::Typing { room, .. } => told.push(room),
            Event::Entry(entry) if entry.body == "at last" => break,
            _ => {}
        }
    }
    assert!(told.len() < 15, "{told:?}");
    assert!(told.iter().all(|room| *room == RoomId::lobby()), "{told:?}");
}

#[tokio::test]
async fn a_long_outbox_is_slowed_and_nothing_is_lost() {
    let world = World::alone();
    let node = world.node().await;
    let mut ann = Visitor::joins(&node, "Ann").await.enters(&node).await;
    let mut refused = 0;
    for nth in 0..25 {
        let (cid, body) = (cid(), format!("message {nth}"));
        loop {
            ann.posts(&cid, &body).await;
            match ann.is_answered(&cid).await {
                Ok(_) => break,
                Err(reason) => assert_eq!(reason, Reason::RateLimited),
            }
            refused += 1;
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    }
    assert!(refused > 0, "over the burst it is refused");
    ann.sees("message 24").await;
    assert_eq!(
        ann.bodies(),
        (0..25)
            .map(|nth| format!("message {nth}"))
            .collect::<Vec<_>>()
    );
}

#[tokio::test]
async fn a_plain_form_posts_like_a_socket() {
    let world = World::alone();
    let node = world.node().await;
    let visitor = Visitor::joins(&node, "Ann").await;
    let mut ann = visitor.enters(&node).await;
    let cid = cid();
    let fields = [("cid", cid.as_str()), ("body", "by form")];
    for _ in 0..2 {
        let answer = visitor
            .submits(&node, "/rooms/lobby/messages", &fields)
            .await;
        assert_eq!(
            (answer.status().as_u16(), location(&answer)),
            (303, "/rooms/lobby")
        );
    }
    ann.sees("by form").await;
    let page = visitor
        .gets(&node, "/rooms/lobby")
        .await
        .text()
        .await
        .expect("text");
    assert_eq!(
        page.matches(">by form<").count(),
        1,
        "stored and shown once"
    );
}

#[tokio::test]
async fn a_sign_out_ends_the_sockets_and_frees_the_name() {
    let world = World::alone();
    let node = world.node().await;
    let visitor = Visitor::joins(&node, "Ann").await;
    let mut ann = visitor.enters(&node).await;
    visitor.submits(&node, "/leave", &[]).await;
    assert_eq!(ann.is_closed().await, 4001);
    let mut ghost = visitor.connects(&node).await;
    ghost
        .says_hello(Some(ann.token.clone()), BTreeMap::new())
        .await;
    assert_eq!(
        ghost.is_closed().await,
        4001,
        "neither cookie nor token is good any more"
    );
    Visitor::joins(&node, "Ann").await;
}

#[tokio::test]
async fn a_stopping_node_says_so() {
    let world = World::alone();
    let node = world.node().await;
    let mut ann = Visitor::joins(&node, "Ann").await.enters(&node).await;
    node.terminate().await;
    assert_eq!(ann.is_closed().await, 1012);
}

#[tokio::test]
async fn it_tells_that_it_is_well() {
    let world = World::alone();
    let node = world.node().await;
    for (path, text) in [("/healthz", "ok\n"), ("/readyz", "ready\n")] {
        let answer = Visitor::new().gets(&node, path).await;
        assert_eq!(
            (
                answer.status().as_u16(),
                answer.text().await.expect("text").as_str()
            ),
            (200, text)
        );
    }
}

fn cursor(client: &Client) -> Cursor {
    let last = client.entries.last().expect("something was seen");
    Cursor {
        epoch: client.epoch.clone(),
        seq: last.seq,
        tag: Some(last.tag()),
    }
}
