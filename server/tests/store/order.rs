//! What a room's owner and administrators do to others.

use protocol::{Kind, Person, RoomId, RoomKind, Target};
use server::store::{Changed, Draft, Error, Store};

use crate::world::{
    World, administrator, all_made, deed, draft, join, made, new_room, public, refused, stored,
    told,
};

const AT: u64 = 1_795_000_000_000;

struct Tea {
    store: Store,
    room: RoomId,
    /// The owner.
    ann: Person,
    bob: Person,
    cyd: Person,
    admin: Person,
}

/// Ann's room, with Bob and Cyd in it.
async fn tea(world: &World) -> Tea {
    let store = world.open();
    let admin = administrator(&store, "Eve").await;
    let ann = join(&store, "Ann").await;
    let (bob, cyd) = (join(&store, "Bob").await, join(&store, "Cyd").await);
    let room = public(&store, &ann, "Tea").await;
    for person in [&bob, &cyd] {
        told(store.rooms.join(deed(person), &room).await);
    }
    Tea {
        store,
        room,
        ann,
        bob,
        cyd,
        admin,
    }
}

impl Tea {
    fn said(&self, by: &Person, body: &str) -> Draft {
        Draft {
            room: self.room.clone(),
            at: AT,
            ..draft(by, body)
        }
    }
}

pub async fn who_is_silenced_says_nothing_until_the_time_has_come(world: World) {
    let tea = tea(&world).await;
    let Tea {
        store,
        room,
        ann,
        bob,
        ..
    } = &tea;
    let hers = stored(store, tea.said(ann, "hush")).await;
    let his = stored(store, tea.said(bob, "why?")).await;
    let silenced = store
        .order
        .silence(deed(ann), room, &bob.id, Some(AT + 1_000));
    silenced.await.expect("he is silenced");
    let change = |kind, seq, body| Draft {
        kind,
        target: Some(Target::message(seq)),
        ..tea.said(bob, body)
    };
    for said in [
        tea.said(bob, "but"),
        change(Kind::Posted, hers.seq, "but"),
        change(Kind::Edited, his.seq, "but"),
        change(Kind::Reacted, hers.seq, "👎"),
    ] {
        refused(store.log.append(said).await, &Error::Silenced);
    }
    stored(store, change(Kind::Deleted, his.seq, "")).await;
    stored(store, tea.said(ann, "the others go on")).await;
    stored(store, draft(bob, "elsewhere he may")).await;
    let later = Draft {
        at: AT + 1_000,
        ..tea.said(bob, "now")
    };
    stored(store, later).await;
    store
        .order
        .silence(deed(ann), room, &bob.id, None)
        .await
        .expect("for good");
    refused(
        store.log.append(tea.said(bob, "but")).await,
        &Error::Silenced,
    );
    store
        .order
        .unsilence(deed(ann), room, &bob.id)
        .await
        .expect("no more");
    stored(store, tea.said(bob, "thanks")).await;
}

pub async fn who_is_put_out_of_a_room_for_all_is_told_why_and_may_come_back(world: World) {
    let tea = tea(&world).await;
    let Tea {
        store,
        room,
        ann,
        bob,
        ..
    } = &tea;
    let out = told(
        store
            .rooms
            .remove(deed(ann), room, &bob.id, "cool down")
            .await,
    );
    assert_eq!(
        (out.room, out.kind),
        (RoomId::inbox(&bob.id), Kind::Removed)
    );
    assert_eq!(
        (out.target, out.body.as_str()),
        (Some(Target::from(room)), "cool down")
    );
    refused(
        store.log.append(tea.said(bob, "but")).await,
        &Error::RoomUnknown,
    );
    told(store.rooms.join(deed(bob), room).await);
    stored(store, tea.said(bob, "sorry")).await;
}

pub async fn who_is_banned_does_not_come_back(world: World) {
    let tea = tea(&world).await;
    let Tea {
        store,
        room,
        ann,
        bob,
        ..
    } = &tea;
    let banning = deed(ann);
    let banned = told(
        store
            .order
            .ban(banning.clone(), room, &bob.id, "enough")
            .await,
    );
    assert_eq!(
        (banned.kind, banned.body.as_str()),
        (Kind::Removed, "enough")
    );
    for deed in [banning, deed(ann)] {
        let again = store.order.ban(deed, room, &bob.id, "enough").await;
        assert_eq!(again.expect("an answer"), Changed::Before(banned.clone()));
    }
    refused(store.rooms.join(deed(bob), room).await, &Error::Banned);
    refused(
        store.log.append(tea.said(bob, "but")).await,
        &Error::RoomUnknown,
    );
    refused(
        store.order.unban(deed(bob), room, &bob.id).await,
        &Error::NotAllowed,
    );
    store
        .order
        .unban(deed(ann), room, &bob.id)
        .await
        .expect("he may");
    told(store.rooms.join(deed(bob), room).await);
}

