//! Rooms of two and of a few people.

use std::sync::Arc;

use protocol::{Kind, Person, RoomId, RoomKind, Target, limits};
use server::store::{Changed, Draft, Error, Reader, Span, random_id};

use crate::world::{World, all_made, deed, draft, join, made, new_room, refused, stored};

pub async fn two_people_have_one_room_whoever_of_them_asks(world: World) {
    let store = world.open();
    let (ann, bob) = (join(&store, "Ann").await, join(&store, "Bob").await);
    let opened = store
        .rooms
        .open(deed(&ann), new_room(RoomKind::Direct, "", &[&bob]))
        .await;
    let opened = all_made(opened);
    let told: Vec<_> = opened
        .iter()
        .map(|entry| (&entry.room, entry.kind))
        .collect();
    let room = &opened[0].room;
    let inboxes = [RoomId::inbox(&ann.id), RoomId::inbox(&bob.id)];
    assert_eq!(
        told,
        [room, &inboxes[0], room, &inboxes[1]].map(|room| (room, Kind::Added))
    );
    assert_eq!(opened[2].target, Some(Target::from(&bob.id)));
    assert_eq!(Some(room), RoomId::direct(&bob.id, &ann.id).as_ref());
    let again = store
        .rooms
        .open(deed(&bob), new_room(RoomKind::Direct, "", &[&ann]))
        .await;
    assert_eq!(
        again.expect("an answer"),
        Changed::Before(opened[2].clone())
    );
    for (one, other) in [(&ann, &bob), (&bob, &ann)] {
        let seen = store.shelf.room(&one.id, room).await.expect("it is theirs");
        assert_eq!((seen.kind, seen.owned), (RoomKind::Direct, false));
        let mut people = vec![one.clone(), other.clone()];
        people.sort_by(|one, other| one.name.cmp(&other.name));
        assert_eq!(seen.people, people);
        let said = Draft {
            room: room.clone(),
            ..draft(one, "psst")
        };
        stored(&store, said).await;
    }
}

pub async fn two_who_ask_at_once_get_the_same_room(world: World) {
    let (here, there) = (Arc::new(world.open()), Arc::new(world.open()));
    let (ann, bob) = (join(&here, "Ann").await, join(&here, "Bob").await);
    for _ in 0..5 {
        let (one, other) = tokio::join!(
            here.rooms
                .open(deed(&ann), new_room(RoomKind::Direct, "", &[&bob])),
            there
                .rooms
                .open(deed(&bob), new_room(RoomKind::Direct, "", &[&ann])),
        );
        let room = |changed| match changed {
            Ok(Changed::Now(entries)) => entries[0].room.clone(),
            Ok(Changed::Before(entry)) => entry.room,
            Err(error) => panic!("{error}"),
        };
        assert_eq!(room(one), room(other));
    }
    assert_eq!(here.shelf.rooms(&ann.id).await.expect("the rooms").len(), 2);
}

pub async fn a_room_of_two_stays_one_of_two(world: World) {
    let store = world.open();
    let (ann, bob) = (join(&store, "Ann").await, join(&store, "Bob").await);
    let cyd = join(&store, "Cyd").await;
    let opened = store
        .rooms
        .open(deed(&ann), new_room(RoomKind::Direct, "", &[&bob]))
        .await;
    let room = all_made(opened)[0].room.clone();
    refused(
        store.rooms.add(deed(&ann), &room, &cyd.id).await,
        &Error::NotAllowed,
    );
    refused(
        store.rooms.remove(deed(&ann), &room, &bob.id, "").await,
        &Error::NotAllowed,
    );
    let named = store
        .rooms
        .describe(deed(&ann), &room, Kind::Renamed, "Us")
        .await;
    refused(named, &Error::NotAllowed);
    refused(
        store.order.ban(deed(&ann), &room, &bob.id, "").await,
        &Error::NotAllowed,
    );
    let read = store
        .log
        .read(Reader::User(&cyd.id), &room, Span::newest(9))
        .await;
    refused(read, &Error::RoomUnknown);
    let nobody = Person {
        id: random_id::<8, _>(),
        ..bob.clone()
    };
    for people in [&[][..], &[&ann], &[&nobody], &[&bob, &cyd]] {
        let opened = store
            .rooms
            .open(deed(&ann), new_room(RoomKind::Direct, "", people))
            .await;
        refused(opened, &Error::PersonUnknown);
    }
}

