//! How a connection ends: with an ERROR that says why, and the code a socket would be closed with.

use protocol::limits;

use crate::line::Way;
use crate::speaker::Speaker;
use crate::world::{Visitor, World};

#[tokio::test]
async fn a_stopping_node_says_so_to_everybody() {
    let world = World::alone();
    let node = world.node().await;
    let mut people = Vec::new();
    for way in Way::ALL {
        people.push(Speaker::enters(&node, way, &format!("{way:?}")).await);
    }
    people.push(Speaker::connects(&node, Way::Plain).await);
    let told = people.iter_mut().map(Speaker::is_refused);
    let (told, ()) = tokio::join!(futures_util::future::join_all(told), node.stop());
    for (error, code) in told {
        assert!(
            error.header("message").contains("connect again"),
            "{error:?}"
        );
        assert_eq!(code, 1012);
    }
}

#[tokio::test]
async fn guests_of_a_stopped_node_come_under_their_names_at_the_other_one() {
    let world = World::with_redis();
    let (one, two) = (world.node().await, world.node().await);
    let mut ann = Speaker::enters(&one, Way::Plain, "Ann").await;
    let (_, ()) = tokio::join!(ann.is_refused(), one.stop());
    let mut ann = Speaker::enters(&two, Way::SockJs, "Ann").await;
    ann.says("here again").await;
    ann.sees("here again").await;
}

#[tokio::test]
async fn a_sign_out_ends_it() {
    let world = World::alone();
    let node = world.node().await;
    let visitor = Visitor::joins(&node, "Ann").await;
    let (mut ann, _) = Speaker::connects_with(&node, Way::SockJs, &visitor).await;
    ann.subscribes("lobby", "/topic/public").await;
    ann.hears_of("JOIN", "Ann").await;
    visitor.submits(&node, "/leave", &[]).await;
    let (error, code) = ann.is_refused().await;
    assert!(error.header("message").contains("signed out"), "{error:?}");
    assert_eq!(code, 4001);
}

#[tokio::test]
async fn one_with_too_many_connections_is_told_so() {
    let world = World::alone();
    let node = world.node_with(&["--sessions-per-user", "2"]).await;
    let visitor = Visitor::joins(&node, "Ann").await;
    let _page = visitor.enters(&node).await;
    let (mut first, _) = Speaker::connects_with(&node, Way::Plain, &visitor).await;
    first.subscribes("lobby", "/topic/public").await;
    first.hears_of("JOIN", "Ann").await;
    let (mut second, _) = Speaker::connects_with(&node, Way::Plain, &visitor).await;
    let (error, code) = second.is_refused().await;
    assert!(
        error.header("message").contains("as many connections"),
        "{error:?}"
    );
    assert_eq!(code, 1008);
}

#[tokio::test]
async fn where_one_may_have_one_connection_it_is_one_like_the_others() {
    let world = World::alone();
    let node = world.node_with(&["--one-session-per-user"]).await;
    let visitor = Visitor::joins(&node, "Ann").await;
    let (mut first, _) = Speaker::connects_with(&node, Way::Plain, &visitor).await;
    first.subscribes("lobby", "/topic/public").await;
    first.hears_of("JOIN", "Ann").await;
    let _page = visitor.enters(&node).await;
    let (error, code) = first.is_refused().await;
    assert!(
        error.header("message").contains("connected somewhere else"),
        "{error:?}"
    );
    assert_eq!(code, 4001);
}

#[tokio::test]
async fn who_floods_is_told_so() {
    let world = World::alone();
    let node = world.node().await;
    for way in [Way::Plain, Way::SockJs] {
        let mut ann = Speaker::connects(&node, way).await;
        for _ in 0..10 * limits::SENDS_BURST {
            ann.sends(
                "SUBSCRIBE",
                &[("id", "1"), ("destination", "/topic/public")],
                "",
            )
            .await;
            ann.sends("UNSUBSCRIBE", &[("id", "1")], "").await;
        }
        let (error, code) = ann.is_refused().await;
        assert!(
            error.header("message").contains("too many frames"),
            "{way:?}: {error:?}"
        );
        assert_eq!(code, 4008);
    }
}

#[tokio::test]
async fn who_is_banned_is_told_why() {
    let world = World::alone();
    let node = world.node().await;
    let admin = Visitor::joins(&node, "Admin Ann").await;
    let kept = admin.submits(
        &node,
        "/account/password",
        &[("password", "a horse in the kitchen")],
    );
    assert_eq!(kept.await.status().as_u16(), 303);
    let mut page = admin.enters(&node).await;
    let mut bob = Speaker::enters(&node, Way::SockJs, "Bob").await;
    bob.says("spam").await;
    page.sees("spam").await;
    let said = page.entries.last().expect("it was seen");
    let ban = format!("/people/{}/ban", said.sender);
    let banned = admin.submits(&node, &ban, &[("why", "Too loud")]).await;
    assert_eq!(banned.status().as_u16(), 303);
    let (error, code) = bob.is_refused().await;
    assert_eq!((error.header("message"), code), ("Too loud", 4003));
}

#[tokio::test]
async fn what_was_said_before_the_connection_broke_is_stored() {
    let world = World::alone();
    let node = world.node().await;
    let mut page = Visitor::joins(&node, "Page").await.enters(&node).await;
    let mut ann = Speaker::enters(&node, Way::Plain, "Ann").await;
    for nth in 0..limits::SENDS_BURST {
        ann.says(&format!("{nth}")).await;
    }
    drop(ann);
    let last = format!("{}", limits::SENDS_BURST - 1);
    page.sees(&last).await;
    let said: Vec<String> = (0..limits::SENDS_BURST)
        .map(|nth| nth.to_string())
        .collect();
    assert_eq!(page.bodies(), said);
}
