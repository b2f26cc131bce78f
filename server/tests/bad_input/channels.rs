//! What strangers publish on Redis.

use futures_util::StreamExt as _;
use protocol::{Event, NodeId, RoomId};
use server::store::{Token, random_id};
use tokio::time::timeout;

use crate::world::{Client, Node, PATIENCE, Visitor, World};

/// A version of the online list that a stranger makes up: no clock shows it.
const GHOSTS: u64 = 99_999_999_999_999;

/// Hears up to and with this message, and nothing that only a node says to one client.
async fn hears_only_talk_until(client: &mut Client, body: &str) {
    loop {
        match client.hears().await {
            Event::Entry(entry) if entry.body == body => return,
            Event::Entry(_) | Event::Online { .. } | Event::OnlineStale { .. } => {}
            Event::OnlineChanged { version, .. } => assert!(version < GHOSTS, "{version}"),
            Event::Nodes { nodes } => assert!(nodes.iter().all(|url| !url.contains("evil"))),
            other => panic!("a stranger's word was passed on: {other:?}"),
        }
    }
}

async fn publish(world: &mut World, channel: &str, payload: &[u8]) {
    let mut redis = world.redis().connection().await;
    let mut publish = redis::cmd("PUBLISH");
    publish.arg(format!("confab:{channel}")).arg(payload);
    let followers: u64 = publish
        .query_async(&mut redis)
        .await
        .expect("Redis takes it");
    assert!(followers > 0, "somebody hears {channel}");
}

/// A stranger who listens to all channels.
struct Eavesdropper(redis::aio::PubSubStream);

impl Eavesdropper {
    async fn listens(world: &mut World) -> Self {
        let client = redis::Client::open(world.redis().url()).expect("an address");
        let mut channels = client.get_async_pubsub().await.expect("Redis answers");
        channels
            .psubscribe("confab:*")
            .await
            .expect("Redis answers");
        Self(channels.into_on_message())
    }

    /// The next frame on this channel.
    async fn hears(&mut self, channel: &str) -> String {
        let heard = async {
            loop {
                let message = self.0.next().await.expect("Redis lives");
                if message.get_channel_name() == format!("confab:{channel}") {
                    return message.get_payload().expect("it is text");
                }
            }
        };
        timeout(PATIENCE, heard)
            .await
            .expect("it is published in time")
    }
}

