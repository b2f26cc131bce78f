//! What only RabbitMQ does, or does in its own way.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use server::backplane::{Dropped, Error, Heard};
use server::frame::{Frame, Topic};

use crate::broker::next;
use crate::cable::Cable;
use crate::listener::{Listener, World, entry, room};

/// How long following 500 topics may take.
const FOLLOWED_MAX: Duration = Duration::from_millis(300);

/// As a queue bound to `confab:topics` shows it.
pub async fn an_operator_can_read_what_is_published(mut world: World) {
    let ann = world.node().await;
    let operator = world.stranger().await;
    let mut told = operator.listens("test:topics", "room:lobby").await;
    ann.publish(&entry("lobby", 7));
    let message = next(&mut told).await;
    let text = String::from_utf8(message.data).expect("it is text");
    let (header, frame) = text
        .split_once('\n')
        .expect("a header line stands before it");
    assert!(
        header.starts_with("e1 n") && header.contains(" room:lobby 7 "),
        "{header}"
    );
    assert_eq!(frame, "{\"seq\":7}");
}

pub async fn a_claim_goes_with_its_last_node(mut world: World) {
    let (ann, bob) = (world.node().await, world.node().await);
    let url = world.server().url();
    drop(ann);
    Listener::join(&url, "e2")
        .await
        .err()
        .expect("one node is there");
    drop(bob);
    let start = Instant::now();
    while let Err(error) = Listener::join(&url, "e2").await {
        assert!(matches!(error, Error::OtherLog { .. }), "{error}");
        assert!(start.elapsed() < Duration::from_secs(10), "{error}");
    }
}

pub async fn a_node_whose_claim_was_taken_falls_silent_until_it_has_it_back(mut world: World) {
    let mut ann = world.follower(&[room("lobby")]).await;
    let other = world.stranger().await;
    other.claims("e2").await;
    ann.is_told(Heard::Suspect).await;
    ann.publish(&entry("lobby", 1));
    assert_eq!(ann.counters().dropped(Dropped::Away), 1);

    other.gives_claims_up().await;
    ann.is_told(Heard::Healthy).await;
    ann.publish(&entry("lobby", 2));
    ann.hears(&entry("lobby", 2)).await;
}

pub async fn a_log_put_back_takes_its_former_claim_over(mut world: World) {
    let mut old = world.node().await;
    let restored = world.restored("e2", "e1").await;
    // Whoever still serves the old log is told.
    old.is_told(Heard::Suspect).await;
    let url = world.server().url();
    let error = Listener::join(&url, "e1")
        .await
        .err()
        .expect("it is not its any more");
    assert!(
        matches!(&error, Error::OtherLog { other, .. } if other == "e2"),
        "{error}"
    );
    drop(restored);
}

/// As the broker itself traces what it delivers to each queue.
pub async fn only_nodes_that_follow_a_topic_receive_it(mut world: World) {
    world.trace();
    let tracer = world.stranger().await;
    let mut delivered = tracer.listens("amq.rabbitmq.trace", "deliver.#").await;
    let mut ann = world
        .follower(&[room("lobby"), room("kitchen"), Topic::All])
        .await;
    let mut bob = world.follower(&[room("lobby"), Topic::All]).await;
    let mut cyd = world.follower(&[Topic::All]).await;
    (1..=20).for_each(|seq| ann.publish(&entry("lobby", seq)));
    (1..=5).for_each(|seq| bob.publish(&entry("kitchen", seq)));
    bob.counts_to(|counters| counters.published(), 5).await;
    ann.counts_to(|counters| counters.published(), 20).await;
    let last = Frame {
        topic: Topic::All,
        seq: 0,
        text: "{}".into(),
        act: None,
    };
    cyd.publish(&last);
    for node in [&mut ann, &mut bob, &mut cyd] {
        while node.next().await != Heard::Frame(last.clone()) {}
    }
    let mut received: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut ended = 0;
    while ended < 3 {
        let message = next(&mut delivered).await;
        let text = String::from_utf8(message.data).expect("it is text");
        match text.split(' ').nth(2) {
            Some("all") => ended += 1,
            Some(topic) => {
                let queue = message.routing_key.to_string();
                received.entry(queue).or_default().push(topic.to_owned());
            }
            None => assert_eq!(text, "probe"),
        }
    }
    let count = |topics: &Vec<String>| {
        ["room:lobby", "room:kitchen"]
            .map(|topic| topics.iter().filter(|one| *one == topic).count())
    };
    let mut counts: Vec<[usize; 2]> = received.values().map(count).collect();
    counts.sort();
    assert_eq!(counts, [[20, 0], [20, 5]], "{received:?}");
}

