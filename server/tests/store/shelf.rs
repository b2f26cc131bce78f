//! The list of rooms as its people see it: what is new, what is unread, who speaks to them.

use protocol::{Kind, LastLine, Person, RoomId, RoomKind, RoomState, Target, limits};
use server::store::{Draft, Store};

use crate::world::{
    World, administrator, all_made, deed, draft, join, member, new_room, private, public, refused,
    stored, told,
};

async fn seen(store: &Store, person: &Person, room: &RoomId) -> RoomState {
    let rooms = store.shelf.rooms(&person.id).await.expect("the rooms");
    let listed = rooms.into_iter().find(|listed| listed.id == *room);
    let alone = store.shelf.room(&person.id, room).await.expect("the room");
    assert_eq!(listed.as_ref(), Some(&alone), "alone it is as in the list");
    alone
}

async fn reads(store: &Store, person: &Person, room: &RoomId, seq: u64) {
    let marks = vec![(person.id.clone(), room.clone(), seq)];
    store.shelf.read(marks).await.expect("it is written");
}

fn counts(room: &RoomState) -> (u64, u64, u64) {
    (room.read, room.unread, room.mentions)
}

pub async fn what_others_say_is_unread_until_it_is_read(world: World) {
    let store = world.open();
    let (ann, bob) = (join(&store, "Ann").await, join(&store, "Bob").await);
    let lobby = RoomId::lobby();
    for body in ["one", "two", "hi @bob", "@Bobby?"] {
        stored(&store, draft(&ann, body)).await;
    }
    stored(&store, draft(&bob, "@Bob that is me")).await;
    let change = Draft {
        kind: Kind::Edited,
        target: Some(Target::message(1)),
        ..draft(&ann, "@Bob")
    };
    stored(&store, change).await;
    assert_eq!(counts(&seen(&store, &bob, &lobby).await), (0, 4, 1));
    assert_eq!(counts(&seen(&store, &ann, &lobby).await), (0, 1, 0));
    reads(&store, &bob, &lobby, 2).await;
    assert_eq!(counts(&seen(&store, &bob, &lobby).await), (2, 2, 1));
    reads(&store, &bob, &lobby, 1).await;
    assert_eq!(
        counts(&seen(&store, &bob, &lobby).await),
        (2, 2, 1),
        "it never goes back"
    );
    reads(&store, &bob, &lobby, u64::MAX).await;
    assert_eq!(
        counts(&seen(&store, &bob, &lobby).await),
        (6, 0, 0),
        "nor beyond the top"
    );
    let other = world.open();
    assert_eq!(
        counts(&seen(&other, &bob, &lobby).await),
        (6, 0, 0),
        "on every node"
    );
}

pub async fn what_is_taken_back_is_not_unread(world: World) {
    let store = world.open();
    let (ann, bob) = (join(&store, "Ann").await, join(&store, "Bob").await);
    stored(&store, draft(&ann, "@Bob oops")).await;
    stored(&store, draft(&ann, "two")).await;
    let back = Draft {
        kind: Kind::Deleted,
        target: Some(Target::message(1)),
        ..draft(&ann, "")
    };
    stored(&store, back).await;
    assert_eq!(
        counts(&seen(&store, &bob, &RoomId::lobby()).await),
        (0, 1, 0)
    );
}

pub async fn unread_messages_are_counted_to_a_thousand(world: World) {
    let store = world.open();
    let (ann, bob) = (join(&store, "Ann").await, join(&store, "Bob").await);
    let more = 1_100;
    let sends = (0..more).map(|nth| store.log.append(draft(&ann, &nth.to_string())));
    for sent in futures_util::future::join_all(sends).await {
        sent.expect("it is stored");
    }
    let room = seen(&store, &bob, &RoomId::lobby()).await;
    assert_eq!((room.top, room.unread), (more, limits::UNREAD_MAX));
}

pub async fn who_was_let_in_has_read_what_came_before(world: World) {
    let store = world.open();
    let (ann, bob) = (join(&store, "Ann").await, join(&store, "Bob").await);
    let room = private(&store, &ann).await;
    let said = |body: &str| Draft {
        room: room.clone(),
        ..draft(&ann, body)
    };
    stored(&store, said("@Bob before")).await;
    member(&store, &ann, &room, &bob).await;
    let there = seen(&store, &bob, &room).await;
    assert_eq!(counts(&there), (2, 0, 0));
    assert_eq!(
        (there.top, there.last),
        (3, None),
        "nothing he sees was said yet"
    );
    stored(&store, said("@Bob now")).await;
    assert_eq!(counts(&seen(&store, &bob, &room).await), (2, 1, 1));
}

