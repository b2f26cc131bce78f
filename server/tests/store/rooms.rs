//! Private rooms, and who is let in and put out.

use protocol::{Kind, Person, RoomId, RoomKind, Target, UserId};
use server::store::{Changed, Error, Reader, Span, random_id};

use crate::world::{World, cid, deed, draft, join, made, member, new_room, private};

/// The rooms somebody is in, the lobby aside.
async fn rooms_of(store: &server::store::Store, person: &Person) -> Vec<(RoomId, String, u64)> {
    let rooms = store.shelf.rooms(&person.id).await.expect("the rooms");
    let rooms = rooms.into_iter().filter(|room| room.id != RoomId::lobby());
    rooms.map(|room| (room.id, room.name, room.top)).collect()
}

pub async fn a_private_room_has_who_opened_it(world: World) {
    let store = world.open();
    let (ann, bob) = (join(&store, "Ann").await, join(&store, "Bob").await);
    let room = private(&store, &ann).await;
    assert_eq!(
        rooms_of(&store, &ann).await,
        [(room, "Plans".to_owned(), 1)]
    );
    assert_eq!(rooms_of(&store, &bob).await, []);
}

pub async fn each_change_is_told_in_the_room_and_in_the_inbox(world: World) {
    let store = world.open();
    let (ann, bob) = (join(&store, "Ann").await, join(&store, "Bob").await);
    let room = private(&store, &ann).await;
    for kind in [Kind::Added, Kind::Removed] {
        let deed = deed(&ann);
        let (told, inbox) = made(if kind == Kind::Added {
            store.rooms.add(deed.clone(), &room, &bob.id).await
        } else {
            let why = "too loud";
            store.rooms.remove(deed.clone(), &room, &bob.id, why).await
        });
        assert_eq!((told.kind, inbox.kind), (kind, kind));
        assert_eq!(
            (&told.room, &told.cid, &told.at),
            (&room, &deed.cid, &deed.at)
        );
        assert_eq!(
            (told.target, told.body.as_str()),
            (Some(Target::from(&bob.id)), "Bob")
        );
        assert_eq!(inbox.room, RoomId::inbox(&bob.id));
        let told_why = if kind == Kind::Added {
            "Plans"
        } else {
            "too loud"
        };
        assert_eq!(
            (inbox.target, inbox.body.as_str()),
            (Some(Target::from(&room)), told_why)
        );
        assert_eq!((&told.sender, &inbox.sender), (&ann.id, &ann.id));
        assert_eq!(inbox.offset, told.offset + 1, "in one commit");
        let is_in = rooms_of(&store, &bob).await.len() == 1;
        assert_eq!(is_in, kind == Kind::Added);
    }
    let places = store.log.tail(0, 100).await.expect("places");
    let offsets: Vec<u64> = places.iter().map(|place| place.offset).collect();
    assert_eq!(
        offsets,
        (1..=6).collect::<Vec<_>>(),
        "the tail tells of all"
    );
}

pub async fn a_change_sent_twice_is_made_once(world: World) {
    let store = world.open();
    let (ann, bob) = (join(&store, "Ann").await, join(&store, "Bob").await);
    let opening = deed(&ann);
    let plans = |name| new_room(RoomKind::Private, name, &[]);
    let (first, _) = made(store.rooms.open(opening.clone(), plans("Plans")).await);
    let again = store.rooms.open(opening.clone(), plans("Plans")).await;
    assert_eq!(again.expect("an answer"), Changed::Before(first.clone()));
    let other = store.rooms.open(opening, plans("Other")).await;
    assert!(matches!(other, Err(Error::CidConflict)), "{other:?}");

    let room = first.room;
    let (add, remove) = (deed(&ann), deed(&ann));
    let (added, _) = made(store.rooms.add(add.clone(), &room, &bob.id).await);
    made(store.rooms.remove(remove.clone(), &room, &bob.id, "").await);
    let again = store.rooms.add(add.clone(), &room, &bob.id).await;
    assert_eq!(again.expect("an answer"), Changed::Before(added));
    assert_eq!(
        rooms_of(&store, &bob).await,
        [],
        "it did not let Bob in again"
    );
    let other = store.rooms.remove(add, &room, &bob.id, "").await;
    assert!(matches!(other, Err(Error::CidConflict)), "{other:?}");
    let said = draft(&ann, "hi");
    store.log.append(said.clone()).await.expect("stored");
    let taken = server::store::Deed {
        cid: said.cid,
        ..deed(&ann)
    };
    let other = store.rooms.add(taken, &room, &bob.id).await;
    assert!(matches!(other, Err(Error::CidConflict)), "{other:?}");
}

