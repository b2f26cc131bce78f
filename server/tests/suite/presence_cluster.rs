//! What presence promises that several nodes keep together.

use std::time::Duration;

use crate::attendance::{World, connect_as, person, session, until};
use crate::presence_promises::{DEATH_MAX, walk};

pub async fn two_nodes_agree(world: World) {
    let (one, two) = (world.node("n1").await, world.node("n2").await);
    let (ann, bob) = (person("ann"), person("bob"));
    assert!(one.enters(&session("s1"), &ann).await);
    assert!(two.enters(&session("s2"), &bob).await);
    assert!(
        !two.enters(&session("s3"), &ann).await,
        "she is online already"
    );
    assert_eq!(one.online().await, two.online().await);
    assert!(one.sees(&[&ann, &bob]).await);
    until(|| async { world.nodes() == ["http://n1", "http://n2"] }).await;

    one.leaves(&session("s1"), &ann).await;
    two.leaves(&session("s2"), &bob).await;
    world.tells_that_left(&bob).await;
    assert_eq!(world.left(&ann), 0, "she is at the other node");
    assert_eq!(world.replay(), [ann]);
    assert_eq!(one.online().await, two.online().await);
}

pub async fn a_killed_nodes_users_leave_within_eight_seconds(world: World) {
    let (one, two, three) = (
        world.node("n1").await,
        world.node("n2").await,
        world.node("n3").await,
    );
    let (ann, bob, cyd) = (person("ann"), person("bob"), person("cyd"));
    one.enters(&session("s1"), &ann).await;
    one.enters(&session("s2"), &bob).await;
    two.enters(&session("s3"), &bob).await;
    three.enters(&session("s4"), &cyd).await;
    // Long enough at work that everybody knows everybody.
    until(|| async { world.nodes().len() == 3 }).await;
    drop(one);
    let took = world.tells_that_left(&ann).await;
    assert!(took <= DEATH_MAX, "took {took:?}");
    two.comes_to_see(&[&bob, &cyd]).await;
    until(|| async { world.nodes() == ["http://n2", "http://n3"] }).await;
    assert_eq!(
        [&ann, &bob, &cyd].map(|person| world.left(person)),
        [1, 0, 0]
    );
    assert_eq!(world.replay(), [bob, cyd]);
}

pub async fn a_node_that_was_taken_for_dead_registers_again(world: World) {
    let (mut one, two) = (world.node("n1").await, world.node("n2").await);
    let (ann, bob) = (person("ann"), person("bob"));
    one.enters(&session("s1"), &ann).await;
    two.enters(&session("s2"), &bob).await;
    one.freeze();
    world.tells_that_left(&ann).await;
    let before = two.online().await.version;
    one.thaw();
    two.comes_to_see(&[&ann, &bob]).await;
    assert!(two.online().await.version > before);
    assert_eq!(world.left(&ann), 1);

    one.leaves(&session("s1"), &ann).await;
    until(|| async { world.left(&ann) == 2 }).await;
    assert!(one.sees(&[&bob]).await);
}

pub async fn a_retired_nodes_users_leave_after_the_grace(world: World) {
    let (one, two) = (world.node("n1").await, world.node("n2").await);
    let (ann, bob) = (person("ann"), person("bob"));
    one.enters(&session("s1"), &ann).await;
    one.enters(&session("s2"), &bob).await;
    one.presence.retire().await.expect("presence is there");
    until(|| async { world.nodes() == ["http://n2"] }).await;
    assert!(
        !two.enters(&session("s3"), &bob).await,
        "moving on is no join"
    );
    let took = world.tells_that_left(&ann).await;
    assert!(took < Duration::from_secs(7), "took {took:?}");
    assert_eq!((world.left(&ann), world.left(&bob)), (1, 0));
    assert!(two.sees(&[&bob]).await);
}

/// In a server that serves others, too.
pub async fn clusters_with_other_prefixes_do_not_meet(world: World) {
    let (one, two) = (world.node("n1").await, world.node("n2").await);
    let other = connect_as(world.url(), "n1", "other:").await;
    let other = other.expect("presence is there");
    let (ann, bob) = (person("ann"), person("bob"));
    one.enters(&session("s1"), &ann).await;
    let change = other.enter(&session("s1"), &ann).await;
    assert_eq!(
        change.expect("presence is there").map(|it| it.count),
        Some(1)
    );
    let entered = other.enter(&session("s2"), &bob).await;
    entered.expect("presence is there");
    assert!(two.sees(&[&ann]).await);
    let places = two.presence.sessions(std::slice::from_ref(&bob.id)).await;
    assert_eq!(places.expect("presence is there"), [vec![]]);
    one.leaves(&session("s1"), &ann).await;
    world.tells_that_left(&ann).await;
    let online = other.online().await.expect("presence is there");
    assert_eq!(online.people, [ann, bob]);
}

/// A session that stands there and not here, and one that was lost there.
pub async fn what_differs_is_put_right_by_itself(mut world: World) {
    let (one, two) = (world.node("n1").await, world.node("n2").await);
    let (ann, bob, cyd) = (person("ann"), person("bob"), person("cyd"));
    one.enters(&session("s1"), &ann).await;
    one.enters(&session("s2"), &bob).await;
    two.enters(&session("s3"), &cyd).await;
    world.server().lose().await;
    assert!(two.sees(&[&bob, &cyd]).await);
    two.comes_to_see(&[&ann, &bob, &cyd]).await;
    assert_eq!(
        [&ann, &bob, &cyd].map(|person| world.left(person)),
        [0, 0, 0]
    );
}

pub async fn the_list_is_true_after_any_walk_over_nodes(world: World) {
    let (one, two, three) = (
        world.node("n1").await,
        world.node("n2").await,
        world.node("n3").await,
    );
    walk(&world, &[&one, &two, &three]).await;
}
