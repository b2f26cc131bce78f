//! Rooms for all: made, found, joined, left, renamed.

use protocol::{Kind, Person, RoomId, RoomKind, RoomState, Target};
use server::store::{Changed, Draft, Error, Reader, Span, Store};

use crate::world::{
    World, administrator, all_made, deed, draft, join, new_room, public, refused, stored, told,
};

async fn rooms_of(store: &Store, person: &Person) -> Vec<RoomState> {
    store.shelf.rooms(&person.id).await.expect("the rooms")
}

async fn names_of(store: &Store, person: &Person) -> Vec<String> {
    let rooms = rooms_of(store, person).await;
    rooms.into_iter().map(|room| room.name).collect()
}

pub async fn who_is_new_finds_the_lobby(world: World) {
    let store = world.open();
    let ann = join(&store, "Ann").await;
    stored(&store, draft(&ann, "early")).await;
    let bob = join(&store, "Bob").await;
    let rooms = rooms_of(&store, &bob).await;
    assert_eq!(rooms.len(), 1);
    let lobby = &rooms[0];
    assert_eq!(
        (lobby.name.as_str(), lobby.kind),
        ("Lobby", RoomKind::Public)
    );
    assert_eq!((lobby.top, lobby.read, lobby.unread), (1, 1, 0));
    assert!(!lobby.owned, "it is nobody's");
}

pub async fn a_public_room_is_called_in_its_address_as_it_is_named(world: World) {
    let store = world.open();
    let ann = join(&store, "Ann").await;
    let id = public(&store, &ann, "Tea time").await;
    assert_eq!(id.as_str(), "tea-time");
    for name in [
        "New",
        "产品讨论",
        "Inbox of Ann",
        "Direct line",
        "Notices board",
    ] {
        let id = public(&store, &ann, name).await;
        let read = store.log.read(Reader::User(&ann.id), &id, Span::newest(9));
        read.await.expect("it is there");
        for start in ["inbox", "direct", "new", "notices"] {
            assert!(!id.as_str().starts_with(start), "{name}: {id}");
        }
    }
}

pub async fn two_public_rooms_are_not_called_the_same(world: World) {
    let store = world.open();
    let ann = join(&store, "Ann").await;
    let tea = public(&store, &ann, "Tea").await;
    let cake = public(&store, &ann, "Cake").await;
    for same in ["Tea", "TEA", "Ｔea", "lobby"] {
        let new = new_room(RoomKind::Public, same, &[]);
        let again = store.rooms.open(deed(&ann), new).await;
        assert!(
            matches!(again, Err(Error::RoomNameTaken)),
            "{same}: {again:?}"
        );
        let renamed = store.rooms.describe(deed(&ann), &cake, Kind::Renamed, same);
        let renamed = renamed.await;
        assert!(matches!(renamed, Err(Error::RoomNameTaken)), "{same}");
    }
    told(
        store
            .rooms
            .describe(deed(&ann), &tea, Kind::Renamed, "TEA")
            .await,
    );
    told(
        store
            .rooms
            .describe(deed(&ann), &tea, Kind::Renamed, "Coffee")
            .await,
    );
    public(&store, &ann, "Tea").await; // it is free again
    let private = new_room(RoomKind::Private, "Tea", &[]);
    all_made(store.rooms.open(deed(&ann), private).await);
}

pub async fn who_joins_a_public_room_is_told_in_the_inbox_alone(world: World) {
    let store = world.open();
    let (ann, bob) = (join(&store, "Ann").await, join(&store, "Bob").await);
    let tea = public(&store, &ann, "Tea").await;
    let said = Draft {
        room: tea.clone(),
        ..draft(&ann, "hi")
    };
    stored(&store, said.clone()).await;
    let joining = deed(&bob);
    let joined = told(store.rooms.join(joining.clone(), &tea).await);
    assert_eq!(
        (joined.room.clone(), joined.kind),
        (RoomId::inbox(&bob.id), Kind::Added)
    );
    assert_eq!(
        (joined.target.clone(), joined.body.as_str()),
        (Some(Target::from(&tea)), "Tea")
    );
    let again = store.rooms.join(joining, &tea).await.expect("an answer");
    assert_eq!(again, Changed::Before(joined.clone()), "the same deed");
    let again = store.rooms.join(deed(&bob), &tea).await.expect("an answer");
    assert_eq!(again, Changed::Before(joined), "another one");
    let rooms = rooms_of(&store, &bob).await;
    let seen = rooms.iter().find(|room| room.id == tea).expect("he is in");
    assert_eq!(
        (seen.top, seen.read, seen.unread),
        (1, 1, 0),
        "it counts as read"
    );

    let left = told(store.rooms.remove(deed(&bob), &tea, &bob.id, "").await);
    assert_eq!(
        (left.room.clone(), left.kind),
        (RoomId::inbox(&bob.id), Kind::Removed)
    );
    let again = store.rooms.remove(deed(&bob), &tea, &bob.id, "").await;
    assert_eq!(again.expect("an answer"), Changed::Before(left));
    assert_eq!(names_of(&store, &bob).await, ["Lobby"]);
    told(store.rooms.join(deed(&bob), &tea).await);
    assert_eq!(names_of(&store, &bob).await, ["Lobby", "Tea"]);
    let page = store.log.read(Reader::User(&bob.id), &tea, Span::newest(9));
    assert_eq!(
        page.await.expect("a page").entries.len(),
        1,
        "the room itself tells nothing"
    );
}

