//! The JSON of every frame, to the letter: what other builds and other clients rely on.

use std::collections::BTreeMap;
use std::fmt::Debug;

use protocol::{
    Close, Command, Cursor, Entry, Event, Kind, LastLine, Name, Next, Page, Person, Reason, RoomId,
    RoomKind, RoomState, SessionId, SignInId, Signal, Tag, Target, UserId,
};
use serde::{Serialize, de::DeserializeOwned};

fn check<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T, json: &str) {
    assert_eq!(serde_json::to_string(value).expect("serialises"), json);
    assert_eq!(&serde_json::from_str::<T>(json).expect("parses"), value);
}

fn ann() -> Person {
    Person {
        id: id("u1"),
        name: Name::parse("Ann").expect("a name"),
    }
}

fn id<T: std::str::FromStr<Err = protocol::BadId>>(text: &str) -> T {
    text.parse().expect("an id")
}

fn entry() -> Entry {
    Entry {
        room: RoomId::lobby(),
        seq: 7,
        offset: 9,
        sender: ann().id,
        name: ann().name,
        cid: id("c-1"),
        kind: Kind::Posted,
        target: None,
        body: "hi <b>".to_owned(),
        enclosed: None,
        at: 1_795_000_000_000,
    }
}

const ENTRY: &str = r#"{"room":"lobby","seq":7,"offset":9,"sender":"u1","name":"Ann","cid":"c-1","kind":"posted","body":"hi <b>","at":1795000000000}"#;

fn tea() -> RoomState {
    RoomState {
        id: id("r1"),
        name: "Tea".to_owned(),
        top: 9,
        kind: RoomKind::Group,
        topic: "green".to_owned(),
        read: 7,
        unread: 2,
        mentions: 1,
        last: Some(LastLine {
            name: ann().name,
            body: "hi".to_owned(),
            at: 5,
        }),
        people: vec![ann()],
        muted: true,
        owned: true,
    }
}

const TEA: &str = r#"{"id":"r1","name":"Tea","top":9,"kind":"group","topic":"green","read":7,"unread":2,"mentions":1,"last":{"name":"Ann","body":"hi","at":5},"people":[{"id":"u1","name":"Ann"}],"muted":true,"owned":true}"#;

