//! Private talk: of two, of a few, and who hears of it.

use futures_util::future::join_all;
use protocol::{Event, RoomKind};

use crate::rooms::{does, id_of, makes, people_of, room_led_to};
use crate::world::person::{cid, location};
use crate::world::{Visitor, World};

#[tokio::test]
async fn two_who_talk_to_each_other_at_once_are_in_one_room() {
    let world = World::with_redis();
    let (one, two) = (world.node().await, world.node().await);
    let ann = Visitor::joins(&one, "Ann").await;
    let bob = Visitor::joins(&two, "Bob").await;
    let (mut ann_here, mut bob_there) = (ann.enters(&one).await, bob.enters(&two).await);
    let (ids, nodes) = (
        [
            id_of(&ann, &one, "Ann").await,
            id_of(&ann, &one, "Bob").await,
        ],
        [&one, &two],
    );
    let talks = (0..8).map(|nth| {
        let (visitor, other) = if nth % 2 == 0 {
            (&ann, &ids[1])
        } else {
            (&bob, &ids[0])
        };
        let node = nodes[nth % 2];
        async move { visitor.submits(node, "/talk", &[("user", other)]).await }
    });
    let rooms: Vec<_> = join_all(talks).await.iter().map(room_led_to).collect();
    assert!(rooms.iter().all(|room| *room == rooms[0]), "{rooms:?}");
    let room = &rooms[0];
    ann_here.is_let_into(room).await;
    bob_there.is_let_into(room).await;
    let state = &bob_there.rooms[room];
    assert_eq!((state.kind, state.name.as_str()), (RoomKind::Direct, ""));
    assert_eq!(state.people.len(), 2);
    ann_here.opens(room).await;
    bob_there.opens(room).await;
    ann_here.says("between us").await;
    bob_there.sees("between us").await;
    let page = bob.gets(&two, &format!("/rooms/{room}")).await;
    assert_eq!(page.status().as_u16(), 200);
}

#[tokio::test]
async fn nobody_talks_to_themselves_or_to_nobody() {
    let world = World::alone();
    let node = world.node().await;
    let ann = Visitor::joins(&node, "Ann").await;
    let own = id_of(&ann, &node, "Ann").await;
    for user in [own.as_str(), "nobody"] {
        let answer = ann.submits(&node, "/talk", &[("user", user)]).await;
        assert_eq!(answer.status().as_u16(), 422, "{user}");
        let page = answer.text().await.expect("text");
        assert!(page.contains("There is nobody by this name"), "{user}");
    }
    assert_eq!(ann.enters(&node).await.rooms.len(), 1, "the lobby");
}

#[tokio::test]
async fn only_nodes_with_somebody_in_it_hear_of_a_private_room() {
    let mut world = World::with_redis();
    let (one, two) = (world.node().await, world.node().await);
    let ann = Visitor::joins(&one, "Ann").await;
    let bob = Visitor::joins(&two, "Bob").await;
    let (mut ann_here, mut bob_there) = (ann.enters(&one).await, bob.enters(&two).await);
    let room = makes(&ann, &one, "private", "Plans").await;
    ann_here.is_let_into(&room).await;
    let mut redis = world.redis().connection().await;
    let mut hearing = async |room: &str| -> u64 {
        let channel = format!("confab:room:{room}");
        let mut asked = redis::cmd("PUBSUB");
        let asked = asked.arg("NUMSUB").arg(channel);
        let (_, count): (String, u64) = asked.query_async(&mut redis).await.expect("a count");
        count
    };
    assert_eq!(hearing("lobby").await, 2);
    assert_eq!(hearing(room.as_str()).await, 1);
    let heard_before = two.counts("confab_frames_heard_total").await;
    ann_here.opens(&room).await;
    for nth in 0..10 {
        ann_here.says(&format!("secret {nth}")).await;
    }
    ann_here.opens(&protocol::RoomId::lobby()).await;
    ann_here.says("to all").await;
    bob_there.sees("to all").await;
    let heard = two.counts("confab_frames_heard_total").await - heard_before;
    assert!(
        heard < 10,
        "what was heard is of the lobby and of who is online"
    );

    let (status, _) = does(&ann, &one, (&room, "invite"), &[("name", "bob")]).await;
    assert_eq!(status, 303);
    bob_there.is_let_into(&room).await;
    assert_eq!(hearing(room.as_str()).await, 2, "now there is somebody");
    bob_there.opens(&room).await;
    assert!(
        bob_there
            .bodies()
            .iter()
            .all(|body| !body.contains("secret"))
    );
}