pub async fn what_is_so_already_is_not_done_again(world: World) {
    let store = world.open();
    let (ann, bob) = (join(&store, "Ann").await, join(&store, "Bob").await);
    let room = private(&store, &ann).await;
    let never = store.rooms.remove(deed(&ann), &room, &bob.id, "").await;
    assert!(matches!(never, Err(Error::PersonUnknown)), "{never:?}");
    let (added, _) = made(store.rooms.add(deed(&ann), &room, &bob.id).await);
    let again = store.rooms.add(deed(&ann), &room, &bob.id).await;
    assert_eq!(again.expect("an answer"), Changed::Before(added));
    let (removed, _) = made(store.rooms.remove(deed(&bob), &room, &bob.id, "").await);
    let again = store.rooms.remove(deed(&ann), &room, &bob.id, "").await;
    assert_eq!(again.expect("an answer"), Changed::Before(removed));
    assert_eq!(rooms_of(&store, &ann).await[0].2, 3);
}

pub async fn who_is_not_in_a_room_changes_nothing_in_it(world: World) {
    let store = world.open();
    let (ann, bob) = (join(&store, "Ann").await, join(&store, "Bob").await);
    let cyd = join(&store, "Cyd").await;
    let room = private(&store, &ann).await;
    let nobody: UserId = random_id::<8, _>();
    let unknown = store.rooms.add(deed(&ann), &room, &nobody).await;
    assert!(matches!(unknown, Err(Error::PersonUnknown)), "{unknown:?}");
    let outside = store.rooms.add(deed(&bob), &room, &bob.id).await;
    assert!(matches!(outside, Err(Error::RoomUnknown)), "{outside:?}");
    member(&store, &ann, &room, &bob).await;
    made(store.rooms.remove(deed(&ann), &room, &bob.id, "").await);
    for who in [&bob.id, &cyd.id, &ann.id] {
        let outside = store.rooms.add(deed(&bob), &room, who).await;
        assert!(matches!(outside, Err(Error::RoomUnknown)), "{outside:?}");
        let outside = store.rooms.remove(deed(&bob), &room, who, "").await;
        assert!(matches!(outside, Err(Error::RoomUnknown)), "{outside:?}");
    }
    assert_eq!(rooms_of(&store, &ann).await[0].2, 3);
}

pub async fn nobody_is_let_into_a_room_for_all_or_an_inbox(world: World) {
    let store = world.open();
    let (ann, bob) = (join(&store, "Ann").await, join(&store, "Bob").await);
    let inboxes = [RoomId::inbox(&ann.id), RoomId::inbox(&bob.id)];
    for room in [cid::<RoomId>()].iter().chain(&inboxes) {
        let added = store.rooms.add(deed(&ann), room, &bob.id).await;
        assert!(
            matches!(added, Err(Error::RoomUnknown)),
            "{room}: {added:?}"
        );
        let removed = store.rooms.remove(deed(&ann), room, &ann.id, "").await;
        assert!(
            matches!(removed, Err(Error::RoomUnknown)),
            "{room}: {removed:?}"
        );
    }
    let lobby = store.rooms.add(deed(&ann), &RoomId::lobby(), &bob.id).await;
    assert!(matches!(lobby, Err(Error::NotAllowed)), "{lobby:?}");
    let ours = store
        .log
        .read(Reader::User(&ann.id), &inboxes[0], Span::newest(9))
        .await;
    assert!(ours.expect("an inbox").entries.is_empty());
}
