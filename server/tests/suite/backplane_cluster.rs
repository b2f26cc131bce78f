//! What a backplane promises that joins several nodes.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use server::backplane::{Dropped, Error, Heard};
use server::frame::{Frame, Topic};

use crate::listener::{Listener, World, entry, room};

pub async fn every_follower_hears_each_frame_once(world: World) {
    let mut ann = world.follower(&[room("lobby"), Topic::All]).await;
    let mut bob = world.follower(&[room("lobby"), Topic::All]).await;
    let state = Frame {
        topic: Topic::All,
        seq: 0,
        text: "{}".into(),
        act: None,
    };
    for frame in [entry("lobby", 1), state] {
        ann.publish(&frame);
        ann.hears(&frame).await;
        bob.hears(&frame).await;
    }
    bob.publish(&entry("lobby", 2));
    ann.hears(&entry("lobby", 2)).await;
    bob.hears(&entry("lobby", 2)).await;
}

pub async fn a_node_hears_only_what_it_follows(world: World) {
    let ann = world.node().await;
    let mut bob = world.follower(&[room("kitchen")]).await;
    ann.publish(&entry("lobby", 1));
    ann.publish(&entry("kitchen", 1));
    bob.hears(&entry("kitchen", 1)).await;
}

pub async fn junk_is_dropped_and_counted(mut world: World) {
    let mut ann = world.follower(&[room("lobby"), Topic::All]).await;
    let big = format!("e1 n9 room:lobby 1 s\n{}", "x".repeat(70_000));
    let junk: [(&str, &[u8], Dropped); 9] = [
        ("room:lobby", b"", Dropped::Malformed),
        ("room:lobby", b"hello", Dropped::Malformed),
        (
            "room:lobby",
            b"e1 n9 room:lobby 1 s\n{\xff}",
            Dropped::NotUtf8,
        ),
        (
            "room:lobby",
            b"e2 n9 room:lobby 1 s\n{}",
            Dropped::OtherEpoch,
        ),
        (
            "room:lobby",
            b"e1 n9 room:kitchen 1 s\n{}",
            Dropped::OtherTopic,
        ),
        ("all", b"e1 n9 room:lobby 1 s\n{}", Dropped::OtherTopic),
        ("room:lobby", b"e1 n9 room:lobby 1\n{}", Dropped::Malformed),
        ("room:lobby", b"e1 n9 room:lobby 1 s\n{}", Dropped::Forged),
        ("room:lobby", big.as_bytes(), Dropped::TooBig),
    ];
    for (topic, payload, _) in junk {
        world.server().publish(topic, payload).await;
    }
    ann.publish(&entry("lobby", 1));
    ann.hears(&entry("lobby", 1)).await;
    for (_, _, why) in junk {
        let expected = junk.iter().filter(|row| row.2 == why).count() as u64;
        ann.counts_to(|counters| counters.dropped(why), expected)
            .await;
    }
}

pub async fn a_frame_over_the_limit_is_not_published(world: World) {
    let mut ann = world.follower(&[room("lobby")]).await;
    ann.publish(&Frame {
        topic: room("lobby"),
        seq: 1,
        text: "x".repeat(70_000).into(),
        act: None,
    });
    ann.publish(&entry("lobby", 2));
    ann.hears(&entry("lobby", 2)).await;
    assert_eq!(ann.counters().dropped(Dropped::TooBig), 1);
}

/// As `redis-cli psubscribe 'confab:*'` shows it.
pub async fn an_operator_can_read_what_is_published(mut world: World) {
    use futures_util::StreamExt;

    let ann = world.node().await;
    let client = redis::Client::open(world.redis_server().url()).expect("an address");
    let mut operator = client.get_async_pubsub().await.expect("Redis answers");
    operator
        .psubscribe("test:room:*")
        .await
        .expect("Redis answers");
    ann.publish(&entry("lobby", 7));
    let message = operator.on_message().next().await.expect("it is published");
    assert_eq!(message.get_channel_name(), "test:room:lobby");
    let text = message.get_payload::<String>().expect("it is text");
    let (header, frame) = text
        .split_once('\n')
        .expect("a header line stands before it");
    assert!(
        header.starts_with("e1 n") && header.contains(" room:lobby 7 "),
        "{header}"
    );
    assert_eq!(frame, "{\"seq\":7}");
}

