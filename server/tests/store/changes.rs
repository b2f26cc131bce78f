//! Messages that are answered, edited, taken back and reacted to.

use protocol::{Entry, Kind, Page, Person, RoomId, RoomKind, Target, limits};
use server::store::{Draft, Error, Reader, Span, Store, Stored};

use crate::world::{
    World, administrator, all, deed, draft, join, made, member, new_room, private, public, refused,
    stored, told,
};

/// A change of the message at a seq of the lobby, or an answer to it.
pub fn change(by: &Person, kind: Kind, seq: u64, body: &str) -> Draft {
    Draft {
        kind,
        target: Some(Target::message(seq)),
        ..draft(by, body)
    }
}

pub async fn newest(store: &Store, person: &Person, room: &RoomId, limit: usize) -> Page {
    let page = store
        .log
        .read(Reader::User(&person.id), room, Span::newest(limit));
    page.await.expect("a page")
}

pub fn seqs(entries: &[Entry]) -> Vec<u64> {
    entries.iter().map(|entry| entry.seq).collect()
}

pub async fn only_its_sender_edits_a_message(world: World) {
    let store = world.open();
    let (ann, bob) = (join(&store, "Ann").await, join(&store, "Bob").await);
    let cyd = administrator(&store, "Cyd").await;
    stored(&store, draft(&ann, "helo")).await;
    let edit = change(&ann, Kind::Edited, 1, "hello");
    let edited = stored(&store, edit.clone()).await;
    assert_eq!((edited.seq, edited.body.as_str()), (2, "hello"));
    let again = store.log.append(edit).await.expect("an answer");
    assert_eq!(again, Stored::Before(edited));
    for other in [&bob, &cyd] {
        let edit = change(other, Kind::Edited, 1, "bye");
        refused(store.log.append(edit).await, &Error::NotAllowed);
    }
    stored(&store, change(&ann, Kind::Edited, 1, "hello!")).await;
    assert_eq!(
        all(&store).await[0].body,
        "helo",
        "the log keeps what was said"
    );
}

pub async fn a_message_is_taken_back_by_its_sender_the_owner_and_administrators(world: World) {
    let store = world.open();
    let (ann, bob) = (join(&store, "Ann").await, join(&store, "Bob").await);
    let cyd = administrator(&store, "Cyd").await;
    let room = public(&store, &ann, "Tea").await;
    let here = |draft: Draft| Draft {
        room: room.clone(),
        ..draft
    };
    told(store.rooms.join(deed(&bob), &room).await);
    told(store.rooms.join(deed(&cyd), &room).await);
    for (seq, by) in [(1, &ann), (2, &bob), (3, &bob), (4, &bob)] {
        let said = stored(&store, here(draft(by, "words"))).await;
        assert_eq!(said.seq, seq);
    }
    let wrong = here(change(&bob, Kind::Deleted, 1, ""));
    refused(store.log.append(wrong).await, &Error::NotAllowed);
    for (seq, by) in [(2, &bob), (3, &ann), (4, &cyd)] {
        stored(&store, here(change(by, Kind::Deleted, seq, ""))).await;
    }
    let page = newest(&store, &bob, &room, 50).await;
    let bodies: Vec<&str> = page.entries[..4].iter().map(|entry| &*entry.body).collect();
    assert_eq!(bodies, ["words", "", "", ""]);
}

pub async fn what_is_taken_back_is_gone_from_the_log(world: World) {
    let store = world.open();
    let (ann, bob) = (join(&store, "Ann").await, join(&store, "Bob").await);
    let secret = draft(&ann, "the secret");
    stored(&store, secret.clone()).await;
    let edit = change(&ann, Kind::Edited, 1, "the edited secret");
    stored(&store, edit.clone()).await;
    stored(&store, change(&bob, Kind::Posted, 1, "what?")).await;
    stored(&store, change(&bob, Kind::Reacted, 1, "👍")).await;
    let taken_back = change(&ann, Kind::Deleted, 1, "");
    stored(&store, taken_back.clone()).await;
    let entries = all(&store).await;
    let bodies: Vec<&str> = entries.iter().map(|entry| entry.body.as_str()).collect();
    assert_eq!(bodies, ["", "", "what?", "👍", ""], "the rows stay");
    for (kind, body) in [
        (Kind::Edited, "again"),
        (Kind::Reacted, "👍"),
        (Kind::Posted, "but"),
        (Kind::Deleted, ""),
    ] {
        let late = change(&ann, kind, 1, body);
        refused(store.log.append(late).await, &Error::MessageUnknown);
    }
    // Who did not hear the answer then gets it now, whatever is left of what they sent.
    for (sent, seq) in [(secret, 1), (edit, 2), (taken_back, 5)] {
        let again = store.log.append(sent).await.expect("an answer");
        let Stored::Before(first) = again else {
            panic!("stored twice: {again:?}");
        };
        assert_eq!(first.seq, seq);
    }
    let other = world.open();
    assert_eq!(all(&other).await, entries, "for everybody");
}

