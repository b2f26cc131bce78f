//! What the list of rooms costs somebody who was away, and a page where much was changed.

use std::time::{Duration, Instant};

use protocol::{Kind, Person, RoomId, RoomKind, Target};
use rusqlite::Connection;
use server::store::{Draft, Reader, Span, Store};

use crate::world::{World, all_made, deed, draft, join, new_room};

const ROOMS: usize = 200;
const UNREAD: usize = 5_000;
const CHANGES: u64 = 100_000;

/// 30 ms are wanted of a release on a quiet machine; tests run slower, and not alone.
const AT_MOST: Duration = Duration::from_millis(300);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_rooms_with_five_thousand_unread_are_listed_at_once() {
    let world = World::sqlite();
    let store = world.open();
    let (ann, bob) = (join(&store, "Ann").await, join(&store, "Bob").await);
    let rooms = rooms_of_both(&store, &ann, &bob).await;
    let sends = (0..UNREAD).map(|nth| {
        let mention = if nth % 50 == 0 { " @Bob" } else { "" };
        let body = format!("message {nth}, as long as messages are on a usual day{mention}");
        store.log.append(Draft {
            room: rooms[nth % ROOMS].clone(),
            ..draft(&ann, &body)
        })
    });
    for sent in futures_util::future::join_all(sends).await {
        sent.expect("it is stored");
    }
    let mut best = Duration::MAX;
    for _ in 0..5 {
        let began = Instant::now();
        let listed = store.shelf.rooms(&bob.id).await.expect("the rooms");
        best = best.min(began.elapsed());
        let unread: u64 = listed.iter().map(|room| room.unread).sum();
        let mentions: u64 = listed.iter().map(|room| room.mentions).sum();
        assert_eq!((listed.len(), unread, mentions), (ROOMS + 1, 5_000, 100));
        assert!(
            listed
                .iter()
                .all(|room| room.unread == 0 || room.last.is_some())
        );
    }
    println!("{ROOMS} rooms with {UNREAD} unread: {best:?}");
    assert!(best < AT_MOST, "{best:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_changed_a_hundred_thousand_times_slows_nobody() {
    let world = World::sqlite();
    let store = world.open();
    let (ann, bob) = (join(&store, "Ann").await, join(&store, "Bob").await);
    for nth in 0..60 {
        store
            .log
            .append(draft(&ann, &nth.to_string()))
            .await
            .expect("it is stored");
    }
    // By hand, as nobody may react so fast.
    let reactions = format!(
        "WITH RECURSIVE nth (n) AS (SELECT 61 UNION ALL SELECT n + 1 FROM nth WHERE n < {CHANGES})
         INSERT INTO entry (log_offset, room, seq, sender, name, cid, kind, target, body, at)
         SELECT n, 'lobby', n, '{}', 'Bob', 'r' || n, CASE n % 3 WHEN 0 THEN 'reacted' WHEN 1 THEN 'unreacted' ELSE 'edited' END,
           '5', CASE n % 3 WHEN 2 THEN 'text ' || n ELSE '👍' END, 5 FROM nth;
         UPDATE room SET top = {CHANGES} WHERE id = 'lobby';
         UPDATE log SET top = {CHANGES}",
        bob.id
    );
    let file = Connection::open(world.file()).expect("the file");
    file.execute_batch(&reactions).expect("reactions");
    let react = Draft {
        kind: Kind::Reacted,
        target: Some(Target::message(5)),
        ..draft(&ann, "👍")
    };
    store.log.append(react).await.expect("it is stored");
    let mut best = Duration::MAX;
    for _ in 0..5 {
        let began = Instant::now();
        let span = Span::Before { seq: 51, limit: 50 };
        let page = store
            .log
            .read(Reader::User(&ann.id), &RoomId::lobby(), span)
            .await;
        best = best.min(began.elapsed());
        let page = page.expect("a page");
        assert_eq!(
            (page.entries.len(), page.aside.len()),
            (50, 3),
            "the newest of each"
        );
    }
    println!("a page with a message of {CHANGES} changes: {best:?}");
    assert!(best < AT_MOST, "{best:?}");
}

/// As many as wanted, of each kind some.
async fn rooms_of_both(store: &Store, ann: &Person, bob: &Person) -> Vec<RoomId> {
    let mut rooms = Vec::new();
    for nth in 0..ROOMS {
        let kind = [RoomKind::Private, RoomKind::Group][nth % 2];
        let new = new_room(kind, &format!("Room {nth}"), &[bob]);
        let made = all_made(store.rooms.open(deed(ann), new).await);
        rooms.push(made[0].room.clone());
    }
    rooms
}
