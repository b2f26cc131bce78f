//! What a node says of a Kafka it cannot use, and what it makes there.

use std::time::{Duration, Instant};

use server::backplane::Error;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::listener::{Listener, World};
use crate::topic::{KafkaTopic, shared};

pub async fn a_missing_topic_is_made_for_short_words(mut world: World) {
    let _ann = world.node().await;
    let topic = world.server_as::<KafkaTopic>().name().to_owned();
    let shown = shared().topics(&["--describe", "--topic", &topic]);
    for told in [
        "PartitionCount: 4",
        "cleanup.policy=delete",
        "retention.ms=600000",
    ] {
        assert!(shown.contains(told), "no {told} in {shown}");
    }
}

pub async fn a_topic_that_would_lose_frames_is_refused_with_the_remedy(world: World) {
    let _ann = world.node().await;
    for (nth, setting, remedy) in [
        (1, "cleanup.policy=compact", "cleanup.policy=delete"),
        (2, "compression.type=gzip", "compression.type=producer"),
        (3, "max.message.bytes=10000", "max.message.bytes=1048588"),
    ] {
        let (server, topic) = (shared(), format!("other-{nth}"));
        server.topics(&["--create", "--topic", &topic, "--config", setting]);
        let error = refusal(&server.topic(&topic)).await;
        let text = error.to_string();
        assert!(matches!(error, Error::Refused { .. }), "{text}");
        assert!(
            text.contains(&format!("the topic {topic} has {setting}")),
            "{text}"
        );
        assert!(text.contains(&format!("give it {remedy}")), "{text}");
    }
}

pub async fn what_is_no_kafka_is_told(_: World) {
    for (answer, told) in [
        ("HTTP/1.1 400 Bad Request\r\n\r\n", "does not speak Kafka"),
        ("-ERR unknown command\r\n", "does not speak Kafka"),
        ("", "wants a sign-in or TLS"),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.expect("a port is free");
        let port = listener.local_addr().expect("it is bound").port();
        tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                let mut asked = [0; 100];
                let read = client.read(&mut asked).await;
                read.expect("something is asked");
                let answered = client.write_all(answer.as_bytes()).await;
                answered.expect("somebody reads");
            }
        });
        let error = refusal(&format!("kafka://127.0.0.1:{port}")).await;
        let text = error.to_string();
        assert!(matches!(error, Error::Unreachable { .. }), "{text}");
        assert!(text.contains(told), "{text}");
    }
}

pub async fn a_wrong_address_is_refused_without_its_password(_: World) {
    for url in [
        "kafka:",
        "kafka://",
        "kafka://host:port",
        "kafka://host/a/b",
    ] {
        let error = refusal(url).await;
        assert!(matches!(error, Error::Address(_)), "{error}");
    }
    let text = refusal("kafka://ann:secret@host").await.to_string();
    assert!(text.contains("does not sign in"), "{text}");
    assert!(!text.contains("secret"), "{text}");
}

pub async fn an_address_where_nobody_answers_is_told_at_once(mut world: World) {
    let url = world.server().url();
    world.server().freeze();
    unanswered(&url, Duration::from_secs(6)).await;
    world.server().thaw();
    world.server().kill();
    unanswered(&url, Duration::from_secs(6)).await;
}

async fn unanswered(url: &str, within: Duration) {
    let start = Instant::now();
    let error = refusal(url).await;
    let text = error.to_string();
    assert!(matches!(error, Error::Unreachable { .. }), "{text}");
    assert!(text.contains(url), "{text}");
    assert!(start.elapsed() < within, "took {:?}", start.elapsed());
}

async fn refusal(url: &str) -> Error {
    let joined = Listener::join(url, "e1").await;
    joined.err().expect("it is refused")
}