pub async fn a_room_shows_its_newest_message_as_it_reads_now(world: World) {
    let store = world.open();
    let (ann, bob) = (join(&store, "Ann").await, join(&store, "Bob").await);
    let lobby = RoomId::lobby();
    assert_eq!(seen(&store, &bob, &lobby).await.last, None);
    let long = "ä".repeat(limits::LAST_LINE_CHARS + 1);
    stored(&store, draft(&ann, &long)).await;
    let line = |by: &Person, body: &str| {
        Some(LastLine {
            name: by.name.clone(),
            body: body.to_owned(),
            at: 1_795_000_000_000,
        })
    };
    let cut = "ä".repeat(limits::LAST_LINE_CHARS);
    assert_eq!(seen(&store, &bob, &lobby).await.last, line(&ann, &cut));
    stored(&store, draft(&bob, "helo")).await;
    for (kind, body) in [
        (Kind::Edited, "hell"),
        (Kind::Edited, "hello"),
        (Kind::Reacted, "👍"),
    ] {
        let change = Draft {
            kind,
            target: Some(Target::message(2)),
            ..draft(&bob, body)
        };
        stored(&store, change).await;
    }
    assert_eq!(seen(&store, &ann, &lobby).await.last, line(&bob, "hello"));
    let back = Draft {
        kind: Kind::Deleted,
        target: Some(Target::message(2)),
        ..draft(&bob, "")
    };
    stored(&store, back).await;
    assert_eq!(seen(&store, &ann, &lobby).await.last, line(&ann, &cut));
}

pub async fn the_list_tells_each_rooms_kind_and_whose_it_is(world: World) {
    let store = world.open();
    let (ann, bob) = (join(&store, "Ann").await, join(&store, "Bob").await);
    let cyd = administrator(&store, "Cyd").await;
    let tea = public(&store, &ann, "Tea").await;
    told(store.rooms.join(deed(&cyd), &tea).await);
    for kind in [RoomKind::Direct, RoomKind::Group] {
        all_made(
            store
                .rooms
                .open(deed(&ann), new_room(kind, "", &[&cyd]))
                .await,
        );
    }
    let plans = new_room(RoomKind::Private, "Plans", &[&bob, &cyd]);
    all_made(store.rooms.open(deed(&ann), plans).await);
    let told = |rooms: Vec<RoomState>| -> Vec<(RoomKind, String, usize, bool)> {
        let told = |room: RoomState| (room.kind, room.name, room.people.len(), room.owned);
        rooms.into_iter().map(told).collect()
    };
    let mut of_ann = told(store.shelf.rooms(&ann.id).await.expect("the rooms"));
    of_ann[..2].sort_by_key(|room| room.3);
    let named = |kind, name: &str, people, owned| (kind, name.to_owned(), people, owned);
    assert_eq!(
        of_ann,
        [
            named(RoomKind::Direct, "", 2, false),
            named(RoomKind::Group, "", 2, true),
            named(RoomKind::Public, "Lobby", 0, false),
            named(RoomKind::Private, "Plans", 0, true),
            named(RoomKind::Public, "Tea", 0, true),
        ]
    );
    let of_cyd = told(store.shelf.rooms(&cyd.id).await.expect("the rooms"));
    let owned = of_cyd.iter().filter(|room| room.3).count();
    assert_eq!(
        (of_cyd.len(), owned),
        (5, 4),
        "an administrator keeps order, but in direct rooms"
    );
    let of_bob = told(store.shelf.rooms(&bob.id).await.expect("the rooms"));
    assert_eq!(of_bob.len(), 2);
}

pub async fn a_muted_room_stays_so_for_its_user_alone(world: World) {
    let store = world.open();
    let (ann, bob) = (join(&store, "Ann").await, join(&store, "Bob").await);
    let lobby = RoomId::lobby();
    let muted = async |who: &Person| seen(&store, who, &lobby).await.muted;
    store
        .shelf
        .mute(&ann.id, &lobby, true)
        .await
        .expect("it is muted");
    assert_eq!((muted(&ann).await, muted(&bob).await), (true, false));
    store
        .shelf
        .mute(&ann.id, &lobby, false)
        .await
        .expect("it is not");
    assert!(!muted(&ann).await);
    let nowhere = "nowhere".parse().expect("an id");
    let unknown = store.shelf.mute(&ann.id, &nowhere, true).await;
    refused(unknown, &server::store::Error::RoomUnknown);
    reads(&store, &ann, &nowhere, 5).await; // passed over
}
