//! Who is in which rooms, in how many, and whose a room is when its owner goes.

use protocol::{Kind, Person, RoomId, RoomKind, limits};
use server::store::Error;

use crate::world::{World, all_made, deed, join, member, new_room, private, public, refused, told};

pub async fn one_is_in_so_many_rooms_and_no_more(world: World) {
    let store = world.open();
    let (ann, bob) = (join(&store, "Ann").await, join(&store, "Bob").await);
    let cyd = join(&store, "Cyd").await;
    let tea = public(&store, &bob, "Tea").await;
    let talk = || new_room(RoomKind::Direct, "", &[&ann]);
    all_made(store.rooms.open(deed(&bob), talk()).await);
    // The lobby is one of them, talk of two is not.
    for _ in 1..limits::ROOMS_PER_USER_MAX {
        private(&store, &ann).await;
    }
    let full = Error::TooManyRooms;
    refused(store.rooms.join(deed(&ann), &tea).await, &full);
    for kind in [RoomKind::Public, RoomKind::Private, RoomKind::Group] {
        let people: &[&Person] = if kind == RoomKind::Public {
            &[]
        } else {
            &[&bob]
        };
        let opened = store
            .rooms
            .open(deed(&ann), new_room(kind, "One more", people))
            .await;
        refused(opened, &full);
    }
    let his = private(&store, &bob).await;
    refused(store.rooms.add(deed(&bob), &his, &ann.id).await, &full);
    all_made(store.rooms.open(deed(&cyd), talk()).await);
    let rooms = store.shelf.rooms(&ann.id).await.expect("the rooms");
    assert_eq!(rooms.len(), limits::ROOMS_PER_USER_MAX + 2);
    let lobby = RoomId::lobby();
    told(store.rooms.remove(deed(&ann), &lobby, &ann.id, "").await);
    told(store.rooms.join(deed(&ann), &tea).await);
}

pub async fn others_take_half_of_ones_places_and_no_more(world: World) {
    let store = world.open();
    let (ann, bob) = (join(&store, "Ann").await, join(&store, "Bob").await);
    let group = || new_room(RoomKind::Group, "", &[&ann]);
    // The lobby is one of them.
    for _ in 1..limits::ROOMS_LET_INTO_MAX {
        all_made(store.rooms.open(deed(&bob), group()).await);
    }
    let full = Error::TooManyRooms;
    refused(store.rooms.open(deed(&bob), group()).await, &full);
    let his = private(&store, &bob).await;
    refused(store.rooms.add(deed(&bob), &his, &ann.id).await, &full);
    let tea = public(&store, &bob, "Tea").await;
    told(store.rooms.join(deed(&ann), &tea).await);
    private(&store, &ann).await;
    let link = store.invites.invite(&bob, &his).await.expect("a link");
    all_made(store.invites.accept(deed(&ann), &link).await);
}

pub async fn one_is_in_the_rooms_of_ones_list_and_in_no_other(world: World) {
    let store = world.open();
    let (ann, bob) = (join(&store, "Ann").await, join(&store, "Bob").await);
    let is_in = async |who: &Person, room: &RoomId| {
        let is_in = store.shelf.is_in(&who.id, room).await;
        let is_in = is_in.expect("an answer");
        let all = vec![ann.id.clone(), bob.id.clone(), "u0".parse().expect("an id")];
        let among = store.shelf.among(room, all).await.expect("an answer");
        assert_eq!(among.contains(&who.id), is_in);
        assert!(among.iter().all(|one| [&ann.id, &bob.id].contains(&one)));
        is_in
    };
    let (plans, tea) = (
        private(&store, &ann).await,
        public(&store, &ann, "Tea").await,
    );
    for room in [&plans, &tea] {
        assert!(is_in(&ann, room).await && !is_in(&bob, room).await);
    }
    told(store.rooms.join(deed(&bob), &tea).await);
    member(&store, &ann, &plans, &bob).await;
    for room in [&plans, &tea] {
        assert!(is_in(&bob, room).await);
        all_made(store.rooms.remove(deed(&bob), room, &bob.id, "").await);
        assert!(!is_in(&bob, room).await);
    }
    assert!(!is_in(&ann, &"nowhere".parse().expect("an id")).await);
}

pub async fn a_room_whose_owner_is_out_is_theirs_who_was_in_for_longest(world: World) {
    let store = world.open();
    let ann = join(&store, "Ann").await;
    // Who came first is neither the first by name nor by id.
    let (cyd, bob) = (join(&store, "Cyd").await, join(&store, "Bob").await);
    let plans = private(&store, &ann).await;
    let tea = public(&store, &ann, "Tea").await;
    for who in [&cyd, &bob] {
        member(&store, &ann, &plans, who).await;
        told(store.rooms.join(deed(who), &tea).await);
    }
    for room in [plans, tea] {
        let owner = async |by: &Person| {
            let members = store.shelf.members(&by.id, &room, 9).await;
            members.expect("who is in it").owner
        };
        let left = all_made(store.rooms.remove(deed(&ann), &room, &ann.id, "").await);
        let last = left.last().expect("it is told");
        let wanted = (RoomId::inbox(&cyd.id), Kind::Added);
        assert_eq!((last.room.clone(), last.kind), wanted);
        assert_eq!(owner(&bob).await, Some(cyd.id.clone()));
        let state = store.shelf.room(&cyd.id, &room).await.expect("hers");
        assert!(state.owned);
        let renamed = store
            .rooms
            .describe(deed(&bob), &room, Kind::Described, "x");
        refused(renamed.await, &Error::NotAllowed);
        let out = store.rooms.remove(deed(&cyd), &room, &bob.id, "").await;
        all_made(out);
        assert_eq!(owner(&cyd).await, Some(cyd.id.clone()), "no owner was out");
        all_made(store.rooms.remove(deed(&cyd), &room, &cyd.id, "").await);
    }
    let tea: RoomId = "tea".parse().expect("an id");
    told(store.rooms.join(deed(&bob), &tea).await);
    let members = store.shelf.members(&bob.id, &tea, 9).await;
    assert_eq!(members.expect("who is in it").owner, None);
}
