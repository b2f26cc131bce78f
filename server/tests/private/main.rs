//! Who is let into a private room and put out of it, as their sockets are told: quick ones, slow ones, on every node.

mod guest;
#[path = "../in_process/mod.rs"]
mod in_process;
mod late;
mod place;
mod signing_out;

use protocol::{Command, Cursor, Kind, RoomId};

use guest::Guest;
use place::{Place, WHY, cid};

/// More than a session's queue holds.
const MUCH: usize = 400;

#[tokio::test(start_paused = true)]
async fn who_is_put_out_hears_the_room_up_to_the_entry_that_says_so() {
    let place = Place::new().await;
    let (ann, bob) = (place.joins("Ann").await, place.joins("Bob").await);
    let room = place.room_of(&ann).await;
    place.add(&ann, &room, &bob).await;
    let mut of_ann = place.both(&ann, &room).await;
    for node in [&place.here, &place.there] {
        let mut guest = Guest::enters(node, &bob, &room).await;
        place.say(&ann, &room, 3).await;
        let last = place.remove(&ann, &room, &bob).await;
        place.say(&ann, &room, 3).await;
        guest.listens().await;
        assert_eq!(guest.seqs.last(), Some(&last));
        assert_eq!(guest.gone, Some(Some(WHY.to_owned())), "and is told why");
        assert_eq!(guest.close, None, "the other rooms go on");
        place.add(&ann, &room, &bob).await;
    }
    for guest in &mut of_ann {
        guest.listens().await;
        assert_eq!(guest.seqs, (1..=18).collect::<Vec<_>>(), "Ann hears all");
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_socket_is_served_up_to_there_and_no_further() {
    let place = Place::new().await;
    let (ann, bob) = (place.joins("Ann").await, place.joins("Bob").await);
    let room = place.room_of(&ann).await;
    let first = place.add(&ann, &room, &bob).await;
    let mut guests = place.both(&bob, &room).await;
    guests.iter().for_each(Guest::stops_reading);
    place.say(&ann, &room, MUCH).await;
    let last = place.remove(&ann, &room, &bob).await;
    place.say(&ann, &room, MUCH).await;
    for guest in &mut guests {
        guest.reads_on().await;
        assert_eq!(guest.seqs, (first..=last).collect::<Vec<_>>());
        place.say(&ann, &room, 1).await;
        guest.listens().await;
        assert_eq!(guest.seqs.last(), Some(&last));
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_socket_keeps_nothing_of_what_was_queued_after_the_end() {
    let place = Place::new().await;
    let (ann, bob) = (place.joins("Ann").await, place.joins("Bob").await);
    let room = place.room_of(&ann).await;
    let first = place.add(&ann, &room, &bob).await;
    let mut guests = place.both(&bob, &room).await;
    guests.iter().for_each(Guest::stops_reading);
    place.say(&ann, &room, 5).await;
    let last = place.remove(&ann, &room, &bob).await;
    place.say(&ann, &room, 5).await;
    for guest in &mut guests {
        guest.reads_on().await;
        assert_eq!(guest.seqs, (first..=last).collect::<Vec<_>>());
    }
}

#[tokio::test(start_paused = true)]
async fn who_is_let_in_again_goes_on_after_a_closed_gap_on_the_same_socket() {
    let place = Place::new().await;
    let (ann, bob) = (place.joins("Ann").await, place.joins("Bob").await);
    let room = place.room_of(&ann).await;
    let first = place.add(&ann, &room, &bob).await;
    let mut quick = place.both(&bob, &room).await;
    let mut slow = place.both(&bob, &room).await;
    slow.iter().for_each(Guest::stops_reading);
    place.say(&ann, &room, 2).await;
    let out = place.remove(&ann, &room, &bob).await;
    place.say(&ann, &room, MUCH).await;
    for guest in &mut quick {
        guest.listens().await;
        assert!(guest.gone.is_some(), "out, and knows it");
    }
    let again = place.add(&ann, &room, &bob).await;
    let last = place.say(&ann, &room, 2).await.seq;
    let seen: Vec<u64> = (first..=out).chain(again..=last).collect();
    for guest in &mut quick {
        guest.listens().await;
        let told = guest.rooms.last().expect("they are told of the room");
        assert_eq!((&told.id, told.top), (&room, last));
        guest.opens_again().await;
    }
    for guest in quick.iter_mut().chain(&mut slow) {
        guest.reads_on().await;
        assert_eq!(guest.seqs, seen);
        assert_eq!(guest.closed, [(1, first - 1), (out + 1, again - 1)]);
    }
    let more = place.say(&ann, &room, 1).await.seq;
    for guest in quick.iter_mut().chain(&mut slow) {
        guest.listens().await;
        assert_eq!(guest.seqs.last(), Some(&more), "the seat is there again");
    }
}

#[tokio::test(start_paused = true)]
async fn who_comes_back_goes_on_after_the_gap_or_from_anew() {
    let place = Place::new().await;
    let (ann, bob) = (place.joins("Ann").await, place.joins("Bob").await);
    let room = place.room_of(&ann).await;
    let first = place.add(&ann, &room, &bob).await;
    let seen = place.say(&ann, &room, 1).await;
    let out = place.remove(&ann, &room, &bob).await;
    let hidden = place.say(&ann, &room, 3).await;
    let at = |seq, tag| {
        Some(Cursor {
            epoch: "e1".parse().expect("an id"),
            seq,
            tag,
        })
    };
    let seen = at(seen.seq, Some(seen.tag()));
    let mut before = Guest::comes_back(&place.there, &bob, &room, seen.clone()).await;
    assert_eq!((&before.seqs[..], &before.gone), (&[][..], &Some(None)));

    let again = place.add(&ann, &room, &bob).await;
    before.listens().await;
    assert_eq!(before.gone, None, "they are told of the room");
    before.opens(seen.clone()).await;
    assert_eq!(before.seqs, [out, again]);
    let after = Guest::comes_back(&place.there, &bob, &room, seen).await;
    assert_eq!(
        (&after.seqs[..], after.was_fresh),
        (&[out, again][..], false)
    );
    assert_eq!(after.closed, [(out + 1, again - 1)]);
    // From a place in the gap nobody goes on, not even with the tag of what stands there.
    for tag in [None, Some(hidden.tag())] {
        let anew = Guest::comes_back(&place.there, &bob, &room, at(hidden.seq, tag)).await;
        let all = [first, first + 1, out, again];
        assert_eq!((&anew.seqs[..], anew.was_fresh), (&all[..], true));
        assert_eq!(anew.closed, [(1, first - 1), (out + 1, again - 1)]);
    }
}

#[tokio::test(start_paused = true)]
async fn who_is_not_in_a_room_is_told_that_there_is_none() {
    let place = Place::new().await;
    let (ann, cyd) = (place.joins("Ann").await, place.joins("Cyd").await);
    let room = place.room_of(&ann).await;
    let nowhere: RoomId = "nowhere".parse().expect("an id");
    let inbox = RoomId::inbox(&ann.person.id);
    let mut answers = Vec::new();
    for room in [&nowhere, &room, &inbox] {
        let mut guest = Guest::enters(&place.there, &cyd, room).await;
        let cid = cid();
        let (said, body) = (room.clone(), "let me in".to_owned());
        guest.says(&Command::Typing { room: room.clone() });
        guest.says(&Command::Read {
            room: room.clone(),
            seq: 1,
        });
        guest.says(&Command::Send {
            kind: Kind::Posted,
            target: None,
            cid: cid.clone(),
            room: said,
            body,
        });
        guest.opens(None).await;
        let is_answer = |text: &String| text.contains("room_gone") || text.contains("rejected");
        let answer: Vec<String> = guest.told.drain(..).filter(is_answer).collect();
        assert_eq!(
            answer.len(),
            3,
            "of the hello, the message, and the wish: {answer:?}"
        );
        assert_eq!(guest.gone, Some(None));
        assert_eq!(guest.seqs, [0; 0]);
        let without_ids = |text: &String| {
            let text = text.replace(cid.as_str(), "");
            text.replace(room.as_str(), "")
        };
        answers.push(answer.iter().map(without_ids).collect::<Vec<_>>());
        assert!(
            !place.there.chat.delivery.hub.holds(room),
            "nor comes it here"
        );
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0], answers[2]);
}

#[tokio::test(start_paused = true)]
async fn who_was_put_out_neither_sees_who_is_writing_nor_is_seen() {
    let place = Place::new().await;
    let (ann, bob) = (place.joins("Ann").await, place.joins("Bob").await);
    let room = place.room_of(&ann).await;
    place.add(&ann, &room, &bob).await;
    let mut of_ann = Guest::enters(&place.here, &ann, &room).await;
    let mut of_bob = Guest::enters(&place.here, &bob, &room).await;
    let writes = Command::Typing { room: room.clone() };
    let heard = |guest: &Guest| {
        let typing = guest.told.iter().filter(|text| text.contains("\"typing\""));
        typing.count()
    };
    of_ann.says(&writes);
    of_bob.says(&writes);
    of_ann.listens().await;
    of_bob.listens().await;
    let before = (heard(&of_ann), heard(&of_bob));
    assert!(before.0 > 0 && before.1 > 0, "{before:?}");
    place.remove(&ann, &room, &bob).await;
    of_bob.listens().await;
    of_bob.says(&writes);
    of_bob.listens().await;
    of_ann.listens().await;
    assert_eq!(heard(&of_ann), before.0, "Bob is not seen");
    of_ann.says(&writes);
    of_ann.listens().await;
    of_bob.listens().await;
    assert!(heard(&of_ann) > before.0);
    assert_eq!(heard(&of_bob), before.1, "nor sees he");
}

#[tokio::test(start_paused = true)]
async fn a_slow_socket_misses_nothing_of_the_rooms_that_are_not_on_its_screen() {
    let place = Place::new().await;
    let (ann, bob) = (place.joins("Ann").await, place.joins("Bob").await);
    let mut rooms = Vec::new();
    for _ in 0..5 {
        let room = place.room_of(&ann).await;
        place.add(&ann, &room, &bob).await;
        rooms.push(room);
    }
    for node in [&place.here, &place.there] {
        // It looks at the lobby; what it is told of one of the others is gathered.
        for wanted in [&rooms[0], &rooms[4]] {
            let mut guest = Guest::enters(node, &bob, &RoomId::lobby()).await;
            guest.gathers(wanted);
            let before = place.say(&ann, wanted, 1).await.seq;
            guest.listens().await;
            assert_eq!(guest.seqs, [before], "it is told at once");
            guest.stops_reading();
            for room in &rooms {
                place.say(&ann, room, MUCH / 2).await;
            }
            let last = place.say(&ann, wanted, 1).await.seq;
            guest.reads_on().await;
            assert_eq!(guest.seqs, (before..=last).collect::<Vec<_>>());
        }
    }
}
