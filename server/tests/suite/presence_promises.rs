//! What presence promises a node, alone or not.

use std::collections::HashMap;
use std::time::Duration;

use protocol::{Person, SessionId};
use server::presence::Place;

use crate::attendance::{Node, World, person, session};

pub async fn many_sessions_of_one_user_are_one_join(world: World) {
    let node = world.node("n1").await;
    let ann = person("ann");
    let change = node
        .presence
        .enter(&session("s1"), &ann)
        .await
        .expect("presence is there");
    let change = change.expect("the first session joins");
    assert_eq!(
        (change.count, &change.joined, change.left.len()),
        (1, &vec![ann.clone()], 0)
    );
    for name in ["s2", "s3", "s1"] {
        assert!(
            !node.enters(&session(name), &ann).await,
            "{name} is no join"
        );
    }
    let online = node.online().await;
    assert_eq!((online.version, online.people), (change.version, vec![ann]));
}

pub async fn a_user_leaves_once_when_the_last_session_is_gone_for_the_grace(world: World) {
    let node = world.node("n1").await;
    let (ann, bob) = (person("ann"), person("bob"));
    for (name, person) in [("s1", &ann), ("s2", &ann), ("s3", &bob)] {
        node.enters(&session(name), person).await;
    }
    node.leaves(&session("s1"), &ann).await;
    node.leaves(&session("s3"), &bob).await;
    let took = world.tells_that_left(&bob).await;
    assert!((4.9..7.5).contains(&took.as_secs_f64()), "took {took:?}");
    assert_eq!(world.left(&ann), 0, "one session is left");

    node.leaves(&session("s2"), &ann).await;
    assert!(node.sees(&[&ann]).await, "the grace is not over");
    world.tells_that_left(&ann).await;
    assert!(node.sees(&[]).await);
    assert_eq!((world.left(&ann), world.left(&bob)), (1, 1));
    assert_eq!(world.replay(), []);
}

pub async fn a_reload_is_neither_leave_nor_join(world: World) {
    let node = world.node("n1").await;
    let (ann, bob) = (person("ann"), person("bob"));
    node.enters(&session("s1"), &ann).await;
    node.enters(&session("s2"), &bob).await;
    node.leaves(&session("s1"), &ann).await;
    node.leaves(&session("s2"), &bob).await;
    assert!(!node.enters(&session("s3"), &ann).await);
    world.tells_that_left(&bob).await;
    assert_eq!((world.left(&ann), world.joined(&ann)), (0, 1));
    assert!(node.sees(&[&ann]).await);
}

pub async fn what_is_not_there_does_not_leave(world: World) {
    let node = world.node("n1").await;
    let (ann, bob) = (person("ann"), person("bob"));
    node.enters(&session("s1"), &ann).await;
    node.enters(&session("s2"), &bob).await;
    node.leaves(&session("s9"), &ann).await;
    for _ in 0..2 {
        node.leaves(&session("s2"), &bob).await;
    }
    world.tells_that_left(&bob).await;
    assert_eq!(world.left(&ann), 0);
    assert_eq!(world.replay(), [ann]);
}

pub async fn people_are_told_by_name_and_nodes_by_address(world: World) {
    let node = world.node("n1").await;
    let people = ["李雷", "ann", "Bob Lee", "zoé"];
    for name in people {
        let person = Person {
            id: person("x").id,
            name: name.to_owned().try_into().expect("a name"),
        };
        let id = format!("id-{}", name.len()).parse().expect("an id");
        node.enters(
            &session(&format!("s{}", name.len())),
            &Person { id, ..person },
        )
        .await;
    }
    let online = node.online().await.people;
    let names: Vec<&str> = online.iter().map(|person| person.name.as_str()).collect();
    assert_eq!(names, ["Bob Lee", "ann", "zoé", "李雷"]);
    assert_eq!(
        node.presence.beat().await.expect("presence is there").nodes,
        ["http://n1"]
    );
}

pub async fn the_list_is_true_after_any_walk(world: World) {
    let node = world.node("n1").await;
    walk(&world, &[&node]).await;
}

/// Sessions of few users begin and end on these nodes at random, the same way in each run; then the list is what a simple model
/// says, and the changes told lead there.
pub async fn walk(world: &World, nodes: &[&Node]) {
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    let mut below = |n: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        (random % n as u64) as usize
    };
    let people: Vec<Person> = (0..20).map(|i| person(&format!("p{i:02}"))).collect();
    let mut model: HashMap<SessionId, (usize, usize)> = HashMap::new();
    for step in 0..1_000 {
        if below(100) < 50 {
            let (node, user, id) = (
                below(nodes.len()),
                below(people.len()),
                session(&format!("s{step}")),
            );
            nodes[node].enters(&id, &people[user]).await;
            model.insert(id, (node, user));
        } else if let Some(id) = model.keys().min_by_key(|_| below(1_000)).cloned() {
            let (node, user) = model.remove(&id).expect("it is in the model");
            nodes[node].leaves(&id, &people[user]).await;
        }
    }
    let is_online = |user: &usize| model.values().any(|(_, other)| other == user);
    let online: Vec<&Person> = (0..people.len())
        .filter(is_online)
        .map(|user| &people[user])
        .collect();
    assert!(
        (1..people.len()).contains(&online.len()),
        "a walk that tries something"
    );
    for node in nodes {
        node.comes_to_see(&online).await;
    }
    crate::attendance::until(|| async { world.replay().iter().eq(online.iter().copied()) }).await;
}

/// Within what a dead node's users are told to have left.
pub const DEATH_MAX: Duration = Duration::from_secs(8);

pub async fn each_session_is_found_with_its_node(world: World) {
    let node = world.node("n1").await;
    let (ann, bob, cyd) = (person("ann"), person("bob"), person("cyd"));
    for (name, person) in [("s1", &ann), ("s2", &bob), ("s3", &ann)] {
        node.enters(&session(name), person).await;
    }
    let users = [&bob, &cyd, &ann].map(|person| person.id.clone());
    let found = node.presence.sessions(&users).await;
    let found = found.expect("presence is there");
    let place = |name: &str| Place {
        session: session(name),
        node: Some("http://n1".to_owned()),
    };
    let wanted = [vec![place("s2")], vec![], vec![place("s1"), place("s3")]];
    assert_eq!(found, wanted, "in the order asked for");
    node.leaves(&session("s2"), &bob).await;
    let found = node.presence.sessions(&users[..1]).await;
    assert_eq!(found.expect("presence is there"), [vec![]], "in the grace");
    let nobody = node.presence.sessions(&[]).await;
    assert!(nobody.expect("presence is there").is_empty());
}
