//! What a stream hears where a room was let go of, and where another node was ahead. No loop of the node runs here, so that
//! each thing happens when the test says.

use clap::Parser as _;
use protocol::{Cid, Kind, Name};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::chat::{Notice, Receiver};
use crate::config::Config;
use crate::node::{self, Parts};
use crate::store::memory::Memory;
use crate::store::{Draft, NewKey, Stored};

/// Longer than a room is held that nobody looks at.
const LONG: Duration = Duration::from_secs(60);

async fn open() -> Arc<Node> {
    let store = Memory::new("epoch".parse().expect("an id")).open();
    let config = Config::try_parse_from(["confab"]).expect("no flag is needed");
    let public_url = "http://node";
    let joined = Parts::join(&config, store, public_url, CancellationToken::new()).await;
    let parts = joined.expect("memory is there");
    let assembled = node::assemble(config, public_url.to_owned(), parts).await;
    assembled.expect("the store is there").0
}

async fn caller(node: &Node) -> Caller {
    let new = NewKey {
        name: Name::parse("Ear").expect("a name"),
        scopes: Scope::ALL.into(),
        rooms: None,
    };
    let token = node.chat.keys.make(new).await.expect("made");
    let key = node.chat.keys.recognise(&token).await.expect("an answer");
    Caller(key.expect("it is good").into(), token)
}

async fn listener(node: &Arc<Node>, caller: &Caller, last: Option<u64>) -> Listener {
    let hall = node.chat.podium.hall(&RoomId::lobby()).await;
    let hall = hall.expect("an answer").expect("it is there");
    let last = last.map(|seq| (node.chat.delivery.log.epoch().clone(), seq));
    let caller = Caller(caller.0.clone(), caller.1.clone());
    let opened = Listener::new(node.clone(), caller, hall, last).await;
    opened.expect("it may hear")
}

async fn says(node: &Node, caller: &Caller, text: &str) {
    let (cid, to) = (random_id::<16, Cid>(), Receiver::Room(RoomId::lobby()));
    let notice = Notice {
        body: text.to_owned(),
        enclosed: None,
    };
    let pushed = node.chat.push(&caller.0.program, cid, &to, &notice).await;
    pushed.expect("it is stored");
}

/// Stored by another node, whose frame has not come yet.
async fn stored_elsewhere(node: &Node, caller: &Caller) -> Entry {
    let draft = Draft {
        room: RoomId::lobby(),
        sender: caller.0.program.clone(),
        cid: random_id::<16, Cid>(),
        kind: Kind::Notice,
        target: None,
        body: "elsewhere".to_owned(),
        enclosed: None,
        at: 1,
    };
    match node.chat.delivery.log.append(draft).await {
        Ok(Stored::Now(entry)) => entry,
        other => panic!("not stored now: {other:?}"),
    }
}

async fn hears(listener: &mut Listener) -> String {
    let event = timeout(LONG, listener.next()).await.expect("in time");
    format!("{:?}", event.expect("the stream goes on"))
}

#[tokio::test(start_paused = true)]
async fn a_slow_stream_hears_on_when_its_room_was_let_go_of_meanwhile() {
    let node = open().await;
    let caller = caller(&node).await;
    let mut listener = listener(&node, &caller, None).await;
    let said = 1_000;
    for nth in 0..said {
        says(&node, &caller, &nth.to_string()).await;
    }
    tokio::time::advance(LONG).await;
    node.chat.delivery.release().await;
    assert!(!node.chat.delivery.hub.holds(&RoomId::lobby()));
    for seq in 1..=said {
        hears(&mut listener).await;
        assert_eq!(listener.told, seq);
    }
    says(&node, &caller, "and on").await;
    assert!(hears(&mut listener).await.contains("and on"));
}

#[tokio::test(start_paused = true)]
async fn who_heard_more_from_another_node_goes_on_there() {
    let node = open().await;
    let caller = caller(&node).await;
    let _holds = listener(&node, &caller, None).await;
    says(&node, &caller, "here").await;
    let entry = stored_elsewhere(&node, &caller).await;
    assert_eq!(node.chat.delivery.hub.cursor(&RoomId::lobby()), Some(1));
    let mut ahead = listener(&node, &caller, Some(entry.seq)).await;
    assert!(!ahead.is_reset);
    node.chat.delivery.spread(entry);
    says(&node, &caller, "and on").await;
    let heard = hears(&mut ahead).await;
    assert!(heard.contains("and on"), "{heard}");
    let beyond = listener(&node, &caller, Some(9)).await;
    assert!(beyond.is_reset, "no log of ours has that");
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_always_has_something_to_tell_ends_with_its_key() {
    let node = open().await;
    let caller = caller(&node).await;
    let mut listener = listener(&node, &caller, None).await;
    for nth in 0..9 {
        says(&node, &caller, &nth.to_string()).await;
    }
    hears(&mut listener).await;
    node.chat
        .keys
        .revoke(&caller.0.program.name)
        .await
        .expect("an answer");
    tokio::time::advance(LOOK_EVERY).await;
    assert!(listener.next().await.is_none());
}
