//! Whatever comes in gets a clear answer, and the node goes on.

mod world;

use std::collections::BTreeMap;

use protocol::{Command, Event, Reason, RoomId, limits};
use tokio_tungstenite::tungstenite::Message;
use world::person::cid;
use world::{Client, Node, Visitor, World};

async fn ann(node: &Node) -> Client {
    Visitor::joins(node, "Ann").await.enters(node).await
}

#[tokio::test]
async fn a_bad_frame_is_answered_and_the_session_lives() {
    let world = World::alone();
    let node = world.node().await;
    let mut ann = ann(&node).await;
    for (frame, wanted) in [
        ("hello", Reason::Malformed),
        ("{}", Reason::Malformed),
        ("[]", Reason::Malformed),
        (r#"{"type":"dance"}"#, Reason::UnknownCommand),
        (
            r#"{"type":"send","room":"lobby","body":"no cid"}"#,
            Reason::UnknownCommand,
        ),
        (
            r#"{"type":"send","cid":"c","room":"../etc","body":"x"}"#,
            Reason::UnknownCommand,
        ),
        (
            r#"{"type":"hello","version":1,"open":"lobby"}"#,
            Reason::BadHello,
        ),
    ] {
        ann.sends_raw(Message::text(frame)).await;
        let (reason, message) = ann
            .hears_until(|event| match event {
                Event::Error { reason, message } => Some((*reason, message.clone())),
                _ => None,
            })
            .await;
        assert_eq!(reason, wanted, "{frame}: {message}");
        assert!(!message.is_empty());
    }
    ann.says("still here").await;
}

#[tokio::test]
async fn ten_bad_frames_in_ten_seconds_end_the_session() {
    let world = World::alone();
    let node = world.node().await;
    let mut ann = ann(&node).await;
    for _ in 0..limits::BAD_FRAMES_MAX {
        ann.sends_raw(Message::text("junk")).await;
    }
    assert_eq!(ann.is_closed().await, 1008);
}

#[tokio::test]
async fn an_unfit_body_is_refused_with_its_reason() {
    let world = World::alone();
    let node = world.node().await;
    let mut ann = ann(&node).await;
    for (body, wanted) in [
        ("", Reason::BodyEmpty),
        (" \n\t ", Reason::BodyEmpty),
        ("a\u{7}b", Reason::BodyControl),
        (&"x".repeat(limits::BODY_CHARS_MAX + 1), Reason::BodyTooLong),
    ] {
        let cid = cid();
        ann.posts(&cid, body).await;
        assert_eq!(ann.is_answered(&cid).await, Err(wanted));
    }
    let send = Command::Send {
        cid: cid(),
        room: "cellar".parse().expect("an id"),
        body: "x".to_owned(),
    };
    let Command::Send { cid, .. } = &send else {
        unreachable!()
    };
    ann.sends(&send).await;
    assert_eq!(ann.is_answered(cid).await, Err(Reason::RoomUnknown));
    assert_eq!(
        ann.says(&"界".repeat(limits::BODY_CHARS_MAX)).await,
        1,
        "the longest fits"
    );
}

#[tokio::test]
async fn an_unfit_name_is_refused_with_its_reason() {
    let world = World::alone();
    let node = world.node().await;
    Visitor::joins(&node, "Ann").await;
    for name in [
        "",
        "   ",
        "ann",
        "Ａnn",
        "Admin",
        "a\u{202E}b",
        "a\tb",
        &"x".repeat(33),
    ] {
        let answer = Visitor::new()
            .submits(&node, "/join", &[("name", name)])
            .await;
        assert_eq!(answer.status().as_u16(), 422, "{name:?}");
        assert!(answer.headers().get("set-cookie").is_none(), "{name:?}");
        let page = answer.text().await.expect("text");
        assert!(
            page.contains(r#"role="alert""#),
            "{name:?}: the page says why"
        );
    }
}

#[tokio::test]
async fn broken_frames_are_closed_with_the_true_code() {
    let world = World::alone();
    let node = world.node().await;
    let visitor = Visitor::joins(&node, "Ann").await;
    let big = format!(
        r#"{{"type":"typing","room":"{}"}}"#,
        "x".repeat(limits::FRAME_BYTES_MAX)
    );
    for (message, code) in [
        (Message::binary(vec![1, 2, 3]), 1003),
        (Message::text(big), 1009),
    ] {
        let mut ann = visitor.enters(&node).await;
        ann.sends_raw(message).await;
        assert_eq!(ann.is_closed().await, code);
    }
    // Frames no library would write: FIN and opcode, mask bit and length, mask, payload.
    for (bytes, code, what) in [
        (
            &[0x81, 0x82, 0, 0, 0, 0, 0xC3, 0x28][..],
            1007,
            "text that is not UTF-8",
        ),
        (&[0x81, 0x01, b'x'][..], 1002, "a frame without a mask"),
        (&[0xC1, 0x81, 0, 0, 0, 0, b'x'][..], 1002, "a reserved bit"),
        (&[0x83, 0x80, 0, 0, 0, 0][..], 1002, "an unknown opcode"),
        (
            &[0x80, 0x81, 0, 0, 0, 0, b'x'][..],
            1002,
            "the rest of nothing",
        ),
    ] {
        let mut ann = visitor.enters(&node).await;
        ann.writes(bytes).await;
        assert_eq!(ann.is_closed().await, code, "{what}");
    }
    visitor.enters(&node).await.says("the node goes on").await;
}

#[tokio::test]
async fn a_fragmented_message_is_one_message() {
    let world = World::alone();
    let node = world.node().await;
    let mut ann = ann(&node).await;
    let text = br#"{"type":"heartbeat"}"#;
    for (nth, byte) in text.iter().enumerate() {
        let opcode = u8::from(nth == 0) | if nth + 1 == text.len() { 0x80 } else { 0 };
        ann.writes(&[opcode, 0x81, 0, 0, 0, 0, *byte]).await;
    }
    ann.hears_until(|event| matches!(event, Event::Heartbeat).then_some(()))
        .await;
}

#[tokio::test]
async fn something_else_before_the_hello_ends_the_session() {
    let world = World::alone();
    let node = world.node().await;
    let visitor = Visitor::joins(&node, "Ann").await;
    let mut hasty = visitor.connects(&node).await;
    hasty.sends(&Command::Heartbeat).await;
    assert_eq!(hasty.is_closed().await, 4000);

    let mut newer = visitor.connects(&node).await;
    newer
        .sends_raw(Message::text(
            r#"{"type":"hello","version":99,"open":"lobby"}"#,
        ))
        .await;
    assert_eq!(newer.is_closed().await, 4004);

    let mut stranger = Client::connect(&node, &[]).await.expect("the socket opens");
    stranger
        .says_hello(Some("x".repeat(43)), BTreeMap::new())
        .await;
    assert_eq!(stranger.is_closed().await, 4001);

    let mut greedy = visitor.connects(&node).await;
    let cursor = protocol::Cursor {
        epoch: "e".parse().expect("an id"),
        seq: 1,
        tag: None,
    };
    let rooms =
        (0..=limits::CURSORS_MAX).map(|nth| format!("r{nth}").parse::<RoomId>().expect("an id"));
    greedy
        .says_hello(None, rooms.map(|room| (room, cursor.clone())).collect())
        .await;
    assert_eq!(greedy.is_closed().await, 1008);
}

#[tokio::test]
async fn a_forged_sender_is_not_seen() {
    let world = World::alone();
    let node = world.node().await;
    let mut bob = Visitor::joins(&node, "Bob").await.enters(&node).await;
    let mut ann = ann(&node).await;
    let forged = r#"{"type":"send","cid":"forged","room":"lobby","body":"I am Bob","sender":"u1","name":"Bob"}"#;
    ann.sends_raw(Message::text(forged)).await;
    bob.sees("I am Bob").await;
    assert_eq!(bob.entries[0].name.as_str(), "Ann");
}

#[tokio::test]
async fn a_foreign_page_opens_no_socket_and_posts_no_form() {
    let world = World::alone();
    let node = world
        .node_with(&["--allow-origin", "https://intranet.example"])
        .await;
    let visitor = Visitor::joins(&node, "Ann").await;
    for (origin, may) in [
        ("https://evil.example", false),
        ("null", false),
        ("https://intranet.example", true),
        (node.url.as_str(), true),
    ] {
        let opened =
            Client::connect(&node, &[("cookie", &visitor.cookie), ("origin", origin)]).await;
        assert_eq!(opened.is_ok(), may, "{origin}");
    }
    let forged = visitor
        .request(&node, "POST", "/rooms/lobby/messages")
        .header("origin", "https://evil.example");
    let answer = forged
        .form(&[("cid", "c1"), ("body", "forged")])
        .send()
        .await
        .expect("an answer");
    assert_eq!(answer.status().as_u16(), 403);
}

#[tokio::test]
async fn more_sessions_than_one_may_have_are_refused() {
    let world = World::alone();
    let node = world.node().await;
    let visitor = Visitor::joins(&node, "Ann").await;
    let mut open = Vec::new();
    for _ in 0..limits::SESSIONS_PER_USER_MAX {
        open.push(visitor.enters(&node).await);
    }
    let mut one_more = visitor.connects(&node).await;
    one_more.says_hello(None, BTreeMap::new()).await;
    assert_eq!(one_more.is_closed().await, 1008);
}

#[tokio::test]
async fn commands_faster_than_any_client_end_the_session() {
    let world = World::alone();
    let node = world.node().await;
    let mut ann = ann(&node).await;
    for _ in 0..300 {
        ann.sends(&Command::Typing {
            room: RoomId::lobby(),
        })
        .await;
    }
    assert_eq!(ann.is_closed().await, 4008);
}

#[tokio::test]
async fn pings_faster_than_any_client_end_the_session() {
    let world = World::alone();
    let node = world.node().await;
    let mut ann = ann(&node).await;
    for _ in 0..300 {
        ann.sends_raw(Message::Ping(Default::default())).await;
    }
    assert_eq!(ann.is_closed().await, 4008);
}

#[tokio::test]
async fn script_in_names_and_messages_is_text_and_the_policy_forbids_inline() {
    let world = World::alone();
    let node = world.node().await;
    let visitor = Visitor::joins(&node, "<script>x</script>").await;
    let fields = [
        ("cid", "c1"),
        ("body", "<img src=x onerror=alert(1)>\"'</textarea>"),
    ];
    visitor
        .submits(&node, "/rooms/lobby/messages", &fields)
        .await;
    let answer = visitor.gets(&node, "/rooms/lobby").await;
    let policy = answer.headers()["content-security-policy"]
        .to_str()
        .expect("text")
        .to_owned();
    assert!(
        policy.contains("script-src 'self' 'nonce-") && !policy.contains("unsafe-inline"),
        "{policy}"
    );
    let page = answer.text().await.expect("text");
    assert!(
        !page.contains("<img src=x") && !page.contains("<script>x"),
        "{page}"
    );
    assert!(
        page.contains("&lt;img src=x onerror=alert(1)&gt;"),
        "{page}"
    );
}

#[tokio::test]
async fn what_is_not_there_says_so() {
    let world = World::alone();
    let node = world.node().await;
    let visitor = Visitor::joins(&node, "Ann").await;
    for path in [
        "/nowhere",
        "/rooms/cellar",
        "/rooms/..%2Fetc",
        "/rooms/cellar/entries",
        "/pkg/none.js",
    ] {
        assert_eq!(
            visitor.gets(&node, path).await.status().as_u16(),
            404,
            "{path}"
        );
    }
    assert_eq!(
        Visitor::new()
            .gets(&node, "/rooms/lobby/entries")
            .await
            .status()
            .as_u16(),
        401
    );
    let long = "x".repeat(80_000);
    let answer = visitor
        .submits(
            &node,
            "/rooms/lobby/messages",
            &[("cid", "c1"), ("body", &long)],
        )
        .await;
    assert_eq!(answer.status().as_u16(), 413);
    let answer = visitor
        .submits(
            &node,
            "/rooms/lobby/messages",
            &[("cid", "c1"), ("body", " ")],
        )
        .await;
    assert_eq!(answer.status().as_u16(), 422);
}

#[tokio::test]
async fn a_node_refuses_what_it_cannot_use_and_says_what_to_do() {
    let world = World::alone();
    let node = world.node().await;
    let taken = node.url.trim_start_matches("http://").to_owned();
    let mut free = std::net::TcpListener::bind("127.0.0.1:0")
        .expect("a port")
        .local_addr()
        .expect("bound")
        .to_string();
    free.insert_str(0, "redis://");
    for (flags, remedy) in [
        (["--listen", taken.as_str()], "give another --listen"),
        (["--backplane", free.as_str()], "give another --backplane"),
        (
            ["--store", "sqlite:/proc/none/confab.db"],
            "cannot make the folder",
        ),
        (["--log", "a=b=c"], "give error, warn, info"),
    ] {
        let said = world.refusal(&flags).await;
        assert!(said.contains(remedy), "{flags:?}: {said}");
    }
}
