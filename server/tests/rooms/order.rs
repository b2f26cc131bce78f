//! What who looks after a room may do to others in it, and nobody else.

use protocol::{Command, Event, Kind, Reason, Target, limits};

use crate::rooms::{does, id_of, makes, people_of};
use crate::world::person::{cid, location};
use crate::world::{Visitor, World};

#[tokio::test]
async fn who_is_put_out_is_told_why_on_every_node_at_once() {
    let world = World::with_redis();
    let (one, two) = (world.node().await, world.node().await);
    let ann = Visitor::joins(&one, "Ann").await;
    let bob = Visitor::joins(&two, "Bob").await;
    for kind in ["private", "public"] {
        let room = makes(&ann, &one, kind, &format!("Room {kind}")).await;
        if kind == "public" {
            does(&bob, &two, (&room, "join"), &[]).await;
        } else {
            does(&ann, &one, (&room, "invite"), &[("name", "Bob")]).await;
        }
        let user = id_of(&ann, &one, "Bob").await;
        let own = id_of(&ann, &one, "Ann").await;
        let mut devices = [bob.enters(&one).await, bob.enters(&two).await];
        for device in &mut devices {
            device.opens(&room).await;
        }
        let fields = [("user", own.as_str()), ("why", "because")];
        let (status, _) = does(&bob, &two, (&room, "remove"), &fields).await;
        assert_eq!(status, 403, "Bob puts nobody out");
        let fields = [("user", user.as_str()), ("why", "no <b>adverts</b>")];
        let (status, _) = does(&ann, &one, (&room, "remove"), &fields).await;
        assert_eq!(status, 303);
        for device in &mut devices {
            let why = device.is_put_out_of(&room).await;
            assert_eq!(why.as_deref(), Some("no <b>adverts</b>"), "{kind}");
        }
        let page = bob.gets(&two, &format!("/rooms/{room}")).await;
        if kind == "private" {
            assert_eq!(page.status().as_u16(), 404);
        } else {
            assert_eq!(
                location(&page),
                format!("/rooms/{room}/join"),
                "he may come back"
            );
        }
    }
}

#[tokio::test]
async fn who_is_banned_from_a_room_comes_back_only_when_let_in_again() {
    let world = World::with_redis();
    let (one, two) = (world.node().await, world.node().await);
    let ann = Visitor::joins(&one, "Ann").await;
    let bob = Visitor::joins(&two, "Bob").await;
    let room = makes(&ann, &one, "public", "Tea time").await;
    does(&bob, &two, (&room, "join"), &[]).await;
    let mut device = bob.enters(&two).await;
    let user = id_of(&ann, &one, "Bob").await;
    let fields = [("user", user.as_str()), ("why", "enough")];
    let (status, _) = does(&ann, &one, (&room, "ban"), &fields).await;
    assert_eq!(status, 303);
    assert_eq!(device.is_put_out_of(&room).await.as_deref(), Some("enough"));
    let (status, page) = does(&bob, &two, (&room, "join"), &[]).await;
    assert_eq!(status, 403);
    assert!(page.contains("banned"), "the page says why");
    let about = async |who: &Visitor, node| {
        let page = who.gets(node, &format!("/rooms/{room}/about")).await;
        page.text().await.expect("text")
    };
    let offer = format!("value=\"{user}\"");
    let page = about(&ann, &one).await;
    assert!(page.contains("Let Bob in again") && page.contains(&offer));
    let cyd = Visitor::joins(&two, "Cyd").await;
    does(&cyd, &two, (&room, "join"), &[]).await;
    assert!(!about(&cyd, &two).await.contains("Bob"), "not for all");
    let (status, _) = does(&cyd, &two, (&room, "unban"), &[("user", &user)]).await;
    assert_eq!(status, 403);
    let (status, _) = does(&ann, &one, (&room, "unban"), &[]).await;
    assert_eq!(status, 422, "nobody is named");
    let (status, _) = does(&ann, &one, (&room, "unban"), &[("user", &user)]).await;
    assert_eq!(status, 303);
    assert!(!about(&ann, &one).await.contains("Bob"), "nobody is banned");
    let (status, _) = does(&bob, &two, (&room, "join"), &[]).await;
    assert_eq!(status, 303);
    device.is_let_into(&room).await;
}

#[tokio::test]
async fn who_is_silenced_reads_on_and_is_told_so() {
    let world = World::with_redis();
    let (one, two) = (world.node().await, world.node().await);
    let ann = Visitor::joins(&one, "Ann").await;
    let bob = Visitor::joins(&two, "Bob").await;
    let room = makes(&ann, &one, "public", "Tea time").await;
    does(&bob, &two, (&room, "join"), &[]).await;
    let (mut ann_here, mut bob_there) = (ann.enters(&one).await, bob.enters(&two).await);
    ann_here.opens(&room).await;
    bob_there.opens(&room).await;
    let user = id_of(&ann, &one, "Bob").await;
    for minutes in [Some("60"), None] {
        let mut fields = vec![("user", user.as_str())];
        fields.extend(minutes.map(|minutes| ("minutes", minutes)));
        let (status, _) = does(&ann, &one, (&room, "silence"), &fields).await;
        assert_eq!(status, 303);
        let cid = cid();
        bob_there.posts(&cid, "may I?").await;
        assert_eq!(bob_there.is_answered(&cid).await, Err(Reason::Silenced));
        ann_here.says("still here?").await;
        bob_there.sees("still here?").await;
        let (status, _) = does(&ann, &one, (&room, "unsilence"), &fields[..1]).await;
        assert_eq!(status, 303);
        bob_there.says("thank you").await;
    }
}

