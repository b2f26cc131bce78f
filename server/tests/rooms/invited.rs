//! Links into private rooms.

use protocol::RoomId;

use crate::rooms::{does, id_of, makes, people_of};
use crate::world::person::location;
use crate::world::{Node, Visitor, World};

/// Makes a link; its path.
async fn makes_link(visitor: &Visitor, node: &Node, room: &RoomId) -> String {
    let (status, page) = does(visitor, node, (room, "link"), &[]).await;
    assert_eq!(status, 200);
    let (_, rest) = page.split_once("/invite/").expect("the link is shown");
    let (link, _) = rest.split_once('"').expect("it ends");
    format!("/invite/{link}")
}

#[tokio::test]
async fn who_has_the_link_comes_in_from_there_on() {
    let world = World::with_redis();
    let (one, two) = (world.node().await, world.node().await);
    let ann = Visitor::joins(&one, "Ann").await;
    let room = makes(&ann, &one, "private", "Plans").await;
    let mut ann_here = ann.enters(&one).await;
    ann_here.opens(&room).await;
    ann_here.says("before").await;
    let link = makes_link(&ann, &one, &room).await;

    let stranger = Visitor::new().gets(&two, &link).await;
    assert_eq!(location(&stranger), format!("/?next={link}"));
    let bob = Visitor::joins(&two, "Bob").await;
    let page = bob.gets(&two, &link).await.text().await.expect("text");
    assert!(page.contains("You are invited to Plans"));
    assert_eq!(
        people_of(&ann, &one, &room).await.count,
        1,
        "a look lets nobody in"
    );
    for _ in 0..2 {
        let answer = bob.submits(&two, &link, &[]).await;
        assert_eq!(location(&answer), format!("/rooms/{room}"));
    }
    assert_eq!(people_of(&ann, &one, &room).await.count, 2);
    let mut bob_there = bob.enters(&two).await;
    bob_there.opens(&room).await;
    ann_here.says("after").await;
    bob_there.sees("after").await;
    assert!(!bob_there.bodies().contains(&"before"));
}

#[tokio::test]
async fn an_ended_link_and_one_that_never_was_lead_nowhere() {
    let world = World::alone();
    let node = world.node().await;
    let ann = Visitor::joins(&node, "Ann").await;
    let bob = Visitor::joins(&node, "Bob").await;
    let room = makes(&ann, &node, "private", "Plans").await;
    let ended = makes_link(&ann, &node, &room).await;
    let good = makes_link(&ann, &node, &room).await;
    assert_ne!(ended, good);
    let never = format!("/invite/{}", "A".repeat(43));
    for path in [&ended, &never, "/invite/short"] {
        let page = bob.gets(&node, path).await;
        assert_eq!(page.status().as_u16(), 404, "{path}");
        let answer = bob.submits(&node, path, &[]).await;
        assert_eq!(answer.status().as_u16(), 404, "{path}");
    }
    let answer = bob.submits(&node, &good, &[]).await;
    assert_eq!(answer.status().as_u16(), 303);
}

#[tokio::test]
async fn only_who_looks_after_the_room_makes_links_and_the_banned_do_not_come_in_by_one() {
    let world = World::alone();
    let node = world.node().await;
    let ann = Visitor::joins(&node, "Ann").await;
    let bob = Visitor::joins(&node, "Bob").await;
    let room = makes(&ann, &node, "private", "Plans").await;
    let link = makes_link(&ann, &node, &room).await;
    bob.submits(&node, &link, &[]).await;
    let (status, page) = does(&bob, &node, (&room, "link"), &[]).await;
    assert_eq!(status, 403);
    assert!(!page.contains("/invite/"));

    let user = id_of(&ann, &node, "Bob").await;
    let (status, _) = does(&ann, &node, (&room, "ban"), &[("user", &user)]).await;
    assert_eq!(status, 303);
    let answer = bob.submits(&node, &link, &[]).await;
    assert_eq!(answer.status().as_u16(), 403);
    let page = answer.text().await.expect("text");
    assert!(page.contains("banned"), "the page says why");
    let page = bob.gets(&node, &format!("/rooms/{room}")).await;
    assert_eq!(page.status().as_u16(), 404);
}
