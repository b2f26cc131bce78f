//! A log that is replaced under running nodes.

use std::fs;

use protocol::{Event, Kind, Reason};
use server::store::{self, Draft, Error};
use world::person::cid;

use super::*;

/// Where a world's nodes are one room: alone, or two of them.
async fn nodes(world: &World, count: usize) -> Vec<Node> {
    let mut nodes = Vec::new();
    for _ in 0..count {
        nodes.push(world.node().await);
    }
    nodes
}

/// Waits until a node that has noticed the change is open again.
async fn is_open_again(node: &mut Node) {
    node.logs(&["ERROR", "the log was replaced under this node"])
        .await;
    node.opens_again().await;
}

/// Two people at the nodes; the log is changed; both are sent away, and come back to what the log is now.
async fn all_begin_anew(world: World, count: usize, change: impl AsyncFn(&World, &Path)) {
    let mut nodes = nodes(&world, count).await;
    let people = [
        Visitor::joins(&nodes[0], "Ann").await,
        Visitor::joins(&nodes[0], "Bob").await,
    ];
    let mut ann = people[0].enters(&nodes[0]).await;
    let mut bob = people[1].enters(&nodes[count - 1]).await;
    says_all(&mut ann, &["one", "two"]).await;
    let older = backup(&world, "older.db").await;
    let was = epoch(&older);
    says_all(&mut ann, &["three", "four"]).await;
    bob.sees("four").await;
    change(&world, &older).await;

    assert_eq!((ann.is_closed().await, bob.is_closed().await), (1012, 1012));
    for node in &mut nodes {
        is_open_again(node).await;
    }
    assert_ne!(epoch(&store(&world)), was);
    let mut ann = comes_back(&people[0], &nodes[0], &ann).await;
    let mut bob = comes_back(&people[1], &nodes[count - 1], &bob).await;
    says_all(&mut bob, &["other three"]).await;
    ann.sees("other three").await;
    assert_eq!(ann.bodies(), ["one", "two", "other three"]);
    assert_eq!(bob.bodies(), ann.bodies());
    let (sound, said) = world.confab(&["check"]).await;
    assert!(sound, "{said}");
}

#[tokio::test]
async fn another_file_in_its_place_begins_all_anew() {
    all_begin_anew(World::alone(), 1, async |world, older| {
        fs::rename(older, store(world)).expect("it is there");
    })
    .await;
}

#[tokio::test]
async fn two_nodes_notice_a_backup_copied_over_the_file() {
    all_begin_anew(World::with_redis(), 2, async |world, older| {
        fs::copy(older, store(world)).expect("it is there");
    })
    .await;
}

#[tokio::test]
async fn two_nodes_notice_another_file_and_are_one_room_again() {
    all_begin_anew(World::with_redis(), 2, async |world, older| {
        fs::rename(older, store(world)).expect("it is there");
    })
    .await;
}

#[tokio::test]
async fn two_nodes_notice_that_the_log_has_lost_entries() {
    all_begin_anew(World::with_redis(), 2, async |world, _| {
        let lose = "BEGIN;
            UPDATE log SET top = top - 2;
            UPDATE room SET top = top - 2 WHERE id = 'lobby';
            DELETE FROM entry WHERE body IN ('three', 'four');
            COMMIT";
        by_hand(&store(world), lose);
    })
    .await;
}

#[tokio::test]
async fn two_nodes_notice_that_the_log_is_another_one() {
    all_begin_anew(World::with_redis(), 2, async |world, _| {
        let another = "BEGIN;
            UPDATE log SET top = top - 2, epoch = 'another';
            UPDATE room SET top = top - 2 WHERE id = 'lobby';
            DELETE FROM entry WHERE body IN ('three', 'four');
            COMMIT";
        by_hand(&store(world), another);
    })
    .await;
}

#[tokio::test]
async fn a_file_that_is_still_being_copied_is_waited_for() {
    all_begin_anew(World::alone(), 1, async |world, older| {
        let whole = fs::read(older).expect("it is there");
        let half = older.with_extension("half");
        fs::write(&half, &whole[..whole.len() / 2]).expect("it is written");
        fs::rename(&half, store(world)).expect("it is there");
        // The rest comes while the node waits for it.
        let rest = tokio::task::spawn_blocking({
            let (store, older) = (store(world), older.to_owned());
            move || fs::copy(older, store).expect("it is written")
        });
        rest.await.expect("it is written");
    })
    .await;
}

