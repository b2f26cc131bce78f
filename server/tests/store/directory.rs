//! People and their sign-ins.

use std::sync::Arc;

use protocol::{Kind, Name, RoomId};
use server::store::{self, Draft, Error, Reader, Span};

use crate::world::{World, draft, join};

pub async fn a_name_is_taken_once(world: World) {
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

pub async fn fifty_at_once_get_one_name(world: World) {
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

pub async fn a_token_is_good_until_the_sign_out(world: World) {
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
            .expect("an answer")
            .map(|signed_in| signed_in.person),
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

pub async fn a_resume_token_ends_with_its_sign_in(world: World) {
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
            store
                .directory
                .recognise(good)
                .await
                .expect("an answer")
                .map(|signed_in| signed_in.person),
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

pub async fn announced_addresses_are_known(world: World) {
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

pub async fn an_inbox_is_its_owners_alone(world: World) {
    let store = world.open();
    let (ann, bob) = (join(&store, "Ann").await, join(&store, "Bob").await);
    let inbox = RoomId::inbox(&ann.id);
    let newest = Span::newest(9);
    let own = store.log.read(Reader::User(&ann.id), &inbox, newest).await;
    assert!(own.expect("a page").entries.is_empty());
    let other = store.log.read(Reader::User(&bob.id), &inbox, newest).await;
    assert!(matches!(other, Err(Error::RoomUnknown)), "{other:?}");
    for sender in [&ann, &bob] {
        let note = Draft {
            room: inbox.clone(),
            ..draft(sender, "a note")
        };
        let note = store.log.append(note).await;
        assert!(matches!(note, Err(Error::RoomUnknown)), "{note:?}");
    }
    let rooms = store.shelf.rooms(&ann.id).await.expect("the rooms");
    assert!(rooms.iter().all(|room| !room.id.is_inbox()));
}

pub async fn a_sign_out_is_told_in_the_inbox_in_the_same_commit(world: World) {
    let store = world.open();
    let name = Name::parse("Ann").expect("a name");
    let (ann, token) = store.directory.join(name).await.expect("it is free");
    let resume = store.directory.resume_token(&token).await.expect("a token");
    let known = store.directory.recognise(&resume).await.expect("an answer");
    let sign_in = known.expect("it is good").sign_in;
    let told = store.directory.sign_out(&resume).await.expect("it ends");
    let told = told.expect("an entry");
    assert_eq!(told.room, RoomId::inbox(&ann.id));
    assert_eq!(
        (told.kind, told.target.as_ref()),
        (Kind::SignedOut, Some(&(&sign_in).into()))
    );
    let read = store
        .log
        .read(Reader::User(&ann.id), &told.room, Span::newest(9));
    assert_eq!(read.await.expect("a page").entries, [told]);
    let places = store.log.tail(0, 9).await.expect("places");
    assert_eq!(places.len(), 1, "the tail tells of it");
    let again = store.directory.sign_out(&token).await.expect("an answer");
    assert_eq!(again, None, "it had ended");
}

pub async fn a_sign_in_has_an_id_that_opens_nothing(world: World) {
    let store = world.open();
    let name = Name::parse("Ann").expect("a name");
    let (_, token) = store.directory.join(name).await.expect("it is free");
    let resume = store.directory.resume_token(&token).await.expect("a token");
    let mut ids = Vec::new();
    for token in [&token, &resume] {
        let known = store.directory.recognise(token).await.expect("an answer");
        ids.push(known.expect("it is good").sign_in);
    }
    assert_eq!(ids[0], ids[1], "a resume token is of the same sign-in");
    assert_eq!(ids[0].as_str().len(), 16);
    assert!(!token.reveal().contains(ids[0].as_str()));
    assert_eq!(store::Token::received(ids[0].as_str()), None);
}
