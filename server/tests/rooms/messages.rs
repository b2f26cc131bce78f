//! What changes messages, as it comes to others: live, by the newest entries a node keeps, and from the log.

use protocol::{Cid, Command, Entry, Event, Kind, Reason, RoomId, Target};

use crate::world::person::cid;
use crate::world::{Client, Visitor, World};

/// Sends a change of a message; its seq, or why not.
async fn change(client: &mut Client, kind: Kind, (seq, body): (u64, &str)) -> Result<u64, Reason> {
    let cid: Cid = cid();
    let wish = Command::Send {
        cid: cid.clone(),
        room: client.room.clone(),
        kind,
        target: Some(Target::message(seq)),
        body: body.to_owned(),
    };
    client.sends(&wish).await;
    client.is_answered(&cid).await
}

/// All entries that come until this one, those aside included.
async fn comes(client: &mut Client, kind: Kind) -> Entry {
    let heard = client.hears_until(|event| match event {
        Event::Entry(entry) if entry.kind == kind => Some(entry.clone()),
        _ => None,
    });
    heard.await
}

#[tokio::test]
async fn a_message_is_answered_edited_and_reacted_to_on_the_other_node() {
    let world = World::with_redis();
    let (one, two) = (world.node().await, world.node().await);
    let ann = Visitor::joins(&one, "Ann").await;
    let bob = Visitor::joins(&two, "Bob").await;
    let (mut ann_here, mut bob_there) = (ann.enters(&one).await, bob.enters(&two).await);
    let seq = ann_here.says("helo").await;
    bob_there.sees("helo").await;
    for (kind, body) in [
        (Kind::Edited, "hello"),
        (Kind::Reacted, "👍🏽"),
        (Kind::Unreacted, "👍🏽"),
        (Kind::Posted, "an answer to myself"),
    ] {
        let at = change(&mut ann_here, kind, (seq, body))
            .await
            .expect("it is stored");
        let entry = comes(&mut bob_there, kind).await;
        assert_eq!((entry.seq, entry.body.as_str()), (at, body));
        assert_eq!(entry.target.and_then(|target| target.seq()), Some(seq));
    }
    let edit = change(&mut bob_there, Kind::Edited, (seq, "bye")).await;
    assert_eq!(edit, Err(Reason::NotAllowed), "it is Ann's");
}

#[tokio::test]
async fn what_changes_nothing_there_is_is_refused() {
    let world = World::alone();
    let node = world.node().await;
    let mut ann = Visitor::joins(&node, "Ann").await.enters(&node).await;
    let seq = ann.says("one").await;
    let edit = change(&mut ann, Kind::Edited, (seq, "two"))
        .await
        .expect("it is stored");
    for (kind, target, body, reason) in [
        (Kind::Edited, 99, "x", Reason::MessageUnknown),
        (Kind::Reacted, 0, "👍", Reason::MessageUnknown),
        (Kind::Deleted, edit, "", Reason::MessageUnknown),
        (Kind::Posted, 99, "an answer", Reason::MessageUnknown),
        (Kind::Edited, seq, " ", Reason::BodyEmpty),
        (Kind::Reacted, seq, "ok", Reason::BadReaction),
        (Kind::Reacted, seq, "<b>", Reason::BadReaction),
        (Kind::Removed, seq, "u1", Reason::NotAllowed),
        (Kind::Renamed, seq, "Mine", Reason::NotAllowed),
    ] {
        let refused = change(&mut ann, kind, (target, body)).await;
        assert_eq!(refused, Err(reason), "{kind:?} {target} {body:?}");
    }
}

#[tokio::test]
async fn a_message_taken_back_is_told_to_nobody_any_more() {
    let world = World::alone();
    let node = world.node().await;
    let ann = Visitor::joins(&node, "Ann").await;
    let bob = Visitor::joins(&node, "Bob").await;
    let mut ann_here = ann.enters(&node).await;
    let mut bob_here = bob.enters(&node).await;
    let seq = ann_here.says("my password is xyzzy").await;
    change(&mut ann_here, Kind::Edited, (seq, "my password was xyzzy"))
        .await
        .expect("it is edited");
    change(&mut ann_here, Kind::Deleted, (seq, ""))
        .await
        .expect("it is taken back");
    comes(&mut bob_here, Kind::Deleted).await;
    // From what the node keeps of the room, by socket; from the log, by page.
    let mut late = Visitor::joins(&node, "Cyd").await.enters(&node).await;
    assert_eq!(late.entries.len(), 3);
    late.opens(&RoomId::lobby()).await;
    assert!(
        late.bodies().iter().all(|body| body.is_empty()),
        "{:?}",
        late.bodies()
    );
    for path in ["/rooms/lobby", "/rooms/lobby/entries"] {
        let page = bob.gets(&node, path).await.text().await.expect("text");
        assert!(!page.contains("xyzzy"), "{path}");
    }
}

#[tokio::test]
async fn a_page_brings_what_its_messages_answer_and_what_became_of_them() {
    let world = World::alone();
    let node = world.node_with(&["--sends-burst", "1000"]).await;
    let ann = Visitor::joins(&node, "Ann").await;
    let mut ann_here = ann.enters(&node).await;
    let first = ann_here.says("shall we?").await;
    change(&mut ann_here, Kind::Edited, (first, "shall we go?"))
        .await
        .expect("it is stored");
    for nth in 0..60 {
        ann_here.says(&format!("message {nth}")).await;
    }
    change(&mut ann_here, Kind::Posted, (first, "yes, let's"))
        .await
        .expect("it is stored");
    change(&mut ann_here, Kind::Reacted, (first, "🎉"))
        .await
        .expect("it is stored");
    // The newest page, served from what the node keeps.
    let mut bob = Visitor::joins(&node, "Bob").await.connects(&node).await;
    bob.says_hello(None, Default::default()).await;
    let aside = bob.hears_until(|event| match event {
        Event::Entries { aside, .. } if !aside.is_empty() => Some(aside.clone()),
        _ => None,
    });
    let aside = aside.await;
    let told: Vec<_> = aside.iter().map(|entry| entry.body.as_str()).collect();
    assert_eq!(
        (aside[0].seq, told),
        (first, vec!["shall we?", "shall we go?"])
    );
    // The oldest page, from the log.
    let path = "/rooms/lobby/entries?before=20";
    let page: protocol::Page = ann.gets(&node, path).await.json().await.expect("a page");
    assert!(page.aside.iter().any(|entry| entry.kind == Kind::Reacted));
}

#[tokio::test]
async fn a_link_to_an_old_message_shows_it_among_its_neighbours() {
    let world = World::alone();
    let node = world.node_with(&["--sends-burst", "1000"]).await;
    let ann = Visitor::joins(&node, "Ann").await;
    let mut ann_here = ann.enters(&node).await;
    for nth in 1..=90 {
        ann_here.says(&format!("word{nth}.")).await;
    }
    for (at, shown, hidden) in [
        ("40", ["word16.", "word64."], "word70."),
        ("1", ["word1.", "word25."], "word30."),
        ("90", ["word41.", "word90."], "word40."),
        ("18446744073709551615", ["word41.", "word90."], "word40."),
    ] {
        let path = format!("/rooms/lobby?at={at}");
        let page = ann.gets(&node, &path).await.text().await.expect("text");
        for word in shown {
            assert!(page.contains(word), "{word} at {at}");
        }
        assert!(!page.contains(hidden), "{hidden} at {at}");
    }
    let page = ann.gets(&node, "/rooms/lobby?at=one").await;
    assert_eq!(page.status().as_u16(), 400);
}
