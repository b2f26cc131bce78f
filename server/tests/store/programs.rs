//! Programs: their keys, what they say, and whom they put out.

use std::collections::BTreeSet;

use protocol::{Enclosed, Entry, Kind, Name, Person, RoomId, RoomKind, Target, UserId};
use server::store::{Changed, Draft, Error, NewKey, Reader, Scope, Span, Store, Stored};

use crate::world::{World, administrator, all_made, cid, deed, draft, join, new_room, refused};

fn new_key(name: &str, rooms: &[&str]) -> NewKey {
    let rooms = rooms.iter().map(|room| room.parse().expect("an id"));
    let rooms: BTreeSet<RoomId> = rooms.collect();
    NewKey {
        name: Name::parse(name).expect("a name"),
        scopes: BTreeSet::from([Scope::Push, Scope::Kick]),
        rooms: (!rooms.is_empty()).then_some(rooms),
    }
}

async fn program(store: &Store, name: &str) -> Person {
    let token = store.keys.make(new_key(name, &[])).await.expect("made");
    let key = store.keys.recognise(&token).await.expect("an answer");
    key.expect("it is good").program
}

fn notice(by: &Person, room: &RoomId, body: &str) -> Draft {
    Draft {
        room: room.clone(),
        kind: Kind::Notice,
        ..draft(by, body)
    }
}

async fn said(store: &Store, draft: Draft) -> Entry {
    match store.log.append(draft).await {
        Ok(Stored::Now(entry)) => entry,
        other => panic!("not stored now: {other:?}"),
    }
}

pub async fn a_key_is_good_until_it_is_revoked(world: World) {
    let store = world.open();
    let token = store
        .keys
        .make(new_key("Build", &["tea"]))
        .await
        .expect("made");
    let key = store.keys.recognise(&token).await.expect("an answer");
    let key = key.expect("it is good");
    assert!(key.may(Scope::Push) && !key.may(Scope::Online));
    assert!(key.knows(&"tea".parse().expect("an id")) && !key.knows(&RoomId::lobby()));
    assert!(key.program.id.as_str().starts_with("api-"));
    let listed = world.open().keys.list().await.expect("a list");
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].program, key.program);
    let build = Name::parse("BUILD").expect("a name");
    assert!(store.keys.revoke(&build).await.expect("an answer"));
    assert!(!store.keys.revoke(&build).await.expect("an answer"));
    let other = world.open();
    assert_eq!(other.keys.recognise(&token).await.expect("an answer"), None);
}

pub async fn a_program_and_a_person_are_never_called_the_same(world: World) {
    let store = world.open();
    join(&store, "Ann").await;
    program(&store, "Build").await;
    for taken in ["ANN", "build"] {
        refused(
            store.keys.make(new_key(taken, &[])).await,
            &Error::NameTaken,
        );
    }
    let build = Name::parse("Build").expect("a name");
    refused(store.directory.join(build).await, &Error::NameTaken);
}

pub async fn a_program_speaks_in_every_room_and_in_no_inbox(world: World) {
    let store = world.open();
    let ann = join(&store, "Ann").await;
    let program = program(&store, "Build").await;
    let secret = store
        .rooms
        .open(deed(&ann), new_room(RoomKind::Private, "Secret", &[]))
        .await;
    let secret = all_made(secret)[0].room.clone();
    for room in [RoomId::lobby(), RoomId::notices(), secret] {
        let entry = said(&store, notice(&program, &room, "hi")).await;
        assert_eq!((entry.kind, &entry.sender), (Kind::Notice, &program.id));
    }
    for room in [RoomId::inbox(&ann.id), "nowhere".parse().expect("an id")] {
        let refusal = store.log.append(notice(&program, &room, "hi")).await;
        refused(refusal, &Error::RoomUnknown);
    }
    let once = notice(&program, &RoomId::lobby(), "once");
    let first = said(&store, once.clone()).await;
    let again = store.log.append(once).await.expect("an answer");
    assert_eq!(again, Stored::Before(first));
}

pub async fn ones_own_notices_are_made_once_and_are_unread(world: World) {
    let store = world.open();
    let (ann, bob) = (join(&store, "Ann").await, join(&store, "Bob").await);
    let program = program(&store, "Build").await;
    let opened = all_made(store.podium.open(deed(&program), &ann.id).await);
    let room = RoomId::notices_of(&ann.id).expect("an id");
    let told: Vec<_> = opened
        .iter()
        .map(|entry| (&entry.room, entry.kind))
        .collect();
    let inbox = RoomId::inbox(&ann.id);
    assert_eq!(told, [(&room, Kind::Added), (&inbox, Kind::Added)]);
    let again = store.podium.open(deed(&program), &ann.id).await;
    assert_eq!(
        again.expect("an answer"),
        Changed::Before(opened[0].clone())
    );
    said(&store, notice(&program, &room, "@Ann, look")).await;
    let listed = store.shelf.room(&ann.id, &room).await.expect("hers");
    assert_eq!((listed.unread, listed.mentions), (1, 1));
    let last = listed.last.expect("a last line");
    assert_eq!(
        (last.name, last.body.as_str()),
        (program.name.clone(), "@Ann, look")
    );
    refused(store.shelf.room(&bob.id, &room).await, &Error::RoomUnknown);
    let nobody: UserId = "nobody".parse().expect("an id");
    refused(
        store.podium.open(deed(&program), &nobody).await,
        &Error::PersonUnknown,
    );
}

