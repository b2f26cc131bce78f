//! Links into private rooms.

use protocol::{Kind, RoomId, RoomKind};
use server::store::{Changed, Error, Token};

use crate::world::{World, administrator, all_made, deed, join, made, new_room, private, refused};

pub async fn a_link_lets_in_who_has_it_once(world: World) {
    let store = world.open();
    let (ann, bob) = (join(&store, "Ann").await, join(&store, "Bob").await);
    let room = private(&store, &ann).await;
    let link = store.invites.invite(&ann, &room).await.expect("a link");
    let led = store.invites.invited(&link).await.expect("an answer");
    let led = led.expect("it leads somewhere");
    assert_eq!(
        (&led.id, led.name.as_str(), led.people),
        (&room, "Plans", 1)
    );
    let first = deed(&bob);
    let (told, inbox) = made(store.invites.accept(first.clone(), &link).await);
    assert_eq!(
        (&told.room, told.kind, &told.sender),
        (&room, Kind::Added, &bob.id)
    );
    assert_eq!(inbox.room, RoomId::inbox(&bob.id));
    for again in [first, deed(&bob)] {
        let before = store.invites.accept(again, &link).await;
        assert!(matches!(before, Ok(Changed::Before(entry)) if entry == told));
    }
}

pub async fn a_new_link_ends_the_one_before(world: World) {
    let store = world.open();
    let (ann, bob) = (join(&store, "Ann").await, join(&store, "Bob").await);
    let room = private(&store, &ann).await;
    let ended = store.invites.invite(&ann, &room).await.expect("a link");
    store.invites.invite(&ann, &room).await.expect("another");
    for link in [ended, Token::random()] {
        let led = store.invites.invited(&link).await.expect("an answer");
        assert_eq!(led, None);
        let accepted = store.invites.accept(deed(&bob), &link).await;
        refused(accepted, &Error::RoomUnknown);
    }
}

pub async fn who_looks_after_a_private_room_alone_makes_links(world: World) {
    let store = world.open();
    let (ann, bob) = (join(&store, "Ann").await, join(&store, "Bob").await);
    let root = administrator(&store, "Zoe").await;
    let room = private(&store, &ann).await;
    refused(store.invites.invite(&bob, &room).await, &Error::RoomUnknown);
    for user in [&bob, &root] {
        let added = store.rooms.add(deed(&ann), &room, &user.id).await;
        added.expect("they are let in");
    }
    refused(store.invites.invite(&bob, &room).await, &Error::NotAllowed);
    store.invites.invite(&root, &room).await.expect("a link");
    let group = new_room(RoomKind::Group, "", &[&bob]);
    let told = all_made(store.rooms.open(deed(&ann), group).await);
    let group = &told[0].room;
    refused(store.invites.invite(&ann, group).await, &Error::NotAllowed);
    let lobby = RoomId::lobby();
    refused(
        store.invites.invite(&root, &lobby).await,
        &Error::NotAllowed,
    );
}

pub async fn who_is_banned_does_not_come_in_by_a_link(world: World) {
    let store = world.open();
    let (ann, bob) = (join(&store, "Ann").await, join(&store, "Bob").await);
    let room = private(&store, &ann).await;
    let link = store.invites.invite(&ann, &room).await.expect("a link");
    made(store.invites.accept(deed(&bob), &link).await);
    made(store.order.ban(deed(&ann), &room, &bob.id, "").await);
    refused(
        store.invites.accept(deed(&bob), &link).await,
        &Error::Banned,
    );
}
