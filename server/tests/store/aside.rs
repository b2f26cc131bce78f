//! What a page brings besides its own entries.

use protocol::{Kind, Person, RoomId};
use server::store::{Draft, Reader, Span, Store};

use crate::changes::{change, newest, seqs};
use crate::world::{World, deed, draft, join, made, member, private, stored};

async fn says_all(store: &Store, by: &Person, count: usize) {
    for nth in 1..=count {
        stored(store, draft(by, &nth.to_string())).await;
    }
}

pub async fn a_page_brings_how_its_messages_read_now(world: World) {
    let store = world.open();
    let (ann, bob) = (join(&store, "Ann").await, join(&store, "Bob").await);
    let lobby = RoomId::lobby();
    says_all(&store, &ann, 10).await;
    for (by, kind, seq, body) in [
        (&ann, Kind::Edited, 1, "old"),   // 11
        (&ann, Kind::Edited, 1, "new"),   // 12
        (&ann, Kind::Edited, 2, "gone"),  // 13
        (&ann, Kind::Deleted, 2, ""),     // 14
        (&bob, Kind::Reacted, 3, "👍"),   // 15
        (&ann, Kind::Reacted, 3, "👍"),   // 16
        (&bob, Kind::Unreacted, 3, "👍"), // 17
        (&bob, Kind::Reacted, 3, "👎"),   // 18
        (&ann, Kind::Edited, 9, "nine"),  // 19
    ] {
        stored(&store, change(by, kind, seq, body)).await;
    }
    let before = Span::Before { seq: 5, limit: 50 };
    let page = store.log.read(Reader::User(&bob.id), &lobby, before).await;
    let page = page.expect("a page");
    assert_eq!(seqs(&page.entries), [1, 2, 3, 4]);
    assert_eq!(
        seqs(&page.aside),
        [12, 14, 16, 17, 18],
        "the newest of each"
    );
    let page = newest(&store, &bob, &lobby, 50).await;
    assert_eq!(page.entries.len(), 19);
    assert_eq!(page.aside, [], "all of it is in the run");
    let node = store.log.read(Reader::Node, &lobby, before).await;
    assert_eq!(node.expect("a page").aside, [], "a node has no use for it");
}

pub async fn a_page_brings_what_its_messages_answer(world: World) {
    let store = world.open();
    let ann = join(&store, "Ann").await;
    let lobby = RoomId::lobby();
    says_all(&store, &ann, 5).await;
    stored(&store, change(&ann, Kind::Edited, 1, "uno")).await; // 6
    stored(&store, change(&ann, Kind::Reacted, 1, "👍")).await; // 7
    stored(&store, change(&ann, Kind::Deleted, 2, "")).await; // 8
    says_all(&store, &ann, 2).await; // 9, 10
    stored(&store, change(&ann, Kind::Posted, 1, "to the first")).await; // 11
    stored(&store, change(&ann, Kind::Posted, 11, "to that")).await; // 12
    let page = newest(&store, &ann, &lobby, 3).await;
    assert_eq!(seqs(&page.entries), [10, 11, 12]);
    assert_eq!(
        seqs(&page.aside),
        [1, 6],
        "with its text as it is now, and no reactions"
    );
    let after = Span::After { seq: 10, limit: 50 };
    let page = store.log.read(Reader::User(&ann.id), &lobby, after).await;
    assert_eq!(
        seqs(&page.expect("a page").aside),
        [1, 6],
        "also to who comes back"
    );
}

pub async fn nothing_aside_is_behind_a_closed_door(world: World) {
    let store = world.open();
    let (ann, bob) = (join(&store, "Ann").await, join(&store, "Bob").await);
    let room = private(&store, &ann).await;
    let here = |draft: Draft| Draft {
        room: room.clone(),
        ..draft
    };
    stored(&store, here(draft(&ann, "before Bob"))).await; // 2
    member(&store, &ann, &room, &bob).await; // 3
    stored(&store, here(draft(&ann, "with Bob"))).await; // 4
    stored(&store, here(change(&ann, Kind::Posted, 2, "an answer"))).await; // 5
    stored(&store, here(change(&ann, Kind::Edited, 4, "seen"))).await; // 6
    made(store.rooms.remove(deed(&ann), &room, &bob.id, "").await); // 7
    stored(&store, here(change(&ann, Kind::Edited, 4, "unseen"))).await; // 8
    member(&store, &ann, &room, &bob).await; // 9
    let page = newest(&store, &bob, &room, 50).await;
    assert_eq!(seqs(&page.entries), [3, 4, 5, 6, 7, 9]);
    assert_eq!(
        page.aside,
        [],
        "neither the answered one nor the unseen edit"
    );
    let before = Span::Before { seq: 6, limit: 50 };
    let page = store.log.read(Reader::User(&bob.id), &room, before).await;
    assert_eq!(seqs(&page.expect("a page").aside), [6]);
    let page = store.log.read(Reader::User(&ann.id), &room, before).await;
    assert_eq!(seqs(&page.expect("a page").aside), [8]);
}
