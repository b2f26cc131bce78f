//! What Kafka alone can do to its nodes, and they promise about it.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use server::backplane::{Error, Heard};
use server::frame::Topic;
use tokio::sync::{Mutex, MutexGuard};

use crate::listener::{Listener, World, entry, room};
use crate::swallower::Swallower;
use crate::topic::{KafkaTopic, shared};

/// As `kafka-console-consumer.sh --property print.key=true` shows it.
pub async fn an_operator_can_read_what_is_published(mut world: World) {
    let mut ann = world.follower(&[room("lobby")]).await;
    ann.publish(&entry("lobby", 7));
    ann.hears(&entry("lobby", 7)).await;
    let records = world.server_as::<KafkaTopic>().records().await;
    let (_, text) = records
        .iter()
        .find(|(key, _)| key == "test:room:lobby")
        .expect("its key is the topic");
    let (header, frame) = text
        .split_once('\n')
        .expect("a header line stands before it");
    assert!(
        header.starts_with("e1 n") && header.contains(" room:lobby 7 "),
        "{header}"
    );
    assert_eq!(frame, "{\"seq\":7}");
}

pub async fn a_node_that_starts_hears_nothing_old(world: World) {
    let mut ann = world.follower(&[room("lobby")]).await;
    ann.publish(&entry("lobby", 1));
    ann.hears(&entry("lobby", 1)).await;
    let mut bob = world.follower(&[room("lobby")]).await;
    ann.publish(&entry("lobby", 2));
    bob.hears(&entry("lobby", 2)).await;
}

/// Nodes are no group that shares the partitions.
pub async fn every_node_hears_all_partitions(world: World) {
    let names: Vec<String> = (0..40).map(|nth| format!("room-{nth}")).collect();
    let topics: Vec<Topic> = names.iter().map(|name| room(name)).collect();
    let mut nodes = [world.follower(&topics).await, world.follower(&topics).await];
    for name in &names {
        nodes[0].publish(&entry(name, 1));
    }
    for node in &mut nodes {
        let mut unheard = topics.clone();
        while !unheard.is_empty() {
            let Heard::Frame(frame) = node.next().await else {
                panic!("nothing else is told");
            };
            let at = unheard.iter().position(|topic| *topic == frame.topic);
            unheard.swap_remove(at.expect("each is heard once"));
        }
    }
}

/// More at once than the server takes with one request.
pub async fn many_big_frames_are_all_heard(world: World) {
    let mut ann = world.follower(&[room("lobby")]).await;
    let frames: Vec<_> = (1..=40)
        .map(|seq| {
            let mut frame = entry("lobby", seq);
            frame.text = format!("{{\"seq\":{seq},\"body\":\"{}\"}}", "x".repeat(60_000)).into();
            frame
        })
        .collect();
    frames.iter().for_each(|frame| ann.publish(frame));
    for frame in &frames {
        ann.hears(frame).await;
    }
}

pub async fn a_topic_that_was_deleted_is_made_again(mut world: World) {
    let mut ann = world.follower(&[room("lobby")]).await;
    let mut bob = world.follower(&[room("lobby")]).await;
    for seq in 1..=10 {
        ann.publish(&entry("lobby", seq));
        bob.hears(&entry("lobby", seq)).await;
    }
    let topic = world.server_as::<KafkaTopic>().name().to_owned();
    let server = shared();
    server.delete(&topic).await;
    for node in [&mut ann, &mut bob] {
        node.is_told(Heard::Suspect).await;
        node.is_told(Heard::Healthy).await;
    }
    bob.publish(&entry("lobby", 11));
    ann.hears(&entry("lobby", 11)).await;
}

pub async fn added_partitions_are_heard(mut world: World) {
    let names: Vec<String> = (0..40).map(|nth| format!("room-{nth}")).collect();
    let topics: Vec<Topic> = names.iter().map(|name| room(name)).collect();
    let mut ann = world.follower(&topics).await;
    let topic = world.server_as::<KafkaTopic>().name().to_owned();
    let more = ["--alter", "--partitions", "7", "--topic", &topic];
    shared().topics(&more);
    ann.is_told(Heard::Suspect).await;
    ann.is_told(Heard::Healthy).await;
    for name in &names {
        ann.publish(&entry(name, 1));
        ann.hears(&entry(name, 1)).await;
    }
}

