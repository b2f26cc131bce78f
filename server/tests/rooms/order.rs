//! What who looks after a room may do to others in it, and nobody else.

use protocol::{Command, Event, Kind, Reason, Target};

use crate::rooms::{does, id_of, makes};
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
    let (status, _) = does(&ann, &one, (&room, "unban"), &[("name", "Bob")]).await;
    assert_eq!(status, 303);
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
