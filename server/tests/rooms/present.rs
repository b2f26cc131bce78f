//! Who is told beside a room: of a public one those in it who are online, of another one everybody in it.

use std::collections::BTreeSet;
use std::time::Duration;

use protocol::{Command, Event, RoomId};
use tokio::time::{Instant, sleep};

use crate::rooms::{does, id_of, makes};
use crate::world::{Client, Visitor, World};

type Names = BTreeSet<String>;

fn names<const COUNT: usize>(names: [&str; COUNT]) -> Names {
    names.into_iter().map(str::to_owned).collect()
}

/// Who is there, as a node tells it at once.
async fn listed(client: &mut Client, room: &RoomId) -> Names {
    client.sends(&Command::People { room: room.clone() }).await;
    let (count, people) = client
        .hears_until(|event| match event {
            Event::People {
                room: told,
                count,
                people,
            } if told == room => Some((*count, people.clone())),
            _ => None,
        })
        .await;
    assert_eq!(count, people.len() as u64);
    let names = people.into_iter().map(|person| person.name.to_string());
    names.collect()
}

/// How long it may take until all nodes know who is where, and how often one looks meanwhile.
const PATIENCE: Duration = Duration::from_secs(20);
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Asks until it is so: what happened at another node takes a moment.
async fn sees(client: &mut Client, room: &RoomId, wanted: Names) {
    let began = Instant::now();
    loop {
        let told = listed(client, room).await;
        if told == wanted {
            return;
        }
        assert!(began.elapsed() < PATIENCE, "{told:?} and not {wanted:?}");
        sleep(LOOK_EVERY).await;
    }
}

async fn hears_of_a_change(client: &mut Client, room: &RoomId) {
    client
        .hears_until(|event| match event {
            Event::PeopleChanged { room: told } if told == room => Some(()),
            _ => None,
        })
        .await;
}

#[tokio::test]
async fn of_a_public_room_those_in_it_who_are_online_are_told_on_every_node() {
    let world = World::with_redis();
    let (one, two) = (world.node().await, world.node().await);
    let ann = Visitor::joins(&one, "Ann").await;
    let bob = Visitor::joins(&two, "Bob").await;
    let cyd = Visitor::joins(&two, "Cyd").await;
    let dan = Visitor::joins(&two, "Dan").await;
    let garden = makes(&ann, &one, "public", "Garden").await;
    for guest in [&bob, &dan] {
        does(guest, &two, (&garden, "join"), &[]).await;
    }
    let mut ann_here = ann.enters(&one).await;
    let _bob_here = bob.enters(&two).await;
    let mut cyd_here = cyd.enters(&two).await;
    let lobby = RoomId::lobby();
    sees(&mut ann_here, &lobby, names(["Ann", "Bob", "Cyd"])).await;
    sees(&mut cyd_here, &lobby, names(["Ann", "Bob", "Cyd"])).await;
    sees(&mut ann_here, &garden, names(["Ann", "Bob"])).await;

    // Who comes in and goes out is heard of on the other node, at once.
    does(&cyd, &two, (&garden, "join"), &[]).await;
    hears_of_a_change(&mut ann_here, &garden).await;
    sees(&mut ann_here, &garden, names(["Ann", "Bob", "Cyd"])).await;
    does(&cyd, &two, (&garden, "leave"), &[]).await;
    hears_of_a_change(&mut ann_here, &garden).await;
    sees(&mut ann_here, &garden, names(["Ann", "Bob"])).await;
    let bob_id = id_of(&ann, &one, "Bob").await;
    does(&ann, &one, (&garden, "remove"), &[("user", &bob_id)]).await;
    hears_of_a_change(&mut ann_here, &garden).await;
    sees(&mut ann_here, &garden, names(["Ann"])).await;
}

#[tokio::test]
async fn of_a_private_room_everybody_is_told_and_to_nobody_else() {
    let world = World::alone();
    let node = world.node().await;
    let ann = Visitor::joins(&node, "Ann").await;
    let bob = Visitor::joins(&node, "Bob").await;
    let cyd = Visitor::joins(&node, "Cyd").await;
    let plans = makes(&ann, &node, "private", "Plans").await;
    let (mut ann_here, mut cyd_here) = (ann.enters(&node).await, cyd.enters(&node).await);
    does(&ann, &node, (&plans, "invite"), &[("name", "Bob")]).await;
    assert_eq!(listed(&mut ann_here, &plans).await, names(["Ann", "Bob"]));
    drop(bob);

    let no_such = "no-such-room".parse().expect("an id");
    for room in [&plans, &no_such] {
        let room = room.clone();
        cyd_here.sends(&Command::People { room }).await;
    }
    // Answers come in the order of the questions: only that of the lobby does.
    let lobby = RoomId::lobby();
    cyd_here.sends(&Command::People { room: lobby }).await;
    let told = cyd_here
        .hears_until(|event| match event {
            Event::People { room, .. } => Some(room.clone()),
            _ => None,
        })
        .await;
    assert_eq!(told, RoomId::lobby());
}