/// What is read is chosen here: the server is not asked, and reading goes on where it stood.
pub async fn what_is_followed_while_it_is_frozen_is_heard_when_it_thaws(mut world: World) {
    let mut ann = world.node().await;
    world.server().freeze();
    let start = Instant::now();
    // Healthy or not by now.
    let _ = ann.backplane.follow(&[room("lobby")]).await;
    assert!(
        start.elapsed() < Duration::from_secs(2),
        "took {:?}",
        start.elapsed()
    );
    world.server().thaw();
    ann.publish(&entry("lobby", 1));
    // A freeze that was noticed is told, and what was published meanwhile is lost.
    while ann.next().await != Heard::Frame(entry("lobby", 1)) {
        ann.publish(&entry("lobby", 1));
    }
}

pub async fn of_two_logs_that_start_at_once_one_is_refused(world: World) {
    let joins = ["e1", "e2", "e1", "e2"].map(|epoch| Listener::join(world.url(), epoch));
    let joined = join_all(joins).await;
    let is_in: Vec<bool> = joined.iter().map(Result::is_ok).collect();
    let is_one = matches!(
        is_in[..],
        [true, false, true, false] | [false, true, false, true]
    );
    assert!(is_one, "{is_in:?}");
}

/// The nodes of the log before fall silent, and have their topic back with their own log.
pub async fn a_log_that_was_put_back_takes_over(world: World) {
    let mut ann = world.follower(&[room("lobby")]).await;
    let restored = Listener::join_after(world.url(), "e2", "e1").await;
    let restored = restored.expect("it takes over");
    ann.is_told(Heard::Suspect).await;
    assert!(matches!(
        ann.backplane.follow(&[room("hall")]).await,
        Err(Error::Away)
    ));
    drop(restored);
    let back = Listener::join_after(world.url(), "e1", "e2").await;
    let _back = back.expect("it takes over");
    ann.is_told(Heard::Healthy).await;
    ann.publish(&entry("lobby", 2));
    ann.hears(&entry("lobby", 2)).await;
}

pub async fn a_lost_subscription_is_noticed_and_made_again(world: World) {
    let network = Network::of(&world).await;
    let mut ann = network.follower().await;
    // Now it reads.
    ann.publish(&entry("lobby", 1));
    ann.hears(&entry("lobby", 1)).await;
    network.swallower.cut_subscriptions();
    ann.is_told(Heard::Suspect).await;
    ann.is_told(Heard::Healthy).await;
    ann.publish(&entry("lobby", 2));
    ann.hears(&entry("lobby", 2)).await;
    network.swallower.ends().await;
}

/// The network swallows what the server sends to its readers; both ends believe in the connection.
pub async fn a_deaf_node_notices_and_hears_again(world: World) {
    let network = Network::of(&world).await;
    let mut ann = network.follower().await;
    network.swallower.swallow_subscriptions();
    let start = Instant::now();
    ann.is_told(Heard::Suspect).await;
    assert!(
        start.elapsed() < Duration::from_secs(6),
        "took {:?}",
        start.elapsed()
    );
    network.swallower.let_pass();
    ann.is_told(Heard::Healthy).await;
    ann.publish(&entry("lobby", 2));
    ann.hears(&entry("lobby", 2)).await;
    network.swallower.ends().await;
}

/// A network of ours before the server; one test has it at a time.
struct Network {
    swallower: Swallower,
    url: String,
    _turn: MutexGuard<'static, ()>,
}

impl Network {
    async fn of(world: &World) -> Self {
        static TURN: Mutex<()> = Mutex::const_new(());
        let turn = TURN.lock().await;
        let (listener, server) = shared().proxied();
        // Fetch is the request with key 1, behind the length of the request.
        let reads = |said: &[u8]| said.get(4..6) == Some(&[0, 1]);
        let swallower = Swallower::on(listener, server, reads);
        let (_, topic) = world.url().rsplit_once('/').expect("it names a topic");
        Self {
            url: format!("kafka://127.0.0.1:{}/{topic}", swallower.port()),
            swallower,
            _turn: turn,
        }
    }

    /// A node in the lobby that reaches the server through it.
    async fn follower(&self) -> Listener {
        let mut node = Listener::join(&self.url, "e1").await.expect("it is there");
        node.is_told(Heard::Healthy).await;
        node.follow(&[room("lobby")]).await;
        node
    }
}