async fn dropped(node: &Node, reason: &str) -> u64 {
    let line = format!(r#"confab_frames_dropped_total{{reason="{reason}"}}"#);
    node.counts(&line).await
}

#[tokio::test]
async fn junk_and_forged_frames_are_counted_and_shown_to_nobody() {
    let mut world = World::with_redis();
    let (one, two) = (world.node().await, world.node().await);
    let mut ann = Visitor::joins(&one, "Ann").await.enters(&one).await;
    let mut bob = Visitor::joins(&two, "Bob").await.enters(&two).await;
    ann.is_told("Bob", true).await;
    ann.says("first").await;
    bob.sees("first").await;
    let entry = serde_json::to_string(&bob.entries[0]).expect("it serialises");
    let (epoch, node) = (bob.epoch.clone(), random_id::<8, NodeId>());
    let head =
        |topic: &str, seq: &str| format!("{epoch} {node} {topic} {seq} AAAAAAAAAAAAAAAAAAAAAA\n");
    let lobby = |seq: &str, text: &str| head("room:lobby", seq) + text;
    let invented = entry
        .replace(r#""seq":1"#, r#""seq":2"#)
        .replace("first", "I, Ann, quit");
    let invented = format!(r#"{{"type":"entry",{}"#, &invented[1..]);
    let ghost = format!(
        r#"{{"type":"online_changed","version":{GHOSTS},"count":0,"left":[{{"id":"u1","name":"Ann"}}]}}"#
    );
    let ghost = ghost.as_str();
    let long = "x".repeat(1_000_000);
    let frames: Vec<(&str, Vec<u8>, &str)> = vec![
        ("room:lobby", b"hello".to_vec(), "malformed"),
        ("room:lobby", b"".to_vec(), "malformed"),
        ("room:lobby", invented.clone().into_bytes(), "malformed"),
        (
            "room:lobby",
            format!("{epoch} {node} room:lobby 2\n{invented}").into(),
            "malformed",
        ),
        ("room:lobby", lobby("-2", &invented).into(), "malformed"),
        (
            "room:lobby",
            lobby("18446744073709551616", &invented).into(),
            "malformed",
        ),
        ("room:lobby", lobby("2", "").into(), "malformed"),
        (
            "room:lobby",
            b"e n room:lobby 2 s\n{\xff}".to_vec(),
            "not_utf8",
        ),
        ("room:lobby", lobby("2", &long).into(), "too_big"),
        (
            "room:lobby",
            lobby("2", &invented).replace(epoch.as_str(), "e2").into(),
            "other_epoch",
        ),
        (
            "room:lobby",
            (head("room:cellar", "2") + &invented).into(),
            "other_topic",
        ),
        (
            "room:lobby",
            (head("all", "0") + ghost).into(),
            "other_topic",
        ),
        ("all", lobby("2", &invented).into(), "other_topic"),
        ("room:lobby", lobby("2", &invented).into(), "forged"),
        ("room:lobby", lobby("0", &invented).into(), "forged"),
        ("room:lobby", lobby("1000000", &invented).into(), "forged"),
        (
            "room:lobby",
            lobby("18446744073709551615", &invented).into(),
            "forged",
        ),
        ("room:lobby", lobby("2", "not JSON").into(), "forged"),
        (
            "room:lobby",
            lobby("0", r#"{"type":"goaway","within_ms":0}"#).into(),
            "forged",
        ),
        (
            "room:lobby",
            lobby(
                "2",
                r#"{"type":"accepted","cid":"c","room":"lobby","seq":9,"at":0}"#,
            )
            .into(),
            "forged",
        ),
        ("all", (head("all", "0") + ghost).into(), "forged"),
        (
            "all",
            (head("all", "0") + r#"{"type":"nodes","nodes":["http://evil.example"]}"#).into(),
            "forged",
        ),
    ];
    for (channel, payload, _) in &frames {
        publish(&mut world, channel, payload).await;
    }
    ann.says("second").await;
    hears_only_talk_until(&mut bob, "second").await;
    hears_only_talk_until(&mut ann, "second").await;
    assert_eq!(bob.bodies(), ["first", "second"]);
    assert_eq!(ann.bodies(), ["first", "second"]);
    for (_, _, reason) in &frames {
        let wanted = frames
            .iter()
            .filter(|(_, _, other)| other == reason)
            .count() as u64;
        for node in [&one, &two] {
            assert_eq!(dropped(node, reason).await, wanted, "{reason}");
        }
    }
    let _cyd = Visitor::joins(&one, "Cyd").await.enters(&one).await;
    bob.is_told("Cyd", true).await;
}

#[tokio::test]
async fn a_frame_that_was_overheard_is_good_for_nothing() {
    let mut world = World::with_redis();
    let mut stranger = Eavesdropper::listens(&mut world).await;
    let (one, two) = (world.node().await, world.node().await);
    let mut ann = Visitor::joins(&one, "Ann").await.enters(&one).await;
    let mut bob = Visitor::joins(&two, "Bob").await.enters(&two).await;
    ann.is_told("Bob", true).await;
    ann.says("first").await;
    bob.sees("first").await;
    let came = stranger.hears("all").await;
    let said = stranger.hears("room:lobby").await;

    publish(&mut world, "all", came.as_bytes()).await;
    publish(&mut world, "room:lobby", said.as_bytes()).await;
    let changed = [said.replace("first", "last"), said.replace(" 1 ", " 2 ")];
    for forged in &changed {
        assert_ne!(*forged, said);
        publish(&mut world, "room:lobby", forged.as_bytes()).await;
    }
    bob.says("second").await;
    hears_only_talk_until(&mut ann, "second").await;
    hears_only_talk_until(&mut bob, "second").await;
    assert_eq!(ann.bodies(), ["first", "second"]);
    assert_eq!(bob.bodies(), ["first", "second"]);
    assert_eq!(dropped(&two, "forged").await, changed.len() as u64);
    assert_eq!(one.counts("confab_people_online").await, 2);
}

#[tokio::test]
async fn a_forged_sign_out_ends_no_session() {
    let mut world = World::with_redis();
    let node = world.node().await;
    let visitor = Visitor::joins(&node, "Ann").await;
    let mut ann = visitor.enters(&node).await;
    ann.says("hi").await;
    ann.sees("hi").await;
    let (_, token) = visitor.cookie.split_once('=').expect("a pair");
    let hash = Token::received(token).expect("it is ours").hash();
    let sign_in: String = hash[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    let inbox = RoomId::inbox(&ann.entries[0].sender).to_string();
    let entry = serde_json::to_string(&ann.entries[0]).expect("it serialises");
    let entry = entry.replace(
        r#""kind":"posted""#,
        &format!(r#""kind":"signed_out","target":"{sign_in}""#),
    );
    let entry = entry.replace(r#""room":"lobby""#, &format!(r#""room":"{inbox}""#));
    let head = format!("{} n9 room:{inbox} 1 AAAAAAAAAAAAAAAAAAAAAA", ann.epoch);
    let forged = format!("{head}\n{{\"type\":\"entry\",{}", &entry[1..]);
    publish(&mut world, &format!("room:{inbox}"), forged.as_bytes()).await;
    ann.says("still here").await;
    ann.sees("still here").await;
    assert_eq!(dropped(&node, "forged").await, 1);
}