#[tokio::test]
async fn a_group_is_up_to_fifty_people() {
    let world = World::alone();
    let node = world.node().await;
    let ann = Visitor::joins(&node, "Ann").await;
    let mut visitors = Vec::new();
    for nth in 1..=50 {
        visitors.push(Visitor::joins(&node, &format!("P {nth}")).await);
    }
    let names = |count: usize| {
        let names: Vec<String> = (1..=count).map(|nth| format!("P {nth}")).collect();
        names.join("\n")
    };
    let makes = async |people: &str| {
        let cid = cid();
        let fields = [("cid", cid.as_str()), ("kind", "group"), ("people", people)];
        ann.submits(&node, "/rooms/new", &fields).await
    };
    for (people, status, says) in [
        (names(50), 409, "full"),
        ("P 1\nNobody".to_owned(), 422, "nobody by this name"),
        (" \n".to_owned(), 422, "name first"),
    ] {
        let answer = makes(&people).await;
        assert_eq!(answer.status().as_u16(), status);
        let page = answer.text().await.expect("text");
        assert!(page.contains(says), "{says}");
    }
    let mut first = visitors[0].enters(&node).await;
    let group = room_led_to(&makes(&names(49)).await);
    first.is_let_into(&group).await;
    assert_eq!(first.rooms[&group].people.len(), 50);
    let people = people_of(&visitors[48], &node, &group).await;
    assert_eq!(people.count, 50);
    let (status, page) = does(&ann, &node, (&group, "invite"), &[("name", "P 50")]).await;
    assert_eq!(status, 409);
    assert!(page.contains("This room is full"));
    let (status, _) = does(&visitors[0], &node, (&group, "leave"), &[]).await;
    assert_eq!(status, 303);
    first.is_put_out_of(&group).await;
    let (status, _) = does(&ann, &node, (&group, "invite"), &[("name", "P 50")]).await;
    assert_eq!(status, 303, "there is a place again");
    let page = visitors[49].gets(&node, &format!("/rooms/{group}")).await;
    assert_eq!((page.status().as_u16(), location(&page)), (200, ""));
}

#[tokio::test]
async fn who_writes_in_a_private_room_is_seen_by_its_people_alone() {
    let world = World::with_redis();
    let (one, two) = (world.node().await, world.node().await);
    let ann = Visitor::joins(&one, "Ann").await;
    let bob = Visitor::joins(&two, "Bob").await;
    let cyd = Visitor::joins(&two, "Cyd").await;
    let (mut ann_here, mut bob_there) = (ann.enters(&one).await, bob.enters(&two).await);
    let mut cyd_there = cyd.enters(&two).await;
    let room = makes(&ann, &one, "private", "Plans").await;
    does(&ann, &one, (&room, "invite"), &[("name", "Bob")]).await;
    ann_here.is_let_into(&room).await;
    bob_there.is_let_into(&room).await;
    let typing = protocol::Command::Typing { room: room.clone() };
    cyd_there.sends(&typing).await;
    ann_here.sends(&typing).await;
    let who = bob_there.hears_until(|event| match event {
        Event::Typing { person, .. } => Some(person.name.to_string()),
        _ => None,
    });
    assert_eq!(who.await, "Ann", "of Cyd nothing is seen");
    ann_here.says("to all").await;
    let next = cyd_there.hears_until(|event| match event {
        Event::Typing { .. } => Some("typing".to_owned()),
        Event::Entry(entry) => Some(entry.body.clone()),
        _ => None,
    });
    assert_eq!(next.await, "to all");
}