#[tokio::test]
async fn nobody_is_shown_that_somebody_writes_who_is_silenced() {
    let world = World::with_redis();
    let (one, two) = (world.node().await, world.node().await);
    let ann = Visitor::joins(&one, "Ann").await;
    let (bob, cyd) = (
        Visitor::joins(&two, "Bob").await,
        Visitor::joins(&two, "Cyd").await,
    );
    let room = makes(&ann, &one, "public", "Tea time").await;
    let mut writers = Vec::new();
    for visitor in [&bob, &cyd] {
        does(visitor, &two, (&room, "join"), &[]).await;
        writers.push(visitor.enters(&two).await);
    }
    let mut ann_here = ann.enters(&one).await;
    ann_here.opens(&room).await;
    let user = id_of(&ann, &one, "Bob").await;
    for (verb, wanted) in [("silence", "Cyd"), ("unsilence", "Bob")] {
        let fields = [("user", user.as_str()), ("minutes", "60")];
        let (status, _) = does(&ann, &one, (&room, verb), &fields).await;
        assert_eq!(status, 303);
        // Of two, Bob writes first, and one socket's commands are done in order.
        for writer in &mut writers {
            let room = room.clone();
            writer.sends(&Command::Typing { room }).await;
            writer.sends(&Command::Heartbeat).await;
            let answered = |event: &Event| matches!(event, Event::Heartbeat).then_some(());
            writer.hears_until(answered).await;
        }
        let told = ann_here.hears_until(|event| match event {
            Event::Typing { person, .. } => Some(person.name.to_string()),
            _ => None,
        });
        assert_eq!(told.await, wanted, "{verb}");
    }
}

#[tokio::test]
async fn a_room_whose_owner_goes_is_theirs_who_was_in_it_for_longest() {
    let world = World::with_redis();
    let (one, two) = (world.node().await, world.node().await);
    let ann = Visitor::joins(&one, "Ann").await;
    let (bob, cyd) = (
        Visitor::joins(&two, "Bob").await,
        Visitor::joins(&two, "Cyd").await,
    );
    let room = makes(&ann, &one, "private", "Plans").await;
    for name in ["Cyd", "Bob"] {
        does(&ann, &one, (&room, "invite"), &[("name", name)]).await;
    }
    let mut cyd_there = cyd.enters(&two).await;
    assert!(!cyd_there.rooms[&room].owned);
    let (status, _) = does(&ann, &one, (&room, "leave"), &[]).await;
    assert_eq!(status, 303);
    while !cyd_there.rooms[&room].owned {
        cyd_there.hears().await;
    }
    let name = [("name", "Our plans")];
    let (status, _) = does(&bob, &two, (&room, "rename"), &name).await;
    assert_eq!(status, 403);
    let (status, _) = does(&cyd, &one, (&room, "rename"), &name).await;
    assert_eq!(status, 303);
    let owner = people_of(&bob, &two, &room).await.owner;
    assert_eq!(owner, Some(id_of(&bob, &two, "Cyd").await));
}

#[tokio::test]
async fn nobody_fills_all_the_rooms_of_somebody_else() {
    let world = World::alone();
    let node = world.node_with(&["--sends-burst", "1000"]).await;
    let (ann, bob) = (
        Visitor::joins(&node, "Ann").await,
        Visitor::joins(&node, "Bob").await,
    );
    let group = async || {
        let cid = cid();
        let fields = [("cid", cid.as_str()), ("kind", "group"), ("people", "Ann")];
        bob.submits(&node, "/rooms/new", &fields).await
    };
    // The lobby is one of her rooms.
    for _ in 1..limits::ROOMS_LET_INTO_MAX {
        assert_eq!(group().await.status().as_u16(), 303);
    }
    let refused = group().await;
    assert_eq!(refused.status().as_u16(), 409);
    let page = refused.text().await.expect("text");
    assert!(page.contains("as many rooms as"), "the page says why");
    for kind in ["public", "private"] {
        makes(&ann, &node, kind, "Her own").await;
    }
}

#[tokio::test]
async fn whose_room_it_is_takes_others_messages_back_and_nobody_else_does() {
    let world = World::with_redis();
    let (one, two) = (world.node().await, world.node().await);
    let ann = Visitor::joins(&one, "Ann").await;
    let bob = Visitor::joins(&two, "Bob").await;
    let room = makes(&ann, &one, "public", "Tea time").await;
    does(&bob, &two, (&room, "join"), &[]).await;
    let (mut ann_here, mut bob_there) = (ann.enters(&one).await, bob.enters(&two).await);
    ann_here.opens(&room).await;
    bob_there.opens(&room).await;
    let of_ann = ann_here.says("mine").await;
    let of_bob = bob_there.says("buy now").await;
    let delete = async |client: &mut crate::world::Client, seq: u64| {
        let cid = cid();
        let wish = Command::Send {
            cid: cid.clone(),
            room: room.clone(),
            kind: Kind::Deleted,
            target: Some(Target::message(seq)),
            body: String::new(),
        };
        client.sends(&wish).await;
        client.is_answered(&cid).await
    };
    assert_eq!(
        delete(&mut bob_there, of_ann).await,
        Err(Reason::NotAllowed)
    );
    assert!(delete(&mut ann_here, of_bob).await.is_ok());
    let told = bob_there.hears_until(|event| match event {
        Event::Entry(entry) if entry.kind == Kind::Deleted => entry.target.clone(),
        _ => None,
    });
    assert_eq!(told.await.seq(), Some(of_bob));
    assert_eq!(
        delete(&mut ann_here, of_bob).await,
        Err(Reason::MessageUnknown)
    );
}