pub async fn a_change_is_of_a_message_there_is(world: World) {
    let store = world.open();
    let ann = join(&store, "Ann").await;
    stored(&store, draft(&ann, "one")).await;
    stored(&store, change(&ann, Kind::Edited, 1, "two")).await;
    let nothing = |kind| Draft {
        kind,
        ..draft(&ann, "?")
    };
    for kind in [Kind::Edited, Kind::Deleted, Kind::Reacted, Kind::Unreacted] {
        for seq in [2, 3, 9, u64::MAX] {
            let lost = change(&ann, kind, seq, "?");
            refused(store.log.append(lost).await, &Error::MessageUnknown);
        }
        refused(
            store.log.append(nothing(kind)).await,
            &Error::MessageUnknown,
        );
        let elsewhere = Draft {
            target: Some("lobby".parse().expect("a target")),
            ..nothing(kind)
        };
        refused(store.log.append(elsewhere).await, &Error::MessageUnknown);
    }
    let answer = change(&ann, Kind::Posted, 2, "to an edit");
    refused(store.log.append(answer).await, &Error::MessageUnknown);
    for kind in [Kind::Added, Kind::Renamed, Kind::SignedOut, Kind::Unknown] {
        refused(store.log.append(nothing(kind)).await, &Error::NotAllowed);
    }
    assert_eq!(all(&store).await.len(), 2);
    stored(&store, change(&ann, Kind::Posted, 1, "an answer")).await;
}

pub async fn a_refused_change_spoils_none_of_the_others(world: World) {
    let store = world.open();
    let ann = join(&store, "Ann").await;
    stored(&store, draft(&ann, "one")).await;
    let (before, lost, after) = tokio::join!(
        store.log.append(change(&ann, Kind::Edited, 1, "two")),
        store.log.append(change(&ann, Kind::Edited, 9, "lost")),
        store.log.append(draft(&ann, "three")),
    );
    assert!(before.is_ok() && after.is_ok());
    refused(lost, &Error::MessageUnknown);
    assert_eq!(seqs(&all(&store).await), [1, 2, 3]);
}

pub async fn what_one_may_not_see_one_does_not_change(world: World) {
    let store = world.open();
    let (ann, bob) = (join(&store, "Ann").await, join(&store, "Bob").await);
    let room = private(&store, &ann).await;
    let here = |draft: Draft| Draft {
        room: room.clone(),
        ..draft
    };
    stored(&store, here(draft(&ann, "before Bob"))).await;
    member(&store, &ann, &room, &bob).await;
    stored(&store, here(draft(&ann, "with Bob"))).await;
    for kind in [Kind::Reacted, Kind::Posted, Kind::Unreacted, Kind::Deleted] {
        let blind = here(change(&bob, kind, 2, "👍"));
        refused(store.log.append(blind).await, &Error::MessageUnknown);
    }
    stored(&store, here(change(&bob, Kind::Reacted, 4, "👍"))).await;
    made(store.rooms.remove(deed(&ann), &room, &bob.id, "").await);
    let gone = here(change(&bob, Kind::Reacted, 4, "👎"));
    refused(store.log.append(gone).await, &Error::RoomUnknown);
}

pub async fn a_message_has_so_many_different_reactions(world: World) {
    let store = world.open();
    let (ann, bob) = (join(&store, "Ann").await, join(&store, "Bob").await);
    stored(&store, draft(&ann, "one")).await;
    for nth in 0..limits::REACTIONS_MAX {
        stored(&store, change(&ann, Kind::Reacted, 1, &format!("e{nth}"))).await;
    }
    let one_more = || change(&bob, Kind::Reacted, 1, "more");
    refused(store.log.append(one_more()).await, &Error::BadReaction);
    stored(&store, change(&bob, Kind::Reacted, 1, "e7")).await;
    for by in [&ann, &bob] {
        stored(&store, change(by, Kind::Unreacted, 1, "e7")).await;
    }
    refused(store.log.append(one_more()).await, &Error::BadReaction);
    stored(&store, change(&bob, Kind::Reacted, 1, "e7")).await;
    stored(&store, draft(&ann, "two")).await;
    let other = seqs(&all(&store).await).len() as u64;
    stored(&store, change(&bob, Kind::Reacted, other, "more")).await;
}

pub async fn a_room_of_two_has_nobody_who_takes_others_words_back(world: World) {
    let store = world.open();
    let ann = administrator(&store, "Ann").await;
    let bob = join(&store, "Bob").await;
    let opened = store
        .rooms
        .open(deed(&ann), new_room(RoomKind::Direct, "", &[&bob]))
        .await;
    let room = crate::world::all_made(opened)[0].room.clone();
    let here = |draft: Draft| Draft {
        room: room.clone(),
        ..draft
    };
    let said = stored(&store, here(draft(&bob, "no"))).await;
    let back = here(change(&ann, Kind::Deleted, said.seq, ""));
    refused(store.log.append(back).await, &Error::NotAllowed);
    stored(&store, here(change(&bob, Kind::Deleted, said.seq, ""))).await;
}

#[tokio::test]
async fn the_file_keeps_nothing_of_what_was_taken_back() {
    let world = World::sqlite();
    let store = world.open();
    let ann = join(&store, "Ann").await;
    let long = "my password is xyzzy ".repeat(400); // more than a page of the file
    for body in ["my password is xyzzy", &long] {
        let said = stored(&store, draft(&ann, body)).await.seq;
        stored(&store, change(&ann, Kind::Edited, said, "it was xyzzy")).await;
        stored(&store, change(&ann, Kind::Deleted, said, "")).await;
    }
    stored(&store, draft(&ann, "what was not")).await;
    store.log.close().await;
    drop(store);
    let bytes = std::fs::read(world.file()).expect("the file");
    let has = |words: &str| bytes.windows(words.len()).any(|at| at == words.as_bytes());
    assert!(has("what was not"), "all is in this file");
    assert!(!has("xyzzy"));
}
