//! A private room through the pages.

use protocol::RoomKind;
use server::store::{Changed, Deed, NewRoom, Token};

use crate::world::person::cid;
use crate::world::{Visitor, World};

#[tokio::test]
async fn a_private_room_is_nowhere_for_who_is_not_in_it() {
    let world = World::with_redis();
    let (one, two) = (world.node().await, world.node().await);
    let (ann, bob) = (
        Visitor::joins(&one, "Ann").await,
        Visitor::joins(&one, "Bob").await,
    );
    let address = format!("sqlite:{}", world.folder().join("confab.db").display());
    let store = server::store::connect(&address).expect("the nodes' store");
    let (_, of_ann) = ann.cookie.split_once('=').expect("a pair");
    let of_ann = Token::received(of_ann).expect("a token");
    let known = store.directory.recognise(&of_ann).await.expect("an answer");
    let deed = Deed {
        by: known.expect("she has joined").person,
        cid: cid(),
        at: 0,
    };
    let plans = NewRoom {
        kind: RoomKind::Private,
        name: "Plans".to_owned(),
        topic: String::new(),
        people: Vec::new(),
    };
    let opened = store.rooms.open(deed, plans).await;
    let Ok(Changed::Now(told)) = opened else {
        panic!("not opened: {opened:?}");
    };
    let room = &told[0];
    for node in [&one, &two] {
        let mut answers = Vec::new();
        for room in [room.room.as_str(), "nowhere"] {
            let mut answer = Vec::new();
            for path in [
                format!("/rooms/{room}"),
                format!("/rooms/{room}/entries?before=9"),
            ] {
                let got = bob.gets(node, &path).await;
                answer.push((got.status().as_u16(), got.text().await.expect("text")));
            }
            let fields = [("cid", "c1"), ("body", "let me in")];
            let path = format!("/rooms/{room}/messages");
            let got = bob.clone().submits(node, &path, &fields).await;
            answer.push((got.status().as_u16(), got.text().await.expect("text")));
            let unnamed = |(status, text): (u16, String)| (status, text.replace(room, ""));
            answers.push(answer.into_iter().map(unnamed).collect::<Vec<_>>());
        }
        let statuses: Vec<u16> = answers[0].iter().map(|answer| answer.0).collect();
        assert_eq!(statuses, [404; 3]);
        let bodies = |at: usize| answers[at].iter().map(|(_, text)| without_nonce(text));
        assert!(bodies(0).eq(bodies(1)), "{:?}", answers);
        let seen = ann
            .gets(node, &format!("/rooms/{}/entries", room.room))
            .await;
        let page: protocol::Page = seen.json().await.expect("a page");
        assert_eq!(page.entries.len(), 1, "Ann is in it");
        let seen = ann.gets(node, &format!("/rooms/{}", room.room)).await;
        assert_eq!(seen.status().as_u16(), 200);
    }
}

/// A page's text but for what differs each time.
fn without_nonce(text: &str) -> String {
    let words = text.split("nonce=\"");
    words
        .map(|part| part.split_once('"').map_or(part, |(_, rest)| rest))
        .collect()
}
