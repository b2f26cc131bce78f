//! What every store promises.

use std::sync::Arc;
use std::time::Duration;

use protocol::{Cid, Epoch, Kind, Name, Person, RoomId, UserId};
use server::store::memory::Memory;
use server::store::{self, Draft, Error, Reader, Span, Store, Stored, random_id};
use tempfile::TempDir;

/// A store's world: the same log, opened as often as a test wants.
enum World {
    Sqlite(TempDir),
    Memory(Memory),
}

impl World {
    fn sqlite() -> Self {
        Self::Sqlite(TempDir::new().expect("a folder"))
    }

    fn memory() -> Self {
        Self::Memory(Memory::new(random_id::<8, Epoch>()))
    }

    /// Another one of the same kind.
    fn another(&self) -> Self {
        match self {
            Self::Sqlite(_) => Self::sqlite(),
            Self::Memory(_) => Self::memory(),
        }
    }

    fn open(&self) -> Store {
        match self {
            Self::Sqlite(folder) => {
                let address = format!("sqlite:{}", folder.path().join("confab.db").display());
                store::connect(&address).unwrap_or_else(|error| panic!("{error}"))
            }
            Self::Memory(memory) => memory.open(),
        }
    }
}

macro_rules! promises {
    ($($promise:ident)*) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $promise() {
                super::$promise(super::World::sqlite()).await;
            })*
        }
        mod memory {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $promise() {
                super::$promise(super::World::memory()).await;
            })*
        }
    };
}

promises! {
    seqs_and_offsets_have_no_holes
    a_resend_makes_no_second_entry
    the_same_cid_with_another_body_is_a_conflict
    an_unknown_room_takes_nothing
    a_page_is_contiguous_and_in_order
    the_tail_tells_every_place_in_order
    another_opener_sees_what_was_stored
    two_writers_share_one_order
    a_change_elsewhere_is_noticed
    the_log_keeps_its_identity
    a_name_is_taken_once
    fifty_at_once_get_one_name
    a_token_is_good_until_the_sign_out
    a_resume_token_ends_with_its_sign_in
    announced_addresses_are_known
}

fn person(name: &str) -> Person {
    Person {
        id: random_id::<8, UserId>(),
        name: Name::parse(name).expect("a name"),
    }
}

fn draft(sender: &Person, body: &str) -> Draft {
    Draft {
        room: RoomId::lobby(),
        sender: sender.clone(),
        cid: random_id::<16, Cid>(),
        kind: Kind::Posted,
        body: body.to_owned(),
        at: 1_795_000_000_000,
    }
}

async fn stored(store: &Store, draft: Draft) -> protocol::Entry {
    match store.log.append(draft).await {
        Ok(Stored::Now(entry)) => entry,
        other => panic!("not stored now: {other:?}"),
    }
}

async fn all(store: &Store) -> Vec<protocol::Entry> {
    let span = Span::After {
        seq: 0,
        limit: 100_000,
    };
    store
        .log
        .read(Reader::Node, &RoomId::lobby(), span)
        .await
        .expect("a page")
        .entries
}

