//! Who sees what.

use protocol::{Entry, Gap, Page, Person, RoomId};
use server::store::{Draft, Error, Reader, Span, Store, Stored};

use crate::world::{World, deed, draft, join, made, member, private, stored};

const fn after(seq: u64, limit: usize) -> Span {
    Span::After { seq, limit }
}

const fn before(seq: u64, limit: usize) -> Span {
    Span::Before { seq, limit }
}

async fn page(store: &Store, person: &Person, room: &RoomId, span: Span) -> Page {
    let page = store.log.read(Reader::User(&person.id), room, span).await;
    page.unwrap_or_else(|error| panic!("{}: {error}", person.name))
}

async fn sees(store: &Store, person: &Person, room: &RoomId, wanted: &[(Span, &[u64], &[Gap])]) {
    for (span, seqs, closed) in wanted {
        let page = page(store, person, room, *span).await;
        let seen: Vec<u64> = page.entries.iter().map(|entry| entry.seq).collect();
        assert_eq!((&seen[..], &page.closed[..]), (*seqs, *closed), "{span:?}");
        assert!(page.entries.iter().all(|entry| entry.room == *room));
    }
}

async fn says(store: &Store, person: &Person, room: &RoomId, body: &str) -> Entry {
    let draft = Draft {
        room: room.clone(),
        ..draft(person, body)
    };
    stored(store, draft).await
}

/// Ann's room: Bob is in from 3 to 5 and, in the end, from 8 on.
async fn comes_and_goes(store: &Store) -> (Person, Person, RoomId) {
    let (ann, bob) = (join(store, "Ann").await, join(store, "Bob").await);
    let room = private(store, &ann).await;
    says(store, &ann, &room, "2").await;
    member(store, &ann, &room, &bob).await;
    says(store, &bob, &room, "4").await;
    made(store.rooms.remove(deed(&ann), &room, &bob.id, "").await);
    says(store, &ann, &room, "6").await;
    says(store, &ann, &room, "7").await;
    (ann, bob, room)
}

pub async fn who_is_not_in_a_room_is_told_that_there_is_none(world: World) {
    let store = world.open();
    let ann = join(&store, "Ann").await;
    let cyd = join(&store, "Cyd").await;
    let room = private(&store, &ann).await;
    let nowhere: RoomId = "nowhere".parse().expect("an id");
    let inbox = RoomId::inbox(&ann.id);
    for room in [&room, &nowhere, &inbox] {
        for span in [
            after(0, 10),
            after(9, 10),
            Span::newest(0),
            Span::newest(50),
        ] {
            let read = store.log.read(Reader::User(&cyd.id), room, span).await;
            assert!(matches!(read, Err(Error::RoomUnknown)), "{room}: {read:?}");
        }
        let said = Draft {
            room: room.clone(),
            ..draft(&cyd, "let me in")
        };
        let said = store.log.append(said).await;
        assert!(matches!(said, Err(Error::RoomUnknown)), "{room}: {said:?}");
    }
    let rooms = store.shelf.rooms(&cyd.id).await.expect("the rooms");
    let rooms: Vec<RoomId> = rooms.into_iter().map(|room| room.id).collect();
    assert_eq!(rooms, [RoomId::lobby()]);
    let node = store.log.read(Reader::Node, &room, after(0, 9)).await;
    assert_eq!(node.expect("a page").entries.len(), 1, "the node sees all");
}

pub async fn who_was_let_in_sees_from_there_on(world: World) {
    let store = world.open();
    let (ann, bob) = (join(&store, "Ann").await, join(&store, "Bob").await);
    let room = private(&store, &ann).await;
    says(&store, &ann, &room, "2").await;
    member(&store, &ann, &room, &bob).await;
    says(&store, &bob, &room, "4").await;
    let wanted: &[(Span, &[u64], &[Gap])] = &[
        (after(0, 9), &[3, 4], &[(1, 2)]),
        (after(3, 9), &[4], &[]),
        (Span::newest(9), &[3, 4], &[(1, 2)]),
        (Span::newest(1), &[4], &[]),
        (before(3, 9), &[], &[(1, 2)]),
    ];
    sees(&store, &bob, &room, wanted).await;
    let all: &[(Span, &[u64], &[Gap])] = &[(after(0, 9), &[1, 2, 3, 4], &[])];
    sees(&store, &ann, &room, all).await;
}

pub async fn who_was_put_out_sees_up_to_there(world: World) {
    let store = world.open();
    let (ann, bob, room) = comes_and_goes(&store).await;
    let wanted: &[(Span, &[u64], &[Gap])] = &[
        (after(0, 9), &[3, 4, 5], &[(1, 2)]),
        (after(5, 9), &[], &[]),
        (Span::newest(2), &[4, 5], &[]),
        (before(8, 9), &[3, 4, 5], &[(1, 2)]),
    ];
    sees(&store, &bob, &room, wanted).await;
    let seen = page(&store, &bob, &room, Span::newest(0)).await;
    assert_eq!((seen.top, seen.ended), (5, true), "not how far it goes on");
    let there = page(&store, &ann, &room, Span::newest(0)).await;
    assert_eq!((there.top, there.ended), (7, false));
    let said = Draft {
        room: room.clone(),
        ..draft(&bob, "but")
    };
    let said = store.log.append(said).await;
    assert!(matches!(said, Err(Error::RoomUnknown)), "{said:?}");
    let rooms = store.shelf.rooms(&bob.id).await.expect("the rooms");
    assert!(rooms.iter().all(|listed| listed.id != room));
}

pub async fn who_came_back_sees_both_and_a_closed_gap(world: World) {
    let store = world.open();
    let (ann, bob, room) = comes_and_goes(&store).await;
    member(&store, &ann, &room, &bob).await;
    says(&store, &bob, &room, "9").await;
    let wanted: &[(Span, &[u64], &[Gap])] = &[
        (after(0, 99), &[3, 4, 5, 8, 9], &[(1, 2), (6, 7)]),
        (after(5, 99), &[8, 9], &[(6, 7)]),
        (after(6, 99), &[8, 9], &[(7, 7)]),
        (after(4, 1), &[5], &[]),
        (after(4, 2), &[5, 8], &[(6, 7)]),
        (Span::newest(99), &[3, 4, 5, 8, 9], &[(1, 2), (6, 7)]),
        (Span::newest(2), &[8, 9], &[]),
        (Span::newest(3), &[5, 8, 9], &[(6, 7)]),
        (before(8, 2), &[4, 5], &[(6, 7)]),
        (before(7, 99), &[3, 4, 5], &[(1, 2), (6, 6)]),
    ];
    sees(&store, &bob, &room, wanted).await;
    let seen = page(&store, &bob, &room, Span::newest(0)).await;
    assert_eq!((seen.top, seen.ended), (9, false));
}

pub async fn a_resend_by_who_was_put_out_gets_its_first_answer(world: World) {
    let store = world.open();
    let (ann, bob) = (join(&store, "Ann").await, join(&store, "Bob").await);
    let room = private(&store, &ann).await;
    member(&store, &ann, &room, &bob).await;
    let said = Draft {
        room: room.clone(),
        ..draft(&bob, "hi")
    };
    let first = stored(&store, said.clone()).await;
    made(store.rooms.remove(deed(&ann), &room, &bob.id, "").await);
    let again = store.log.append(said).await.expect("an answer");
    assert_eq!(again, Stored::Before(first));
}