/// What is promised is what it costs, not that nobody else needs the machine: one turn of a minute has to be as quick.
pub async fn five_hundred_topics_are_followed_in_no_time(world: World) {
    let mut ann = world.node().await;
    let began = Instant::now();
    for turn in 0.. {
        let names: Vec<String> = (0..500).map(|nth| format!("r{turn}-{nth}")).collect();
        let topics: Vec<Topic> = names.iter().map(|name| room(name)).collect();
        let start = Instant::now();
        let followed = ann.backplane.follow(&topics).await;
        let took = start.elapsed();
        if followed.is_ok() && took <= FOLLOWED_MAX {
            println!("following 500 topics: {took:?}");
            for name in names.iter().step_by(99) {
                ann.publish(&entry(name, 1));
                ann.hears(&entry(name, 1)).await;
            }
            return;
        }
        ann.unfollow(&topics).await;
        assert!(began.elapsed() < Duration::from_secs(60), "took {took:?}");
    }
}

/// Its host lost power, say: nothing closes its connections.
pub async fn a_cut_off_nodes_queue_is_gone_within_ten_seconds(mut world: World) {
    let cable = Cable::to(&world.server().url()).await;
    let cut_off = Listener::join(&cable.url(), "e1")
        .await
        .expect("the broker is there");
    assert_eq!(world.queues_with("name").len(), 1);
    cable.cut();
    let start = Instant::now();
    while !world.queues_with("name").is_empty() {
        assert!(start.elapsed() < Duration::from_secs(10), "it is there");
    }
    println!("a dead node's queue gone: {:?}", start.elapsed());
    drop(cut_off);
}

/// The log has what is dropped.
pub async fn what_a_node_leaves_unread_is_bounded(mut world: World) {
    let _ann = world.node().await;
    let settings = world
        .queues_with("arguments")
        .pop()
        .expect("its queue is there");
    for bound in [
        "{\"x-max-length\",10000}",
        "{\"x-max-length-bytes\",67108864}",
        "{\"x-overflow\",\"drop-head\"}",
    ] {
        assert!(settings.contains(bound), "no {bound} in {settings}");
    }
}

pub async fn nodes_closed_by_an_operator_come_back(mut world: World) {
    let mut ann = world.follower(&[room("lobby")]).await;
    world.close_connections();
    ann.is_told(Heard::Suspect).await;
    ann.is_told(Heard::Healthy).await;
    ann.publish(&entry("lobby", 1));
    ann.hears(&entry("lobby", 1)).await;
}

pub async fn a_broker_out_of_memory_slows_nobody(mut world: World) {
    let mut ann = world.follower(&[room("lobby")]).await;
    world.broker().is_out_of_memory();
    ann.publish(&entry("lobby", 1));
    ann.is_told(Heard::Suspect).await;
    let start = Instant::now();
    let before = ann.counters().dropped(Dropped::Away);
    (2..=50_001).for_each(|seq| ann.publish(&entry("lobby", seq)));
    let followed = ann.backplane.follow(&[room("kitchen")]).await;
    assert!(
        start.elapsed() < Duration::from_secs(2),
        "took {:?}",
        start.elapsed()
    );
    assert!(matches!(followed, Err(Error::Away)));
    assert_eq!(ann.counters().dropped(Dropped::Away) - before, 50_000);

    world.broker().has_memory_again();
    ann.is_told(Heard::Healthy).await;
    ann.publish(&entry("kitchen", 1));
    ann.hears(&entry("kitchen", 1)).await;
    assert_eq!(
        ann.counters().reconnects(),
        0,
        "the link was good all the time"
    );
}

pub async fn a_node_starts_while_the_broker_is_out_of_memory(mut world: World) {
    world.broker().is_out_of_memory();
    let url = world.server().url();
    let mut ann = Listener::join(&url, "e1")
        .await
        .expect("the broker is there");
    let followed = ann.backplane.follow(&[room("lobby")]).await;
    assert!(matches!(followed, Err(Error::Away)));
    world.broker().has_memory_again();
    ann.is_told(Heard::Healthy).await;
    ann.publish(&entry("lobby", 1));
    ann.hears(&entry("lobby", 1)).await;
}
