//! Who was away for long, and is in many rooms.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use protocol::{Command, Kind, Person, RoomId, RoomKind};
use server::store::{Deed, Draft, NewRoom, Store, Token, connect};

use crate::world::person::cid;
use crate::world::{Client, Visitor, World};

const ROOMS: usize = 200;
const MISSED: usize = 5_000;

/// What the figure allows on a machine that does nothing else; tests share theirs.
const FIRST_PAGE_MAX: Duration = Duration::from_millis(300);
const ALL_MAX: Duration = Duration::from_secs(2);
const SHARED: u32 = 4;

/// Rooms of Ann's that Bob is in, with what she said in them.
async fn fill(store: &Store, (ann, bob): (&Person, &Person)) -> Vec<RoomId> {
    let mut rooms = Vec::new();
    for nth in 0..ROOMS {
        let (by, at) = (ann.clone(), 1);
        let new = NewRoom {
            kind: RoomKind::Private,
            name: format!("Room {nth}"),
            topic: String::new(),
            people: vec![bob.id.clone()],
        };
        let deed = Deed { by, cid: cid(), at };
        let made = store.rooms.open(deed, new).await.expect("it is made");
        let server::store::Changed::Now(entries) = made else {
            panic!("it was there: {made:?}")
        };
        rooms.push(entries[0].room.clone());
    }
    let drafts = (0..MISSED).map(|nth| Draft {
        room: rooms[nth % ROOMS].clone(),
        sender: ann.clone(),
        cid: cid(),
        kind: Kind::Posted,
        target: None,
        body: format!("message {nth} of what was said meanwhile, as long as most are"),
        enclosed: None,
        at: 2,
    });
    let stored = drafts.map(|draft| store.log.append(draft));
    for stored in futures_util::future::join_all(stored).await {
        stored.expect("it is stored");
    }
    rooms
}

async fn recognised(store: &Store, visitor: &Visitor) -> Person {
    let (_, token) = visitor.cookie.split_once('=').expect("a pair");
    let token = Token::received(token).expect("a token");
    let known = store.directory.recognise(&token).await;
    known.expect("an answer").expect("they have joined").person
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_missed_much_in_many_rooms_is_there_at_once() {
    let world = World::alone();
    let flags = ["--log", "info"];
    let node = world.node_with(&flags).await;
    let ann = Visitor::joins(&node, "Ann").await;
    let bob = Visitor::joins(&node, "Bob").await;
    let address = format!("sqlite:{}", world.folder().join("confab.db").display());
    let store = connect(&address).expect("the node's store");
    let (of_ann, of_bob) = (
        recognised(&store, &ann).await,
        recognised(&store, &bob).await,
    );
    let rooms = fill(&store, (&of_ann, &of_bob)).await;
    store.log.close().await;
    node.stop().await;
    let node = world.node_with(&flags).await; // which holds nothing yet

    for times in ["first", "again"] {
        let began = Instant::now();
        let mut client = bob.connects(&node).await;
        client.room = rooms[0].clone();
        client.says_hello(None, Default::default()).await;
        reads_it_all(&mut client).await;
        let first_page = began.elapsed();
        let bodies = opens_all(&mut client, &rooms).await;
        let all = began.elapsed();
        println!("{times}: first page {first_page:?}, all {all:?}");
        assert_eq!(client.rooms.len(), ROOMS + 1);
        let unread: u64 = client.rooms.values().map(|room| room.unread).sum();
        assert_eq!((unread, bodies.len()), (MISSED as u64, MISSED));
        assert!(first_page <= FIRST_PAGE_MAX * SHARED, "{first_page:?}");
        assert!(all <= ALL_MAX * SHARED, "{all:?}");
    }
}

/// Hears until the open room is whole.
async fn reads_it_all(client: &mut Client) {
    let is_whole = |client: &Client| {
        let state = client.rooms.get(&client.room);
        let last = client.entries.last().map(|entry| entry.seq);
        state.is_some_and(|state| last == Some(state.top))
    };
    while !is_whole(client) {
        client.hears().await;
    }
}

/// Opens one room after the other, as fast as one may; all that was said in them.
async fn opens_all(client: &mut Client, rooms: &[RoomId]) -> BTreeSet<String> {
    let said = |client: &Client| -> Vec<String> {
        let posted = client.entries.iter().filter(|entry| entry.kind.is_posted());
        posted.map(|entry| entry.body.clone()).collect()
    };
    let mut bodies = BTreeSet::from_iter(said(client));
    for room in &rooms[1..] {
        client.room = room.clone();
        client.entries.clear();
        let (room, cursor) = (room.clone(), None);
        client.sends(&Command::Open { room, cursor }).await;
        reads_it_all(client).await;
        bodies.extend(said(client));
    }
    bodies
}
