//! How far one has read, on all devices.

use protocol::{Command, Event};

use crate::rooms::{does, makes};
use crate::world::{Visitor, World};

#[tokio::test]
async fn what_was_read_on_one_device_is_read_on_all() {
    let world = World::with_redis();
    let (one, two) = (world.node().await, world.node().await);
    let ann = Visitor::joins(&one, "Ann").await;
    let bob = Visitor::joins(&two, "Bob").await;
    let room = makes(&ann, &one, "public", "Tea time").await;
    does(&bob, &two, (&room, "join"), &[]).await;
    let mut ann_here = ann.enters(&one).await;
    ann_here.opens(&room).await;
    ann_here.says("one").await;
    ann_here.says("two, @Bob").await;
    let last = ann_here.says("three").await;

    let (mut laptop, mut phone) = (bob.enters(&one).await, bob.enters(&two).await);
    let state = &phone.rooms[&room];
    assert_eq!((state.unread, state.mentions, state.read), (3, 1, 0));
    let line = state.last.as_ref().expect("there is a last line");
    assert_eq!((line.name.as_str(), line.body.as_str()), ("Ann", "three"));
    let seq = last - 1;
    let (read, huge) = (room.clone(), room.clone());
    laptop.sends(&Command::Read { room: read, seq }).await;
    let told = phone.hears_until(|event| match event {
        Event::Read { room: told, seq } if *told == room => Some(*seq),
        _ => None,
    });
    assert_eq!(told.await, seq);
    // It is written within a second, and before the list is read at the node that knows it.
    let again = bob.enters(&one).await;
    let state = &again.rooms[&room];
    assert_eq!((state.unread, state.mentions, state.read), (1, 0, seq));
    // Further than it goes, one has not read; and what is read stays so.
    let seq = u64::MAX;
    laptop.sends(&Command::Read { room: huge, seq }).await;
    let told = phone.hears_until(|event| match event {
        Event::Read { room: told, seq } if *told == room => Some(*seq),
        _ => None,
    });
    assert_eq!(told.await, last);
    let (read, seq) = (room.clone(), 1);
    laptop.sends(&Command::Read { room: read, seq }).await;
    phone
        .hears_until(|event| matches!(event, Event::Read { .. }).then_some(()))
        .await;
    let again = bob.enters(&one).await;
    assert_eq!(again.rooms[&room].unread, 0);
}

#[tokio::test]
async fn a_stopping_node_writes_what_was_read() {
    let world = World::alone();
    let node = world.node().await;
    let ann = Visitor::joins(&node, "Ann").await;
    let bob = Visitor::joins(&node, "Bob").await;
    let lobby = protocol::RoomId::lobby();
    let seq = ann.enters(&node).await.says("hi").await;
    let mut bob_here = bob.enters(&node).await;
    assert_eq!(bob_here.rooms[&lobby].unread, 1);
    let read = Command::Read {
        room: lobby.clone(),
        seq,
    };
    bob_here.sends(&read).await;
    bob_here
        .hears_until(|event| matches!(event, Event::Read { .. }).then_some(()))
        .await;
    node.stop().await;
    let node = world.node().await;
    assert_eq!(bob.enters(&node).await.rooms[&lobby].unread, 0);
}

#[tokio::test]
async fn a_room_muted_on_one_device_is_muted_on_all() {
    let world = World::with_redis();
    let (one, two) = (world.node().await, world.node().await);
    let ann = Visitor::joins(&one, "Ann").await;
    let lobby = protocol::RoomId::lobby();
    let mut phone = ann.enters(&two).await;
    for (muted, is_muted) in [("true", true), ("false", false)] {
        let (status, _) = does(&ann, &one, (&lobby, "mute"), &[("muted", muted)]).await;
        assert_eq!(status, 303);
        while phone.rooms[&lobby].muted != is_muted {
            phone.hears().await;
        }
        assert_eq!(ann.enters(&one).await.rooms[&lobby].muted, is_muted);
    }
}