pub async fn a_node_with_another_log_is_refused(world: World) {
    let mut ann = world.follower(&[room("lobby")]).await;
    let joins = (0..3).map(|_| Listener::join(world.url(), "e2"));
    for refused in join_all(joins).await {
        let error = refused.err().expect("it is refused");
        let is_other = matches!(&error, Error::OtherLog { other, .. } if other == "e1");
        let remedy = "give all nodes the same --store, or another --prefix";
        assert!(is_other && error.to_string().contains(remedy), "{error}");
    }
    ann.publish(&entry("lobby", 1));
    ann.hears(&entry("lobby", 1)).await;
}

pub async fn a_claim_ends_by_itself(mut world: World) {
    let _ann = world.node().await;
    let mut redis = world.server().redis("test:epoch").await;
    let ttl: i64 = redis::cmd("TTL")
        .arg("test:epoch")
        .query_async(&mut redis)
        .await
        .expect("a ttl");
    assert!((1..=15).contains(&ttl), "in {ttl} s");
}

pub async fn a_node_whose_claim_was_taken_falls_silent_until_it_has_it_back(mut world: World) {
    let mut ann = world.follower(&[room("lobby")]).await;
    let mut redis = world.server().redis("test:epoch").await;
    let mut set = redis::cmd("SET");
    set.arg("test:epoch")
        .arg("e2")
        .exec_async(&mut redis)
        .await
        .expect("Redis takes it");
    ann.is_told(Heard::Suspect).await;
    ann.publish(&entry("lobby", 1));
    assert_eq!(ann.counters().dropped(Dropped::Away), 1);

    let mut free = redis::cmd("DEL");
    free.arg("test:epoch")
        .exec_async(&mut redis)
        .await
        .expect("Redis takes it");
    ann.is_told(Heard::Healthy).await;
    ann.publish(&entry("lobby", 2));
    ann.hears(&entry("lobby", 2)).await;
}

pub async fn an_address_where_nobody_answers_is_told_at_once(mut world: World) {
    let url = world.server().url().replace("//", "//:secret@");
    let shown = world.server().url();
    world.server().freeze();
    refused(&url, &shown).await;
    world.server().thaw();
    let unanswered = Listener::join(&url, "e1")
        .await
        .err()
        .expect("no password is set there");
    assert!(!unanswered.to_string().contains("secret"), "{unanswered}");
    world.server().kill();
    refused(&url, &shown).await;
}

pub async fn a_wrong_address_is_refused_without_its_password(_: World) {
    for url in [
        "",
        "amqp//:secret@host",
        "amqp://:secret@host:port",
        "redis//:secret@host",
        "redis://:secret@host:port",
    ] {
        let error = Listener::join(url, "e1")
            .await
            .err()
            .expect("it is refused");
        assert!(matches!(error, Error::Address(_)), "{error}");
        assert!(!error.to_string().contains("secret@"), "{error}");
    }
    let error = Listener::join("rediss://:secret@host", "e1")
        .await
        .err()
        .expect("it is refused");
    assert!(
        matches!(&error, Error::Tls(address) if address == "rediss://***@host"),
        "{error}"
    );
}

async fn refused(url: &str, shown: &str) {
    let start = Instant::now();
    let error = Listener::join(url, "e1")
        .await
        .err()
        .expect("it is refused");
    assert!(
        start.elapsed() < Duration::from_millis(3_500),
        "took {:?}",
        start.elapsed()
    );
    assert!(matches!(&error, Error::Unreachable { .. }), "{error}");
    let text = error.to_string();
    assert!(text.contains(shown) && !text.contains("secret"), "{text}");
}