#[tokio::test]
async fn nothing_is_accepted_while_the_file_is_gone() {
    let world = World::alone();
    let node = world.node().await;
    let visitor = Visitor::joins(&node, "Ann").await;
    let mut ann = visitor.enters(&node).await;
    says_all(&mut ann, &["one"]).await;
    let elsewhere = world.folder().join("elsewhere.db");
    fs::rename(store(&world), &elsewhere).expect("it is there");
    let gone = cid();
    ann.posts(&gone, "two").await;
    let answer = ann.is_answered(&gone).await;
    assert_eq!(answer, Err(Reason::StoreUnavailable));
    assert_eq!(visitor.gets(&node, "/readyz").await.status(), 503);
    fs::rename(&elsewhere, store(&world)).expect("it is there");
    ann.posts(&gone, "two").await;
    assert_eq!(ann.is_answered(&gone).await, Ok(2), "the same send again");
    assert_eq!(visitor.gets(&node, "/readyz").await.status(), 200);
    ann.sees("two").await;
    assert_eq!(ann.bodies(), ["one", "two"]);
}

#[tokio::test]
async fn a_message_whose_file_is_replaced_while_it_is_stored_is_not_accepted() {
    let world = World::alone();
    let delay = ["--failpoint", "after_commit:delay:600@2"];
    let mut node = world.node_with(&delay).await;
    let visitor = Visitor::joins(&node, "Ann").await;
    let mut ann = visitor.enters(&node).await;
    says_all(&mut ann, &["one"]).await;
    let older = backup(&world, "older.db").await;
    // The commit is done, and the node stands still before it answers.
    let lost = cid();
    ann.posts(&lost, "two").await;
    node.logs(&["failpoint: delay", "after_commit"]).await;
    fs::rename(older, store(&world)).expect("it is there");
    while let Ok(event) = ann.hears_or_is_closed().await {
        let is_accepted = matches!(&event, Event::Accepted { cid, .. } if *cid == lost);
        assert!(!is_accepted, "{event:?}");
    }
    is_open_again(&mut node).await;
    let mut here = comes_back(&visitor, &node, &ann).await;
    here.posts(&lost, "two").await;
    assert_eq!(here.is_answered(&lost).await, Ok(2));
    here.sees("two").await;
    assert_eq!(here.bodies(), ["one", "two"]);
}

#[tokio::test]
async fn a_store_whose_file_was_replaced_takes_nothing_more() {
    let world = World::alone();
    let address = format!("sqlite:{}", store(&world).display());
    let open = || store::connect(&address).unwrap_or_else(|error| panic!("{error}"));
    let (one, two) = (open(), open());
    let name = protocol::Name::parse("Ann").expect("a name");
    let (ann, _) = one.directory.join(name).await.expect("it is free");
    let draft = |body: &str| Draft {
        room: RoomId::lobby(),
        sender: ann.clone(),
        cid: cid(),
        kind: Kind::Posted,
        target: None,
        body: body.to_owned(),
        enclosed: None,
        at: 1_795_000_000_000,
    };
    one.log.append(draft("one")).await.expect("it is stored");
    let older = backup(&world, "older.db").await;
    two.log.append(draft("two")).await.expect("it is stored");
    fs::rename(older, store(&world)).expect("it is there");
    for store in [&one, &two] {
        let stored = store.log.append(draft("three")).await;
        assert!(matches!(stored, Err(Error::Replaced(_))), "{stored:?}");
        let tail = store.log.tail(0, 10).await;
        assert!(matches!(tail, Err(Error::Replaced(_))), "{tail:?}");
    }
    let anew = open();
    assert_ne!(anew.log.epoch(), one.log.epoch());
    assert_eq!(anew.log.former_epoch(), Some(one.log.epoch()));
    let places = anew.log.tail(0, 10).await.expect("places");
    let places = places.iter().filter(|place| place.room == RoomId::lobby());
    assert_eq!(places.count(), 1, "what was written late is not in it");
}