#[test]
fn commands() {
    let cursor = Cursor {
        epoch: id("e1"),
        seq: 7,
        tag: Some(Tag::of(&id("u1"), &id("c-1"))),
    };
    check(
        &Command::Hello {
            version: 1,
            token: None,
            open: RoomId::lobby(),
            cursors: BTreeMap::new(),
        },
        r#"{"type":"hello","version":1,"open":"lobby","cursors":{}}"#,
    );
    check(
        &Command::Hello {
            version: 1,
            token: Some("t".to_owned()),
            open: RoomId::lobby(),
            cursors: BTreeMap::from([(RoomId::lobby(), cursor)]),
        },
        r#"{"type":"hello","version":1,"token":"t","open":"lobby","cursors":{"lobby":{"epoch":"e1","seq":7,"tag":"TAG"}}}"#
            .replace("TAG", &String::from(Tag::of(&id("u1"), &id("c-1"))))
            .as_str(),
    );
    check(
        &Command::Send {
            cid: id("c-1"),
            room: RoomId::lobby(),
            kind: Kind::Posted,
            target: None,
            body: "hi\n\"you\"".to_owned(),
        },
        r#"{"type":"send","cid":"c-1","room":"lobby","body":"hi\n\"you\""}"#,
    );
    check(
        &Command::Send {
            cid: id("c-2"),
            room: RoomId::lobby(),
            kind: Kind::Edited,
            target: Some(Target::message(7)),
            body: "ho".to_owned(),
        },
        r#"{"type":"send","cid":"c-2","room":"lobby","kind":"edited","target":"7","body":"ho"}"#,
    );
    check(
        &Command::Open {
            room: RoomId::lobby(),
            cursor: None,
        },
        r#"{"type":"open","room":"lobby"}"#,
    );
    check(
        &Command::Read {
            room: RoomId::lobby(),
            seq: 7,
        },
        r#"{"type":"read","room":"lobby","seq":7}"#,
    );
    check(
        &Command::People {
            room: RoomId::lobby(),
        },
        r#"{"type":"people","room":"lobby"}"#,
    );
    check(
        &Command::Typing {
            room: RoomId::lobby(),
        },
        r#"{"type":"typing","room":"lobby"}"#,
    );
    check(&Command::Heartbeat, r#"{"type":"heartbeat"}"#);
}

#[test]
fn events() {
    check(
        &Event::Welcome {
            session: id("s1"),
            me: ann(),
            epoch: id("e1"),
            token: "t".to_owned(),
            nodes: vec!["http://127.0.0.1:8080".to_owned()],
            rooms: vec![RoomState {
                id: RoomId::lobby(),
                name: "Lobby".to_owned(),
                top: 7,
                ..RoomState::default()
            }],
            more: false,
        },
        r#"{"type":"welcome","session":"s1","me":{"id":"u1","name":"Ann"},"epoch":"e1","token":"t","nodes":["http://127.0.0.1:8080"],"rooms":[{"id":"lobby","name":"Lobby","top":7}]}"#,
    );
    check(
        &Event::Entries {
            room: RoomId::lobby(),
            fresh: true,
            entries: vec![entry()],
            closed: vec![],
            aside: vec![],
        },
        &format!(r#"{{"type":"entries","room":"lobby","fresh":true,"entries":[{ENTRY}]}}"#),
    );
    check(
        &Event::Entries {
            room: RoomId::lobby(),
            fresh: false,
            entries: vec![entry()],
            closed: vec![(2, 6)],
            aside: vec![entry()],
        },
        &format!(
            r#"{{"type":"entries","room":"lobby","fresh":false,"entries":[{ENTRY}],"closed":[[2,6]],"aside":[{ENTRY}]}}"#
        ),
    );
    check(
        &Event::Rooms {
            rooms: vec![tea()],
            more: true,
        },
        &format!(r#"{{"type":"rooms","rooms":[{TEA}],"more":true}}"#),
    );
    check(
        &Event::RoomGone {
            room: id("r1"),
            message: Some("off topic".to_owned()),
        },
        r#"{"type":"room_gone","room":"r1","message":"off topic"}"#,
    );
    check(
        &Event::Read {
            room: id("r1"),
            seq: 7,
        },
        r#"{"type":"read","room":"r1","seq":7}"#,
    );
    check(
        &Event::Entry(entry()),
        &format!(r#"{{"type":"entry",{}"#, &ENTRY[1..]),
    );
    check(
        &Event::Accepted {
            cid: id("c-1"),
            room: RoomId::lobby(),
            seq: 7,
            at: 5,
        },
        r#"{"type":"accepted","cid":"c-1","room":"lobby","seq":7,"at":5}"#,
    );
    check(
        &Event::Rejected {
            cid: id("c-1"),
            reason: Reason::BodyTooLong,
            retry_after_ms: None,
        },
        r#"{"type":"rejected","cid":"c-1","reason":"body_too_long"}"#,
    );
    check(
        &Event::Rejected {
            cid: id("c-1"),
            reason: Reason::RateLimited,
            retry_after_ms: Some(200),
        },
        r#"{"type":"rejected","cid":"c-1","reason":"rate_limited","retry_after_ms":200}"#,
    );
    check(
        &Event::Online {
            version: 3,
            count: 1,
            people: vec![ann()],
        },
        r#"{"type":"online","version":3,"count":1,"people":[{"id":"u1","name":"Ann"}]}"#,
    );
    check(
        &Event::OnlineChanged {
            version: 4,
            count: 1,
            joined: vec![ann()],
            left: vec![],
        },
        r#"{"type":"online_changed","version":4,"count":1,"joined":[{"id":"u1","name":"Ann"}]}"#,
    );
    check(
        &Event::OnlineChanged {
            version: 5,
            count: 0,
            joined: vec![],
            left: vec![ann()],
        },
        r#"{"type":"online_changed","version":5,"count":0,"left":[{"id":"u1","name":"Ann"}]}"#,
    );
    check(
        &Event::People {
            room: RoomId::lobby(),
            count: 1,
            people: vec![ann()],
        },
        r#"{"type":"people","room":"lobby","count":1,"people":[{"id":"u1","name":"Ann"}]}"#,
    );
    check(
        &Event::PeopleChanged {
            room: RoomId::lobby(),
        },
        r#"{"type":"people_changed","room":"lobby"}"#,
    );
    check(
        &Event::OnlineStale { stale: true },
        r#"{"type":"online_stale","stale":true}"#,
    );
    check(
        &Event::Typing {
            room: RoomId::lobby(),
            person: ann(),
        },
        r#"{"type":"typing","room":"lobby","person":{"id":"u1","name":"Ann"}}"#,
    );
    check(
        &Event::Signal(Signal {
            room: Some(RoomId::lobby()),
            sender: ann().id,
            name: ann().name,
            body: String::new(),
            enclosed: None,
            at: 5,
        }),
        r#"{"type":"signal","room":"lobby","sender":"u1","name":"Ann","at":5}"#,
    );
    check(
        &Event::Error {
            reason: Reason::Malformed,
            message: "what is wrong".to_owned(),
        },
        r#"{"type":"error","reason":"malformed","message":"what is wrong"}"#,
    );
    check(
        &Event::TryAgain {
            retry_after_ms: 1500,
        },
        r#"{"type":"try_again","retry_after_ms":1500}"#,
    );
    check(
        &Event::Nodes {
            nodes: vec!["http://127.0.0.1:8081".to_owned()],
        },
        r#"{"type":"nodes","nodes":["http://127.0.0.1:8081"]}"#,
    );
    check(&Event::Heartbeat, r#"{"type":"heartbeat"}"#);
    check(
        &Event::Goaway { within_ms: 3000 },
        r#"{"type":"goaway","within_ms":3000}"#,
    );
}

#[test]
fn entries_about_somebody_or_something() {
    let user: UserId = id("u2");
    for (kind, name, target) in [
        (Kind::Added, "added", Target::from(&user)),
        (Kind::Removed, "removed", Target::from(&user)),
        (Kind::Added, "added", Target::from(&RoomId::lobby())),
        (Kind::Edited, "edited", Target::message(7)),
        (Kind::Deleted, "deleted", Target::message(7)),
        (Kind::Reacted, "reacted", Target::message(7)),
        (Kind::Unreacted, "unreacted", Target::message(7)),
        (Kind::Banned, "banned", Target::from(&user)),
        (Kind::Kicked, "kicked", Target::from(&user)),
        (
            Kind::Connected,
            "connected",
            Target::from(&id::<SessionId>("s1")),
        ),
        (
            Kind::SignedOut,
            "signed_out",
            Target::from(&id::<SignInId>("0123456789abcdef")),
        ),
    ] {
        let about = target.as_str().to_owned();
        let entry = Entry {
            kind,
            target: Some(target),
            ..entry()
        };
        let json = ENTRY.replace(
            r#""kind":"posted""#,
            &format!(r#""kind":"{name}","target":"{about}""#),
        );
        check(&entry, &json);
        check(
            &Event::Entry(entry),
            &format!(r#"{{"type":"entry",{}"#, &json[1..]),
        );
    }
}

#[cfg(feature = "enclosed")]
#[test]
fn what_a_program_encloses_stands_in_it_as_json() {
    use protocol::{Enclosed, Label, TooMuch};
    use serde_json::json;

    let label: Label = "build.done".parse().expect("a type");
    let data = json!({ "nth": 4711, "is": ["green", null, 1.5] });
    let enclosed = Enclosed::new(Some(label), Some(data)).expect("it is little");
    let entry = Entry {
        kind: Kind::Notice,
        enclosed,
        ..entry()
    };
    let both =
        r#""enclosed":{"type":"build.done","data":{"is":["green",null,1.5],"nth":4711}},"at""#;
    let json = ENTRY.replace("posted", "notice").replace(r#""at""#, both);
    check(&entry, &json);
    check(
        &Event::Entry(entry.clone()),
        &format!(r#"{{"type":"entry",{}"#, &json[1..]),
    );
    let signal = Signal {
        room: None,
        sender: entry.sender,
        name: entry.name,
        body: "hi".to_owned(),
        enclosed: Enclosed::new(None, Some(json!([]))).expect("it is little"),
        at: 5,
    };
    check(
        &Event::Signal(signal),
        r#"{"type":"signal","sender":"u1","name":"Ann","body":"hi","enclosed":{"data":[]},"at":5}"#,
    );
    assert_eq!(Enclosed::new(None, None), Ok(None));
    let text = |bytes| Some(json!("x".repeat(bytes - 2)));
    let most = protocol::limits::DATA_BYTES_MAX;
    assert!(Enclosed::new(None, text(most)).is_ok());
    assert_eq!(Enclosed::new(None, text(most + 1)), Err(TooMuch));
    for unfit in ["", "Build", "a b", "é", &"x".repeat(65)] {
        assert!(unfit.parse::<Label>().is_err(), "{unfit:?}");
    }
}

#[test]
fn a_room_of_two_is_the_same_whoever_asks() {
    let (ann, bob): (UserId, UserId) = (id("u1"), id("u2"));
    let room = RoomId::direct(&ann, &bob).expect("short ids");
    assert_eq!(room.as_str(), "direct-u1-u2");
    assert_eq!(RoomId::direct(&bob, &ann), Some(room));
    let long: UserId = id(&"u".repeat(58));
    assert_eq!(RoomId::direct(&ann, &long), None);
}

#[test]
fn a_message_is_meant_by_its_seq() {
    assert_eq!(Target::message(17).as_str(), "17");
    for (text, seq) in [
        ("17", Some(17)),
        ("017", None),
        ("0", None),
        ("u17", None),
        ("99999999999999999999", None),
    ] {
        assert_eq!(id::<Target>(text).seq(), seq, "{text}");
    }
}

#[test]
fn an_inbox_is_named_by_its_user() {
    let longest = "u".repeat(58);
    for user in ["u1", &longest] {
        let inbox = RoomId::inbox(&id(user));
        assert_eq!(inbox.as_str(), format!("inbox-{user}"));
        assert!(inbox.is_inbox() && inbox.as_str().parse() == Ok(inbox));
    }
    assert!(!RoomId::lobby().is_inbox());
    assert!(
        "u".repeat(59).parse::<UserId>().is_err(),
        "its inbox would have no name"
    );
}

#[test]
fn a_page() {
    check(
        &Page {
            epoch: id("e1"),
            top: 7,
            entries: vec![entry()],
            closed: vec![],
            aside: vec![],
            ended: false,
        },
        &format!(r#"{{"epoch":"e1","top":7,"entries":[{ENTRY}]}}"#),
    );
    check(
        &Page {
            epoch: id("e1"),
            top: 7,
            entries: vec![entry()],
            closed: vec![(1, 3), (5, 6)],
            aside: vec![entry()],
            ended: true,
        },
        &format!(
            r#"{{"epoch":"e1","top":7,"entries":[{ENTRY}],"closed":[[1,3],[5,6]],"aside":[{ENTRY}],"ended":true}}"#
        ),
    );
}

#[test]
fn what_is_new_to_this_build_is_skipped() {
    let event = serde_json::from_str::<Event>(r#"{"type":"hologram","depth":3}"#).expect("parses");
    assert_eq!(event, Event::Unknown);
    let reason = serde_json::from_str::<Reason>(r#""too_blue""#).expect("parses");
    assert_eq!(reason, Reason::Unknown);
    let command =
        serde_json::from_str::<Command>(r#"{"type":"heartbeat","mood":"fine"}"#).expect("parses");
    assert_eq!(command, Command::Heartbeat);
    let newer = ENTRY.replace("\"posted\"", "\"sung\"");
    assert_eq!(
        serde_json::from_str::<Entry>(&newer).expect("parses").kind,
        Kind::Unknown
    );
}

#[test]
fn no_command_names_a_sender() {
    let forged =
        r#"{"type":"send","cid":"c-1","room":"lobby","body":"hi","sender":"u2","name":"Bob"}"#;
    let command = serde_json::from_str::<Command>(forged).expect("parses");
    let said = serde_json::to_string(&command).expect("serialises");
    assert!(!said.contains("u2") && !said.contains("Bob"), "{said}");
}

#[test]
fn unfit_ids_do_not_parse() {
    for room in ["", "a b", "../etc", "é", &"x".repeat(65)] {
        assert!(room.parse::<RoomId>().is_err(), "{room:?}");
    }
}

#[test]
fn close_codes() {
    let table = [
        (Close::Normal, 1000, Next::Reconnect),
        (Close::Protocol, 1002, Next::Reconnect),
        (Close::Binary, 1003, Next::Reconnect),
        (Close::NotUtf8, 1007, Next::Reconnect),
        (Close::Policy, 1008, Next::Reconnect),
        (Close::TooBig, 1009, Next::Reconnect),
        (Close::Internal, 1011, Next::Reconnect),
        (Close::Restart, 1012, Next::Reconnect),
        (Close::Overload, 1013, Next::Reconnect),
        (Close::NoHello, 4000, Next::Reconnect),
        (Close::SessionEnded, 4001, Next::Reload),
        (Close::Banned, 4003, Next::Stop),
        (Close::Version, 4004, Next::Reload),
        (Close::Flooding, 4008, Next::Reconnect),
        (Close::Slow, 4010, Next::Reconnect),
        (Close::Heartbeat, 4011, Next::Reconnect),
    ];
    for (close, code, next) in table {
        assert_eq!((close.code(), Close::next(code)), (code, next), "{close:?}");
    }
    assert_eq!(
        Close::next(1006),
        Next::Reconnect,
        "a broken connection is tried again"
    );
}
