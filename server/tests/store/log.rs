//! What is stored, its order, and how it is read.

use std::sync::Arc;
use std::time::Duration;

use protocol::RoomId;
use server::store::{Draft, Error, Reader, Span, Stored, random_id};

use crate::world::{World, all, draft, join, stored};

pub async fn seqs_and_offsets_have_no_holes(world: World) {
    let store = Arc::new(world.open());
    let senders: Vec<_> = (0..8)
        .map(|nth| {
            let store = store.clone();
            tokio::spawn(async move {
                let sender = join(&store, &format!("sender {nth}")).await;
                for nth in 0..50 {
                    stored(&store, draft(&sender, &format!("{nth}"))).await;
                }
            })
        })
        .collect();
    for sender in senders {
        sender.await.expect("it sends");
    }
    let entries = all(&store).await;
    let wanted: Vec<u64> = (1..=400).collect();
    assert_eq!(
        entries.iter().map(|entry| entry.seq).collect::<Vec<_>>(),
        wanted
    );
    assert_eq!(
        entries.iter().map(|entry| entry.offset).collect::<Vec<_>>(),
        wanted
    );
}

pub async fn a_resend_makes_no_second_entry(world: World) {
    let store = world.open();
    let draft = draft(&join(&store, "Ann").await, "once");
    let first = stored(&store, draft.clone()).await;
    assert_eq!(
        store.log.append(draft.clone()).await.expect("an answer"),
        Stored::Before(first.clone())
    );
    // Also when both are in one batch, and in another process's words.
    let other = world.open();
    let (one, two) = tokio::join!(store.log.append(draft.clone()), other.log.append(draft));
    assert_eq!(one.expect("an answer"), Stored::Before(first.clone()));
    assert_eq!(two.expect("an answer"), Stored::Before(first.clone()));
    assert_eq!(all(&store).await, [first]);
}

pub async fn the_same_cid_with_another_body_is_a_conflict(world: World) {
    let store = world.open();
    let ann = join(&store, "Ann").await;
    let first = draft(&ann, "one");
    stored(&store, first.clone()).await;
    let other = Draft {
        body: "two".to_owned(),
        ..first.clone()
    };
    assert!(matches!(
        store.log.append(other).await,
        Err(Error::CidConflict)
    ));
    let by_bob = Draft {
        sender: join(&store, "Bob").await,
        ..first
    };
    stored(&store, by_bob).await;
    assert_eq!(all(&store).await.len(), 2, "a cid is its sender's own");
}

pub async fn an_unknown_room_takes_nothing(world: World) {
    let store = world.open();
    let ann = join(&store, "Ann").await;
    let lost = Draft {
        room: "cellar".parse().expect("an id"),
        ..draft(&ann, "x")
    };
    // In one batch with good ones, it spoils none of them.
    let (before, lost, after) = tokio::join!(
        store.log.append(draft(&ann, "before")),
        store.log.append(lost),
        store.log.append(draft(&ann, "after")),
    );
    assert!(before.is_ok() && after.is_ok());
    assert!(matches!(lost, Err(Error::RoomUnknown)));
    assert_eq!(all(&store).await.len(), 2);
}

pub async fn a_page_is_contiguous_and_in_order(world: World) {
    let store = world.open();
    let ann = join(&store, "Ann").await;
    for nth in 1..=120 {
        stored(&store, draft(&ann, &nth.to_string())).await;
    }
    for (span, first, last) in [
        (Span::newest(50), 71, 120),
        (Span::Before { seq: 71, limit: 50 }, 21, 70),
        (Span::Before { seq: 21, limit: 50 }, 1, 20),
        (Span::After { seq: 0, limit: 50 }, 1, 50),
        (
            Span::After {
                seq: 100,
                limit: 50,
            },
            101,
            120,
        ),
    ] {
        let page = store
            .log
            .read(Reader::User(&ann.id), &RoomId::lobby(), span)
            .await
            .expect("a page");
        let seqs: Vec<u64> = page.entries.iter().map(|entry| entry.seq).collect();
        assert_eq!(seqs, (first..=last).collect::<Vec<_>>(), "{span:?}");
        assert_eq!((page.top, &page.epoch), (120, store.log.epoch()));
    }
    for nothing in [
        Span::Before { seq: 1, limit: 50 },
        Span::After {
            seq: u64::MAX,
            limit: 50,
        },
    ] {
        let page = store
            .log
            .read(Reader::Node, &RoomId::lobby(), nothing)
            .await
            .expect("a page");
        assert!(page.entries.is_empty(), "{nothing:?}");
    }
}

pub async fn the_tail_tells_every_place_in_order(world: World) {
    let store = world.open();
    let ann = join(&store, "Ann").await;
    for nth in 1..=25 {
        stored(&store, draft(&ann, &nth.to_string())).await;
    }
    let mut offset = 0;
    let mut seqs = Vec::new();
    loop {
        let places = store.log.tail(offset, 10).await.expect("places");
        let Some(last) = places.last() else { break };
        offset = last.offset;
        seqs.extend(places.iter().map(|place| place.seq));
    }
    assert_eq!(seqs, (1..=25).collect::<Vec<u64>>());
}

pub async fn another_opener_sees_what_was_stored(world: World) {
    let entry = {
        let store = world.open();
        let ann = join(&store, "Ann").await;
        stored(&store, draft(&ann, "stays")).await
    };
    assert_eq!(all(&world.open()).await, [entry]);
}

pub async fn two_writers_share_one_order(world: World) {
    let stores = [Arc::new(world.open()), Arc::new(world.open())];
    let writers = stores.clone().map(|store| {
        tokio::spawn(async move {
            let sender = join(&store, &random_id::<8, RoomId>().to_string()).await;
            for nth in 0..200 {
                stored(&store, draft(&sender, &nth.to_string())).await;
            }
        })
    });
    for writer in writers {
        writer.await.expect("it writes");
    }
    let entries = all(&stores[0]).await;
    assert_eq!(entries, all(&stores[1]).await);
    assert_eq!(
        entries.iter().map(|entry| entry.seq).collect::<Vec<_>>(),
        (1..=400).collect::<Vec<u64>>()
    );
}

pub async fn a_change_elsewhere_is_noticed(world: World) {
    let (here, there) = (world.open(), world.open());
    let ann = join(&there, "Ann").await;
    stored(&there, draft(&ann, "news")).await;
    let notice = async {
        while here.log.tail(0, 10).await.expect("places").is_empty() {
            here.log.changed().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), notice)
        .await
        .expect("it is noticed");
}

pub async fn the_log_keeps_its_identity(world: World) {
    let epoch = world.open().log.epoch().clone();
    assert_eq!(*world.open().log.epoch(), epoch);
    assert_ne!(
        *world.another().open().log.epoch(),
        epoch,
        "another log is another"
    );
}