async fn seqs_and_offsets_have_no_holes(world: World) {
    let store = Arc::new(world.open());
    let senders: Vec<_> = (0..8)
        .map(|nth| {
            let store = store.clone();
            tokio::spawn(async move {
                let sender = person(&format!("sender {nth}"));
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

async fn a_resend_makes_no_second_entry(world: World) {
    let store = world.open();
    let draft = draft(&person("Ann"), "once");
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

async fn the_same_cid_with_another_body_is_a_conflict(world: World) {
    let store = world.open();
    let ann = person("Ann");
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
        sender: person("Bob"),
        ..first
    };
    stored(&store, by_bob).await;
    assert_eq!(all(&store).await.len(), 2, "a cid is its sender's own");
}

async fn an_unknown_room_takes_nothing(world: World) {
    let store = world.open();
    let ann = person("Ann");
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

async fn a_page_is_contiguous_and_in_order(world: World) {
    let store = world.open();
    let ann = person("Ann");
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

async fn the_tail_tells_every_place_in_order(world: World) {
    let store = world.open();
    let ann = person("Ann");
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

async fn another_opener_sees_what_was_stored(world: World) {
    let entry = {
        let store = world.open();
        stored(&store, draft(&person("Ann"), "stays")).await
    };
    assert_eq!(all(&world.open()).await, [entry]);
}

async fn two_writers_share_one_order(world: World) {
    let stores = [Arc::new(world.open()), Arc::new(world.open())];
    let writers = stores.clone().map(|store| {
        tokio::spawn(async move {
            let sender = person("Ann");
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

async fn a_change_elsewhere_is_noticed(world: World) {
    let (here, there) = (world.open(), world.open());
    stored(&there, draft(&person("Ann"), "news")).await;
    let notice = async {
        while here.log.tail(0, 10).await.expect("places").is_empty() {
            here.log.changed().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), notice)
        .await
        .expect("it is noticed");
}

async fn the_log_keeps_its_identity(world: World) {
    let epoch = world.open().log.epoch().clone();
    assert_eq!(*world.open().log.epoch(), epoch);
    assert_ne!(
        *world.another().open().log.epoch(),
        epoch,
        "another log is another"
    );
}

async fn a_name_is_taken_once(world: World) {
    let store = world.open();
    let name = |text: &str| Name::parse(text).expect("a name");
    store.directory.join(name("Ann")).await.expect("it is free");
    for same in ["Ann", "ANN", "ａｎｎ", "A nn"] {
        assert!(
            matches!(
                store.directory.join(name(same)).await,
                Err(Error::NameTaken)
            ),
            "{same}"
        );
    }
    store
        .directory
        .join(name("Anna"))
        .await
        .expect("it is another");
}

async fn fifty_at_once_get_one_name(world: World) {
    let stores = [Arc::new(world.open()), Arc::new(world.open())];
    let tries: Vec<_> = (0..50)
        .map(|nth| {
            let store = stores[nth % 2].clone();
            tokio::spawn(async move {
                store
                    .directory
                    .join(Name::parse("Ann").expect("a name"))
                    .await
                    .is_ok()
            })
        })
        .collect();
    let mut joined = 0;
    for joining in tries {
        joined += usize::from(joining.await.expect("an answer"));
    }
    assert_eq!(joined, 1);
}

async fn a_token_is_good_until_the_sign_out(world: World) {
    let store = world.open();
    let name = Name::parse("Ann").expect("a name");
    let (ann, token) = store
        .directory
        .join(name.clone())
        .await
        .expect("it is free");
    let elsewhere = world.open();
    assert_eq!(
        elsewhere
            .directory
            .recognise(&token)
            .await
            .expect("an answer"),
        Some(ann)
    );
    assert_eq!(
        elsewhere
            .directory
            .recognise(&store::Token::random())
            .await
            .expect("an answer"),
        None
    );
    elsewhere.directory.sign_out(&token).await.expect("it ends");
    assert_eq!(
        store.directory.recognise(&token).await.expect("an answer"),
        None
    );
    store
        .directory
        .join(name)
        .await
        .expect("the guest's name is free again");
}

async fn a_resume_token_ends_with_its_sign_in(world: World) {
    let store = world.open();
    let (ann, token) = store
        .directory
        .join(Name::parse("Ann").expect("a name"))
        .await
        .expect("it is free");
    let resume = store.directory.resume_token(&token).await.expect("a token");
    let again = store
        .directory
        .resume_token(&resume)
        .await
        .expect("a token by a token");
    for good in [&resume, &again] {
        assert_eq!(
            store.directory.recognise(good).await.expect("an answer"),
            Some(ann.clone())
        );
    }
    store
        .directory
        .sign_out(&resume)
        .await
        .expect("it ends by a resume token, too");
    for ended in [&token, &resume, &again] {
        assert_eq!(
            store.directory.recognise(ended).await.expect("an answer"),
            None
        );
    }
    assert!(matches!(
        store.directory.resume_token(&token).await,
        Err(Error::SignInEnded)
    ));
}

async fn announced_addresses_are_known(world: World) {
    let (one, two) = (world.open(), world.open());
    one.directory
        .announce("http://127.0.0.1:8080")
        .await
        .expect("noted");
    let known = two
        .directory
        .announce("http://127.0.0.2:8080")
        .await
        .expect("noted");
    assert_eq!(known, ["http://127.0.0.1:8080", "http://127.0.0.2:8080"]);
}

#[test]
fn no_address_picks_the_memory_store() {
    for address in ["memory:", "memory:x", "memory://"] {
        assert!(matches!(store::connect(address), Err(Error::Address(_))));
    }
}
