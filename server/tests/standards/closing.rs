//! How a connection ends.

use crate::world::World;
use crate::world::raw::{CLOSE, FIN, Heard, PING, Raw, TEXT, close, frame};
use crate::{Answer, Case, HEARTBEAT, check};

#[tokio::test]
async fn a_valid_code_is_said_back() {
    let mut cases = vec![
        Case::closed("no code", &[frame(FIN | CLOSE, b"")], &[1005, 1000]),
        Case::closed("a reason", &[close(1000, b"bye")], &[1000]),
        Case::closed("the longest reason", &[close(1000, &[b'x'; 123])], &[1000]),
        Case::closed(
            "a reason of many bytes",
            &[close(1000, "再见".as_bytes())],
            &[1000],
        ),
        Case::closed("a reason", &[close(1000, b"bye")], &[1000]).dripped(),
    ];
    // As a constant each, so that a case can hold it.
    for codes in [
        &[1000],
        &[1001],
        &[1002],
        &[1003],
        &[1007],
        &[1008],
        &[1009],
        &[1010],
        &[1011],
        &[1012],
        &[1013],
        &[3000],
        &[3999],
        &[4000],
        &[4999],
    ] as [&'static [u16]; 15]
    {
        cases.push(Case::closed(
            format!("{}", codes[0]),
            &[close(codes[0], b"")],
            codes,
        ));
    }
    check(cases).await;
}

#[tokio::test]
async fn an_invalid_close_is_a_protocol_error() {
    let mut cases = vec![
        Case::closed("a body of one byte", &[frame(FIN | CLOSE, &[3])], &[1002]),
        Case::closed("126 bytes", &[close(1000, &[b'x'; 124])], &[1002]),
        Case::closed("in parts", &[frame(CLOSE, &[0x03, 0xE8])], &[1002]),
    ];
    for code in [
        0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535,
    ] {
        cases.push(Case::closed(
            format!("{code}"),
            &[close(code, b"")],
            &[1002],
        ));
        let name = format!("{code} and a reason");
        cases.push(Case::closed(name, &[close(code, b"bye")], &[1002]));
    }
    for (name, reason) in [
        ("a reason that is not UTF-8", &b"\xCE\xBA\xFF"[..]),
        ("a surrogate in the reason", b"\xED\xA0\x80"),
        ("a reason that is cut off", b"bye \xF0\x9F\x98"),
    ] {
        cases.push(Case::closed(name, &[close(1000, reason)], &[1007, 1002]));
    }
    check(cases).await;
}

#[tokio::test]
async fn what_comes_after_a_close_is_ignored() {
    let bye = || close(1000, b"");
    check(vec![
        Case::closed("a text", &[bye(), frame(FIN | TEXT, HEARTBEAT)], &[1000]),
        Case::closed("a ping", &[bye(), frame(FIN | PING, b"x")], &[1000]),
        Case::closed("a second close", &[bye(), close(1001, b"")], &[1000]),
        Case::closed("a broken frame", &[bye(), vec![0xFF; 64]], &[1000]),
        Case::closed(
            "a long text",
            &[bye(), frame(FIN | TEXT, &[b'x'; 60_000])],
            &[1000],
        ),
        Case::new(
            "what came before it",
            &[frame(FIN | TEXT, HEARTBEAT), bye()],
            &[Answer::Heartbeat, Answer::Closed(&[1000])],
        ),
    ])
    .await;
}

#[tokio::test]
async fn before_a_hello_the_codes_are_as_true() {
    let world = World::alone();
    let node = world.node().await;
    for (name, bytes, wanted) in [
        ("a close", close(3000, b""), 3000),
        ("an invalid code", close(1005, b""), 1002),
        ("not UTF-8", frame(FIN | TEXT, b"\xFF"), 1007),
        ("no mask", vec![FIN | TEXT, 0], 1002),
        ("binary", frame(FIN | 0x2, b"x"), 1003),
        ("too big", frame(FIN | TEXT, &vec![b'x'; 1 << 20]), 1009),
        ("no hello", frame(FIN | TEXT, HEARTBEAT), 4000),
    ] {
        let mut raw = Raw::connects(&node, "").await;
        raw.writes(&bytes).await;
        assert_eq!(raw.hears().await, Heard::Close(wanted), "{name}");
    }
}