pub async fn nobody_else_speaks_where_programs_do_nor_leaves(world: World) {
    let store = world.open();
    let (ann, bob) = (join(&store, "Ann").await, join(&store, "Bob").await);
    let program = program(&store, "Build").await;
    let own = all_made(store.podium.open(deed(&program), &ann.id).await)[0]
        .room
        .clone();
    for room in [RoomId::notices(), own.clone()] {
        let told = said(&store, notice(&program, &room, "hi")).await;
        let post = Draft {
            room: room.clone(),
            ..draft(&ann, "me too")
        };
        refused(store.log.append(post).await, &Error::NotAllowed);
        let reaction = Draft {
            room: room.clone(),
            kind: Kind::Reacted,
            target: Some(Target::message(told.seq)),
            ..draft(&ann, "\u{1F44D}")
        };
        said(&store, reaction).await;
        let left = store.rooms.remove(deed(&ann), &room, &ann.id, "").await;
        refused(left, &Error::NotAllowed);
    }
    refused(
        store.rooms.add(deed(&ann), &own, &bob.id).await,
        &Error::NotAllowed,
    );
}

pub async fn what_a_program_encloses_is_kept_until_its_notice_is_taken_back(world: World) {
    let store = world.open();
    let (ann, bob) = (
        administrator(&store, "Ann").await,
        join(&store, "Bob").await,
    );
    let program = program(&store, "Build").await;
    let enclosed = |label: &str| {
        let label = label.parse().expect("a type");
        let data = serde_json::json!({ "nth": [4711, 0.5, null], "text": "é" });
        Enclosed::new(Some(label), Some(data)).expect("it is little")
    };
    let push = Draft {
        enclosed: enclosed("build.done"),
        ..notice(&program, &RoomId::lobby(), "green")
    };
    let entry = said(&store, push.clone()).await;
    assert_eq!(entry.enclosed, push.enclosed);
    let again = store.log.append(push.clone()).await;
    assert!(matches!(again, Ok(Stored::Before(before)) if before == entry));
    for other in [None, enclosed("build.lost")] {
        let other = Draft {
            enclosed: other,
            ..push.clone()
        };
        refused(store.log.append(other).await, &Error::CidConflict);
    }
    let read = async |store: &Store| {
        let lobby = RoomId::lobby();
        let page = store
            .log
            .read(Reader::User(&bob.id), &lobby, Span::newest(9));
        let mut entries = page.await.expect("a page").entries;
        entries.swap_remove(0)
    };
    assert_eq!(read(&world.open()).await, entry);
    let delete = Draft {
        kind: Kind::Deleted,
        target: Some(Target::message(entry.seq)),
        ..draft(&ann, "")
    };
    said(&store, delete).await;
    let left = read(&world.open()).await;
    assert_eq!((left.body.as_str(), left.enclosed), ("", None));
    let again = store.log.append(push).await;
    assert!(matches!(again, Ok(Stored::Before(_))));
}

pub async fn the_room_for_everyone_is_shown_when_something_stands_in_it(world: World) {
    let store = world.open();
    let ann = join(&store, "Ann").await;
    let program = program(&store, "Build").await;
    let ids = async || {
        let rooms = store.shelf.rooms(&ann.id).await.expect("a list");
        rooms
            .into_iter()
            .map(|room| (room.id, room.unread))
            .collect::<Vec<_>>()
    };
    assert_eq!(ids().await, [(RoomId::lobby(), 0)]);
    said(&store, notice(&program, &RoomId::notices(), "hi")).await;
    assert_eq!(ids().await, [(RoomId::lobby(), 0), (RoomId::notices(), 1)]);
    let public = store.shelf.public(None, 9).await.expect("a list");
    let public: Vec<_> = public.into_iter().map(|room| room.id).collect();
    assert_eq!(public, [RoomId::lobby()], "nobody looks for it");
    let hall = store
        .podium
        .hall(&RoomId::notices())
        .await
        .expect("an answer");
    let hall = hall.expect("it is there");
    assert_eq!((hall.people, hall.top), (vec![ann.id.clone()], 1));
    let inbox = store.podium.hall(&RoomId::inbox(&ann.id)).await;
    assert_eq!(inbox.expect("an answer"), None);
}

pub async fn who_is_put_out_is_told_in_the_inbox(world: World) {
    let store = world.open();
    let ann = join(&store, "Ann").await;
    let program = program(&store, "Game").await;
    let kick = Draft {
        room: RoomId::inbox(&ann.id),
        kind: Kind::Kicked,
        target: Some(Target::from(&ann.id)),
        cid: cid(),
        ..draft(&program, "We restart")
    };
    let entry = said(&store, kick.clone()).await;
    assert_eq!(
        (entry.kind, entry.body.as_str()),
        (Kind::Kicked, "We restart")
    );
    let elsewhere = Draft {
        room: RoomId::lobby(),
        cid: cid(),
        ..kick
    };
    refused(store.log.append(elsewhere).await, &Error::RoomUnknown);
}