pub async fn who_is_not_in_a_public_room_reads_it_and_writes_nothing_there(world: World) {
    let store = world.open();
    let (ann, bob) = (join(&store, "Ann").await, join(&store, "Bob").await);
    let tea = public(&store, &ann, "Tea").await;
    let said = |by: &Person| Draft {
        room: tea.clone(),
        ..draft(by, "hi")
    };
    stored(&store, said(&ann)).await;
    refused(store.log.append(said(&bob)).await, &Error::RoomUnknown);
    let page = store.log.read(Reader::User(&bob.id), &tea, Span::newest(9));
    assert_eq!(page.await.expect("a page").entries.len(), 1);
    let seen = store.shelf.room(&bob.id, &tea).await.expect("the room");
    assert_eq!((seen.top, seen.read, seen.unread), (1, 1, 0));
    told(store.rooms.join(deed(&bob), &tea).await);
    stored(&store, said(&bob)).await;
}

pub async fn nobody_joins_what_is_not_for_all(world: World) {
    let store = world.open();
    let (ann, bob) = (join(&store, "Ann").await, join(&store, "Bob").await);
    let private = new_room(RoomKind::Private, "Plans", &[]);
    let private = all_made(store.rooms.open(deed(&ann), private).await);
    let nowhere = "nowhere".parse().expect("an id");
    for room in [&private[0].room, &nowhere, &RoomId::inbox(&ann.id)] {
        refused(
            store.rooms.join(deed(&bob), room).await,
            &Error::RoomUnknown,
        );
        let about = store.shelf.members(&bob.id, room, 9).await;
        refused(about, &Error::RoomUnknown);
        refused(store.shelf.room(&bob.id, room).await, &Error::RoomUnknown);
        refused(
            store.shelf.mute(&bob.id, room, true).await,
            &Error::RoomUnknown,
        );
    }
}

pub async fn public_rooms_are_found_by_name_page_by_page(world: World) {
    let store = world.open();
    let (ann, bob) = (join(&store, "Ann").await, join(&store, "Bob").await);
    for name in ["Cake", "Apples", "Tea", "Beer"] {
        public(&store, &ann, name).await;
    }
    all_made(
        store
            .rooms
            .open(deed(&ann), new_room(RoomKind::Private, "Plans", &[]))
            .await,
    );
    told(
        store
            .rooms
            .join(deed(&bob), &"tea".parse().expect("an id"))
            .await,
    );
    let mut found = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let page = store
            .shelf
            .public(after.as_deref(), 2)
            .await
            .expect("a page");
        let Some(last) = page.last() else { break };
        after = Some(last.name.clone());
        found.extend(page.into_iter().map(|room| (room.name, room.people)));
    }
    let wanted = [
        ("Apples", 1),
        ("Beer", 1),
        ("Cake", 1),
        ("Lobby", 2),
        ("Tea", 2),
    ];
    assert_eq!(
        found,
        wanted.map(|(name, people)| (name.to_owned(), people))
    );
    let about = store.shelf.members(&bob.id, &RoomId::lobby(), 1).await;
    let about = about.expect("who is there");
    assert_eq!((about.count, about.owner), (2, None));
    assert_eq!(about.people, [ann], "by name, as many as were asked for");
}

pub async fn a_room_is_renamed_and_described_by_its_owner_and_administrators(world: World) {
    let store = world.open();
    let (ann, bob) = (join(&store, "Ann").await, join(&store, "Bob").await);
    let cyd = administrator(&store, "Cyd").await;
    let tea = public(&store, &ann, "Tea").await;
    told(store.rooms.join(deed(&bob), &tea).await);
    for kind in [Kind::Renamed, Kind::Described] {
        let refusal = store.rooms.describe(deed(&bob), &tea, kind, "Mine").await;
        refused(refusal, &Error::NotAllowed);
    }
    refused(
        store
            .rooms
            .describe(deed(&ann), &tea, Kind::Posted, "Mine")
            .await,
        &Error::NotAllowed,
    );
    let renaming = deed(&ann);
    let renamed = store
        .rooms
        .describe(renaming.clone(), &tea, Kind::Renamed, "Green tea");
    let renamed = told(renamed.await);
    assert_eq!(
        (&renamed.room, renamed.kind, renamed.body.as_str()),
        (&tea, Kind::Renamed, "Green tea")
    );
    let again = store
        .rooms
        .describe(renaming, &tea, Kind::Renamed, "Green tea")
        .await;
    assert_eq!(again.expect("an answer"), Changed::Before(renamed));
    told(
        store
            .rooms
            .describe(deed(&cyd), &tea, Kind::Described, "Hot")
            .await,
    );
    let seen = store.shelf.room(&bob.id, &tea).await.expect("the room");
    assert_eq!(
        (seen.name.as_str(), seen.topic.as_str()),
        ("Green tea", "Hot")
    );
    assert_eq!((seen.top, seen.unread), (2, 0), "no message");
    let owned = async |who: &Person| store.shelf.room(&who.id, &tea).await.expect("it").owned;
    assert_eq!(
        (owned(&ann).await, owned(&bob).await, owned(&cyd).await),
        (true, false, true)
    );
    told(
        store
            .rooms
            .describe(deed(&cyd), &RoomId::lobby(), Kind::Renamed, "Hall")
            .await,
    );
    let lobby = RoomId::lobby();
    let refusal = store
        .rooms
        .describe(deed(&ann), &lobby, Kind::Renamed, "Mine");
    refused(refusal.await, &Error::NotAllowed);
}
