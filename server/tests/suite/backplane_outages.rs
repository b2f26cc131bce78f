//! What a backplane promises while its server is away, and after.

use std::time::{Duration, Instant};

use server::backplane::{Dropped, Error, Heard};

use crate::listener::{Listener, World, entry, room};
use crate::swallower::Swallower;

pub async fn after_a_restart_topics_are_heard_again(mut world: World) {
    let mut ann = world.follower(&[room("lobby")]).await;
    let mut bob = world.follower(&[room("lobby")]).await;
    world.server().start_again();
    let start = Instant::now();
    for node in [&mut ann, &mut bob] {
        node.is_told(Heard::Suspect).await;
        node.is_told(Heard::Healthy).await;
        assert_eq!(node.counters().reconnects(), 1);
    }
    assert!(
        start.elapsed() < Duration::from_secs(5),
        "took {:?}",
        start.elapsed()
    );
    ann.publish(&entry("lobby", 1));
    ann.hears(&entry("lobby", 1)).await;
    bob.hears(&entry("lobby", 1)).await;
}

pub async fn a_lost_subscription_is_noticed_and_made_again(mut world: World) {
    let mut ann = world.follower(&[room("lobby")]).await;
    let mut redis = world.server().redis("test:room:lobby").await;
    let mut kill = redis::cmd("CLIENT");
    kill.arg("KILL").arg("TYPE").arg("PUBSUB");
    kill.exec_async(&mut redis).await.expect("Redis does it");
    ann.is_told(Heard::Suspect).await;
    ann.is_told(Heard::Healthy).await;
    ann.publish(&entry("lobby", 1));
    ann.hears(&entry("lobby", 1)).await;
}

/// The network swallows what the server sends to its subscribers; both ends believe in the connection.
pub async fn a_deaf_node_notices_and_hears_again(mut world: World) {
    let swallower = Swallower::before(&world.server().url()).await;
    let mut ann = Listener::join(&swallower.url(), "e1")
        .await
        .expect("the backplane is there");
    ann.follow(&[room("lobby")]).await;
    ann.is_told(Heard::Healthy).await;
    swallower.swallow_subscriptions();
    ann.publish(&entry("lobby", 1));
    let start = Instant::now();
    ann.is_told(Heard::Suspect).await;
    assert!(
        start.elapsed() < Duration::from_secs(5),
        "took {:?}",
        start.elapsed()
    );
    swallower.let_pass();
    ann.is_told(Heard::Healthy).await;
    ann.publish(&entry("lobby", 2));
    ann.hears(&entry("lobby", 2)).await;
}

pub async fn a_frozen_server_is_noticed_and_found_again(mut world: World) {
    let mut ann = world.follower(&[room("lobby")]).await;
    world.server().freeze();
    let start = Instant::now();
    ann.is_told(Heard::Suspect).await;
    assert!(
        start.elapsed() < Duration::from_secs(4),
        "took {:?}",
        start.elapsed()
    );
    world.server().thaw();
    let start = Instant::now();
    ann.is_told(Heard::Healthy).await;
    assert!(
        start.elapsed() < Duration::from_secs(5),
        "took {:?}",
        start.elapsed()
    );
    ann.publish(&entry("lobby", 1));
    ann.hears(&entry("lobby", 1)).await;
}

pub async fn publishing_never_waits_for_a_frozen_server(mut world: World) {
    let mut ann = world.follower(&[room("lobby")]).await;
    world.server().freeze();
    let start = Instant::now();
    (1..=50_000).for_each(|seq| ann.publish(&entry("lobby", seq)));
    assert!(
        start.elapsed() < Duration::from_secs(1),
        "took {:?}",
        start.elapsed()
    );
    assert!(ann.counters().dropped(Dropped::QueueFull) > 30_000);

    ann.is_told(Heard::Suspect).await;
    ann.publish(&entry("lobby", 50_001));
    assert_eq!(ann.dropped(), 50_001 - ann.counters().published());
    world.server().thaw();
    ann.is_told(Heard::Healthy).await;
    ann.publish(&entry("lobby", 50_002));
    ann.hears(&entry("lobby", 50_002)).await;
}

pub async fn what_is_followed_while_it_is_away_is_heard_when_it_is_back(mut world: World) {
    let mut ann = world.follower(&[room("lobby"), room("hall")]).await;
    world.server().kill();
    ann.is_told(Heard::Suspect).await;
    let start = Instant::now();
    let followed = ann.backplane.follow(&[room("kitchen")]).await;
    assert!(matches!(followed, Err(Error::Away)));
    assert!(
        start.elapsed() < Duration::from_secs(2),
        "took {:?}",
        start.elapsed()
    );
    ann.unfollow(&[room("hall")]).await;

    world.server().start_again();
    ann.is_told(Heard::Healthy).await;
    for name in ["hall", "kitchen"] {
        ann.publish(&entry(name, 1));
    }
    ann.hears(&entry("kitchen", 1)).await;
    ann.publish(&entry("lobby", 1));
    ann.hears(&entry("lobby", 1)).await;
}

pub async fn following_a_frozen_server_is_given_up_within_a_second(mut world: World) {
    let mut ann = world.node().await;
    world.server().freeze();
    let start = Instant::now();
    let followed = ann.backplane.follow(&[room("lobby")]).await;
    assert!(matches!(followed, Err(Error::Away)));
    assert!(
        start.elapsed() < Duration::from_secs(2),
        "took {:?}",
        start.elapsed()
    );
    world.server().thaw();
    ann.follow(&[room("kitchen")]).await;
    ann.publish(&entry("lobby", 1));
    ann.hears(&entry("lobby", 1)).await;
}
