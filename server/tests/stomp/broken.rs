//! What is no STOMP: each is answered with an ERROR that names what is wrong, and ends that connection alone.

use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use crate::frame::frame;
use crate::line::Way;
use crate::speaker::Speaker;
use crate::world::World;

/// What is wrong in the first frame, and what the ERROR says of it.
const FIRST: [(&str, &str); 12] = [
    ("HELLO\n\n\0", "“HELLO” is no command"),
    ("connect\n\n\0", "no command"),
    (
        "SEND\ndestination:/topic/public\n\n{}\0",
        "the first frame is CONNECT",
    ),
    (
        "SUBSCRIBE\nid:1\ndestination:/topic/public\n\n\0",
        "the first frame is CONNECT",
    ),
    ("CONNECT\naccept-version:2.0\n\n\0", "1.2, 1.1 and 1.0"),
    (
        "CONNECT\naccept-version:1.2\nheart-beat:often\n\n\0",
        "heart-beat is two numbers",
    ),
    (
        "CONNECT\naccept-version:1.2\nheart-beat:-1,0\n\n\0",
        "heart-beat is two numbers",
    ),
    ("CONNECT\nnothing\n\n\0", "name:value"),
    ("CONNECT\n:x\n\n\0", "needs a name"),
    ("CONNECT\0", "an empty line"),
    (
        "CONNECT\naccept-version:1.2\n\nbody\0",
        "only a SEND has a body",
    ),
    ("\0", "an empty line"),
];

/// The same after CONNECT.
const LATER: [(&str, &str); 22] = [
    ("CONNECT\naccept-version:1.2\n\n\0", "CONNECT comes once"),
    ("MESSAGE\n\n\0", "no command"),
    ("ACK\nid:1\n\n\0", "ACK is not done here"),
    ("NACK\nid:1\n\n\0", "NACK is not done here"),
    ("BEGIN\ntransaction:1\n\n\0", "BEGIN is not done here"),
    ("COMMIT\ntransaction:1\n\n\0", "no transactions"),
    ("ABORT\ntransaction:1\n\n\0", "no transactions"),
    ("SEND\n\n{}\0", "SEND needs a destination"),
    (
        "SEND\ndestination:/topic/public\ntransaction:1\n\n{}\0",
        "no transactions",
    ),
    (
        "SEND\ndestination:/app/hello\n\n{}\0",
        "/app/chat.sendMessage",
    ),
    (
        "SEND\ndestination:/topic/public\n\nhi\0",
        "JSON object such as",
    ),
    (
        "SEND\ndestination:/topic/public\n\n[1]\0",
        "JSON object such as",
    ),
    (
        "SEND\ndestination:/topic/public\n\n{\"content\":[]}\0",
        "content is a text",
    ),
    ("SEND\ndestination:a\\tb\n\n{}\0", "escape"),
    (
        "SEND\ncontent-length:1\ndestination:/topic/public\n\n{}\0",
        "no NUL follows it",
    ),
    ("SEND\ncontent-length:many\n\n{}\0", "content-length"),
    (
        "SUBSCRIBE\ndestination:/topic/public\n\n\0",
        "SUBSCRIBE needs an id",
    ),
    ("SUBSCRIBE\nid:1\n\n\0", "SUBSCRIBE needs a destination"),
    (
        "SUBSCRIBE\nid:1\ndestination:/queue/x\n\n\0",
        "/topic/room.<id>",
    ),
    (
        "SUBSCRIBE\nid:1\ndestination:/topic/public\nack:client\n\n\0",
        "ack is auto",
    ),
    ("UNSUBSCRIBE\nid:9\n\n\0", "no subscription “9”"),
    (
        "SUBSCRIBE\nid:\ndestination:/topic/public\n\n\0",
        "1 to 128 bytes",
    ),
];

#[tokio::test]
async fn a_broken_first_frame_is_named() {
    let world = World::alone();
    let node = world.node().await;
    for (text, says) in FIRST {
        let mut speaker = Speaker::opens(&node, Way::Plain, "").await;
        speaker.line.writes(text).await;
        let (error, code) = speaker.is_refused().await;
        assert!(
            error.header("message").contains(says),
            "{text:?}: {error:?}"
        );
        assert_eq!(error.body, error.header("message"));
        assert_eq!(error.header("version"), "1.2,1.1,1.0");
        assert_eq!(code, 1002, "{text:?}");
    }
    Speaker::are_gone(&node).await;
}

#[tokio::test]
async fn a_broken_frame_is_named() {
    let world = World::alone();
    let node = world.node().await;
    let mut other = Speaker::enters(&node, Way::SockJs, "Other").await;
    for (text, says) in LATER {
        let mut speaker = Speaker::connects(&node, Way::Plain).await;
        speaker.line.writes(text).await;
        let (error, code) = speaker.is_refused().await;
        assert!(
            error.header("message").contains(says),
            "{text:?}: {error:?}"
        );
        assert_eq!(code, 1002, "{text:?}");
    }
    other.says("nobody else noticed").await;
    other.sees("nobody else noticed").await;
}