pub async fn a_group_has_all_its_people_at_once(world: World) {
    let store = world.open();
    let (ann, bob) = (join(&store, "Ann").await, join(&store, "Bob").await);
    let (cyd, dan) = (join(&store, "Cyd").await, join(&store, "Dan").await);
    let opening = deed(&ann);
    let group = || new_room(RoomKind::Group, "", &[&bob, &cyd, &bob, &ann]);
    let opened = all_made(store.rooms.open(opening.clone(), group()).await);
    assert_eq!(opened.len(), 6, "each told twice: {opened:?}");
    let offsets: Vec<u64> = opened
        .iter()
        .map(|entry| entry.offset - opened[0].offset)
        .collect();
    assert_eq!(offsets, [0, 1, 2, 3, 4, 5], "in one commit");
    let again = store.rooms.open(opening, group()).await.expect("an answer");
    assert_eq!(again, Changed::Before(opened[0].clone()));
    let room = &opened[0].room;
    let seen = store.shelf.room(&cyd.id, room).await.expect("she is in it");
    let people: Vec<&str> = seen
        .people
        .iter()
        .map(|person| person.name.as_str())
        .collect();
    assert_eq!(people, ["Ann", "Bob", "Cyd"]);
    assert_eq!(
        (seen.kind, seen.name.as_str(), seen.unread),
        (RoomKind::Group, "", 0)
    );
    made(store.rooms.add(deed(&cyd), room, &dan.id).await);
    made(store.rooms.remove(deed(&bob), room, &bob.id, "").await);
    refused(
        store.rooms.remove(deed(&cyd), room, &dan.id, "").await,
        &Error::NotAllowed,
    );
    let seen = store.shelf.room(&dan.id, room).await.expect("he is in it");
    let people: Vec<&str> = seen
        .people
        .iter()
        .map(|person| person.name.as_str())
        .collect();
    assert_eq!(people, ["Ann", "Cyd", "Dan"]);
    refused(store.shelf.room(&bob.id, room).await, &Error::RoomUnknown);
}

pub async fn a_group_takes_fifty_people_and_no_more(world: World) {
    let store = world.open();
    let ann = join(&store, "Ann").await;
    let mut others = Vec::new();
    for nth in 0..limits::GROUP_PEOPLE_MAX {
        others.push(join(&store, &format!("Guest {nth}")).await);
    }
    let all: Vec<&Person> = others.iter().collect();
    let opened = store
        .rooms
        .open(deed(&ann), new_room(RoomKind::Group, "", &all))
        .await;
    refused(opened, &Error::RoomFull);
    let opened = store
        .rooms
        .open(deed(&ann), new_room(RoomKind::Group, "", &all[1..]))
        .await;
    let room = all_made(opened)[0].room.clone();
    let one_more = store.rooms.add(deed(&ann), &room, &others[0].id).await;
    refused(one_more, &Error::RoomFull);
    made(
        store
            .rooms
            .remove(deed(&ann), &room, &others[7].id, "")
            .await,
    );
    made(store.rooms.add(deed(&ann), &room, &others[0].id).await);
}

pub async fn who_has_left_for_good_is_let_in_nowhere(world: World) {
    let store = world.open();
    let ann = join(&store, "Ann").await;
    let name = protocol::Name::parse("Bob").expect("a name");
    let (bob, token) = store.directory.join(name).await.expect("it is free");
    store.directory.sign_out(&token).await.expect("it ends");
    let opened = store
        .rooms
        .open(deed(&ann), new_room(RoomKind::Direct, "", &[&bob]))
        .await;
    refused(opened, &Error::PersonUnknown);
    let about = store.shelf.members(&ann.id, &RoomId::lobby(), 9).await;
    assert_eq!(
        about.expect("who is there").people,
        [ann],
        "and is in no room for all"
    );
}