pub async fn who_is_banned_from_a_private_room_is_not_let_in_again(world: World) {
    let store = world.open();
    let (ann, bob) = (join(&store, "Ann").await, join(&store, "Bob").await);
    let cyd = join(&store, "Cyd").await;
    let new = new_room(RoomKind::Private, "Plans", &[&bob]);
    let room = all_made(store.rooms.open(deed(&ann), new).await)[0]
        .room
        .clone();
    let (in_room, in_inbox) = made(store.order.ban(deed(&ann), &room, &bob.id, "no").await);
    assert_eq!(
        (in_room.kind, in_inbox.kind),
        (Kind::Removed, Kind::Removed)
    );
    assert_eq!(
        (in_room.body.as_str(), in_inbox.body.as_str()),
        ("Bob", "no")
    );
    refused(
        store.rooms.add(deed(&ann), &room, &bob.id).await,
        &Error::Banned,
    );
    let never = store.order.ban(deed(&ann), &room, &cyd.id, "").await;
    refused(never, &Error::PersonUnknown);
    store
        .order
        .unban(deed(&ann), &room, &bob.id)
        .await
        .expect("he may");
    made(store.rooms.add(deed(&ann), &room, &bob.id).await);
}

pub async fn who_has_not_come_yet_is_banned_beforehand(world: World) {
    let tea = tea(&world).await;
    let Tea {
        store, room, ann, ..
    } = &tea;
    let dan = join(store, "Dan").await;
    told(
        store
            .order
            .ban(deed(ann), room, &dan.id, "known for it")
            .await,
    );
    refused(store.rooms.join(deed(&dan), room).await, &Error::Banned);
}

pub async fn order_is_kept_by_the_owner_and_administrators_alone(world: World) {
    let tea = tea(&world).await;
    let Tea {
        store,
        room,
        ann,
        bob,
        cyd,
        admin,
    } = &tea;
    told(store.rooms.join(deed(admin), room).await);
    // Neither one's equal, nor who is above, nor oneself.
    for (by, over) in [(bob, cyd), (bob, ann), (ann, admin), (ann, ann)] {
        let silenced = store.order.silence(deed(by), room, &over.id, None).await;
        refused(silenced, &Error::NotAllowed);
        let banned = store.order.ban(deed(by), room, &over.id, "").await;
        refused(banned, &Error::NotAllowed);
    }
    for (by, over) in [(bob, cyd), (bob, ann), (ann, admin)] {
        let out = store.rooms.remove(deed(by), room, &over.id, "").await;
        refused(out, &Error::NotAllowed);
    }
    store
        .order
        .silence(deed(admin), room, &ann.id, None)
        .await
        .expect("she is");
    told(store.rooms.remove(deed(admin), room, &bob.id, "").await);
    let made = all_made(store.order.ban(deed(admin), room, &ann.id, "").await);
    assert_eq!(made.len(), 2, "she is told, and whose room it is now");
    // Hers it is no more, and not hers to come back to.
    let unbanned = store.order.unban(deed(ann), room, &ann.id).await;
    refused(unbanned, &Error::NotAllowed);
    refused(store.rooms.join(deed(ann), room).await, &Error::Banned);
    told(
        store
            .order
            .ban(deed(admin), &RoomId::lobby(), &bob.id, "")
            .await,
    );
    let nobody = server::store::random_id::<8, _>();
    let silenced = store.order.silence(deed(admin), room, &nobody, None).await;
    refused(silenced, &Error::PersonUnknown);
}

pub async fn who_is_banned_and_who_is_silenced_is_known(world: World) {
    let Tea {
        store,
        room,
        ann,
        bob,
        cyd,
        ..
    } = tea(&world).await;
    let banned = async |limit| {
        let banned = store.order.banned(&room, limit).await.expect("an answer");
        let names = banned.into_iter().map(|person| person.name.to_string());
        names.collect::<Vec<_>>()
    };
    let is_silent = async |at| {
        let restraint = store.order.restraint(&room, &bob.id).await;
        restraint.expect("an answer").is_silent(at)
    };
    assert!(banned(9).await.is_empty() && !is_silent(0).await);
    let silenced = store.order.silence(deed(&ann), &room, &bob.id, Some(5));
    silenced.await.expect("she may");
    assert!(is_silent(4).await && !is_silent(5).await);
    for who in [&cyd, &bob] {
        all_made(store.order.ban(deed(&ann), &room, &who.id, "").await);
    }
    assert_eq!(banned(9).await, ["Bob", "Cyd"]);
    assert_eq!(banned(1).await, ["Bob"]);
    let unbanned = store.order.unban(deed(&ann), &room, &bob.id);
    unbanned.await.expect("she may");
    assert_eq!(banned(9).await, ["Cyd"]);
    let elsewhere = store.order.banned(&RoomId::lobby(), 9).await;
    assert_eq!(elsewhere.expect("an answer"), []);
}