#[tokio::test]
async fn a_refusal_tells_the_receipt_that_was_asked_for() {
    let world = World::alone();
    let node = world.node().await;
    let mut speaker = Speaker::connects(&node, Way::Plain).await;
    let headers = [("destination", "/app/hello"), ("receipt", "r-1")];
    speaker.sends("SEND", &headers, "{}").await;
    let (error, _) = speaker.is_refused().await;
    assert_eq!(error.header("receipt-id"), "r-1");
}

#[tokio::test]
async fn a_damaged_frame_never_takes_the_node_along() {
    let world = World::alone();
    let node = world.node().await;
    let whole = frame(
        "SEND",
        &[
            ("destination", "/app/chat.sendMessage"),
            ("content-length", "15"),
            ("x", "a\\cb"),
        ],
        &json!({"content": "é"}).to_string(),
    );
    let signs: Vec<char> = whole.chars().collect();
    let nothing = "\0".repeat(40_000);
    let mut chance = fastrand::Rng::with_seed(6);
    let mut ended = 0;
    for _ in 0..300 {
        let mut damaged = signs.clone();
        for _ in 0..=chance.usize(..3) {
            let at = chance.usize(..damaged.len());
            match chance.u8(..4) {
                0 => drop(damaged.remove(at)),
                1 => damaged.insert(at, *chance.choice(&signs).expect("there are some")),
                2 => damaged[at] = char::from(chance.u8(..128)),
                _ => damaged.truncate(at.max(1)),
            }
        }
        let damaged: String = damaged.into_iter().collect();
        let mut speaker = Speaker::connects(&node, Way::Plain).await;
        speaker.line.writes(&damaged).await;
        // An ERROR, as it is no frame or as nobody has a name; or more is waited for, but not more than fits.
        speaker.line.writes(&nothing).await;
        speaker.line.writes(&nothing).await;
        ended += u32::from(!speaker.is_refused().await.0.body.is_empty());
    }
    assert_eq!(ended, 300, "each is told why");
    let mut ann = Speaker::enters(&node, Way::Plain, "Ann").await;
    ann.says("all is well").await;
    ann.sees("all is well").await;
}

#[tokio::test]
async fn a_frame_that_is_too_long_is_refused_and_not_kept() {
    let world = World::alone();
    let node = world.node().await;
    let long = "x".repeat(40_000);
    let mut speaker = Speaker::connects(&node, Way::Plain).await;
    speaker
        .line
        .writes(&format!("SEND\ndestination:/topic/public\n\n{long}"))
        .await;
    speaker.line.writes(&long).await;
    let (error, code) = speaker.is_refused().await;
    assert!(error.header("message").contains("65536 bytes"), "{error:?}");
    assert_eq!(code, 1009);
    let mut speaker = Speaker::connects(&node, Way::Plain).await;
    speaker.line.writes(&format!("{long}{long}")).await;
    assert_eq!(speaker.is_closed().await, 1009);
}

#[tokio::test]
async fn bytes_are_refused_with_their_code() {
    let world = World::alone();
    let node = world.node().await;
    let mut speaker = Speaker::connects(&node, Way::Plain).await;
    speaker
        .line
        .writes_raw(Message::binary(frame("SEND", &[], "").into_bytes()))
        .await;
    let (error, code) = speaker.is_refused().await;
    assert!(
        error.header("message").contains("text frames only"),
        "{error:?}"
    );
    assert_eq!(code, 1003);
}

#[tokio::test]
async fn too_many_subscriptions_are_refused() {
    let world = World::alone();
    let node = world
        .node_with(&["--sends-per-sec", "1000", "--sends-burst", "1000"])
        .await;
    let mut speaker = Speaker::connects(&node, Way::Plain).await;
    speaker.subscribes("0", "/topic/public").await;
    for nth in 1..512 {
        let id = nth.to_string();
        speaker
            .sends(
                "SUBSCRIBE",
                &[("id", &id), ("destination", "/topic/public")],
                "",
            )
            .await;
    }
    speaker
        .sends(
            "SUBSCRIBE",
            &[("id", "last"), ("destination", "/topic/public")],
            "",
        )
        .await;
    let (error, _) = speaker.is_refused().await;
    assert!(
        error
            .header("message")
            .contains("at most 512 subscriptions"),
        "{error:?}"
    );
    let mut twice = Speaker::connects(&node, Way::Plain).await;
    twice.subscribes("0", "/topic/public").await;
    twice
        .sends(
            "SUBSCRIBE",
            &[("id", "0"), ("destination", "/user/message")],
            "",
        )
        .await;
    let (error, _) = twice.is_refused().await;
    assert!(error.header("message").contains("“0” already"), "{error:?}");
}
