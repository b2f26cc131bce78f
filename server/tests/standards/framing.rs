//! Frames, pings, reserved bits, opcodes.

use protocol::Reason;

use crate::world::raw::{BINARY, CLOSE, CONTINUED, FIN, PING, PONG, TEXT, frame, head};
use crate::{Answer, Case, HEARTBEAT, check};

/// A text of a given length that is no command, so that it is answered at once.
fn junk(length: usize) -> Vec<u8> {
    vec![b'*'; length]
}

#[tokio::test]
async fn text_frames_of_all_lengths() {
    let malformed = [Answer::Error(Reason::Malformed)];
    let mut cases = vec![
        Case::new(
            "a command",
            &[frame(FIN | TEXT, HEARTBEAT)],
            &[Answer::Heartbeat],
        ),
        Case::new(
            "two commands at once",
            &[frame(FIN | TEXT, HEARTBEAT), frame(FIN | TEXT, HEARTBEAT)],
            &[Answer::Heartbeat, Answer::Heartbeat],
        ),
        Case::new(
            "a command",
            &[frame(FIN | TEXT, HEARTBEAT)],
            &[Answer::Heartbeat],
        )
        .dripped(),
    ];
    // Around each change of the length's encoding and of the node's read buffer.
    for length in [0, 1, 125, 126, 127, 128, 2_047, 2_048, 2_049, 65_535] {
        let frames = [frame(FIN | TEXT, &junk(length))];
        cases.push(Case::new(format!("{length} bytes"), &frames, &malformed));
    }
    cases.push(Case::new("400 bytes", &[frame(FIN | TEXT, &junk(400))], &malformed).dripped());
    check(cases).await;
}

#[tokio::test]
async fn binary_frames_are_refused() {
    let mut cases = Vec::new();
    for length in [0, 1, 125, 126, 65_535] {
        let frames = [frame(FIN | BINARY, &junk(length))];
        cases.push(Case::closed(format!("{length} bytes"), &frames, &[1003]));
    }
    check(cases).await;
}

#[tokio::test]
async fn frames_without_a_mask() {
    let bare = |first: u8, payload: &[u8]| {
        let mut bytes = vec![first, payload.len() as u8];
        bytes.extend_from_slice(payload);
        bytes
    };
    let mut cases = Vec::new();
    for (name, frame) in [
        ("a text", bare(FIN | TEXT, HEARTBEAT)),
        ("an empty text", bare(FIN | TEXT, b"")),
        ("a ping", bare(FIN | PING, b"x")),
        ("a pong", bare(FIN | PONG, b"")),
        ("a close", bare(FIN | CLOSE, &[0x03, 0xE8])),
    ] {
        cases.push(Case::closed(name, &[frame], &[1002]));
    }
    check(cases).await;
}

#[tokio::test]
async fn pings_are_answered_with_what_they_carry() {
    let ping = |payload: &[u8]| frame(FIN | PING, payload);
    let pong = |payload: &[u8]| Answer::Pong(payload.to_vec());
    let binary: Vec<u8> = (0x80..=0xFF).take(125).collect();
    let mut cases = vec![
        Case::new("an empty ping", &[ping(b"")], &[pong(b"")]),
        Case::new(
            "a text",
            &[ping(b"Hello, world!")],
            &[pong(b"Hello, world!")],
        ),
        Case::new(
            "bytes that are no text",
            &[ping(&[0, 255, 254, 253, 0])],
            &[pong(&[0, 255, 254, 253, 0])],
        ),
        Case::new("125 bytes", &[ping(&binary)], &[pong(&binary)]),
        Case::new("125 bytes", &[ping(&binary)], &[pong(&binary)]).dripped(),
        Case::closed("126 bytes", &[ping(&junk(126))], &[1002]),
        Case::closed("in parts", &[frame(PING, b"x")], &[1002]),
        Case::new("a pong nobody asked for", &[frame(FIN | PONG, b"")], &[]),
        Case::new(
            "a pong with a payload",
            &[frame(FIN | PONG, b"unasked")],
            &[],
        ),
        Case::closed(
            "a pong of 126 bytes",
            &[frame(FIN | PONG, &junk(126))],
            &[1002],
        ),
        Case::closed("a pong in parts", &[frame(PONG, b"x")], &[1002]),
        Case::new(
            "a pong, then a ping",
            &[frame(FIN | PONG, b"unasked"), ping(b"asked")],
            &[pong(b"asked")],
        ),
    ];
    let ten: Vec<Vec<u8>> = (0..10)
        .map(|nth| format!("payload {nth}").into_bytes())
        .collect();
    let pings: Vec<_> = ten.iter().map(|payload| ping(payload)).collect();
    let pongs: Vec<_> = ten.iter().map(|payload| pong(payload)).collect();
    cases.push(Case::new("ten at once", &pings, &pongs));
    cases.push(Case::new("ten", &pings, &pongs).dripped());
    check(cases).await;
}

#[tokio::test]
async fn reserved_bits() {
    let mut cases = Vec::new();
    for bits in 1..8_u8 {
        let reserved = bits << 4;
        for (name, opcode, payload) in [
            ("text", TEXT, HEARTBEAT),
            ("an empty text", TEXT, b""),
            ("binary", BINARY, b"x"),
            ("a ping", PING, b"x"),
            ("a pong", PONG, b""),
            ("a close", CLOSE, &[0x03, 0xE8]),
        ] {
            let frames = [frame(FIN | reserved | opcode, payload)];
            cases.push(Case::closed(
                format!("bits {bits:03b}, {name}"),
                &frames,
                &[1002],
            ));
        }
        cases.push(Case::new(
            format!("bits {bits:03b} after a good frame"),
            &[
                frame(FIN | TEXT, HEARTBEAT),
                frame(FIN | reserved | TEXT, HEARTBEAT),
            ],
            &[Answer::Heartbeat, Answer::Closed(&[1002])],
        ));
        cases.push(Case::closed(
            format!("bits {bits:03b} in a part"),
            &[frame(TEXT, b"{"), frame(FIN | reserved | CONTINUED, b"}")],
            &[1002],
        ));
    }
    check(cases).await;
}

#[tokio::test]
async fn reserved_opcodes() {
    let mut cases = Vec::new();
    for opcode in (0x3..=0x7).chain(0xB..=0xF) {
        for (name, payload) in [("empty", &b""[..]), ("with a payload", HEARTBEAT)] {
            cases.push(Case::closed(
                format!("opcode {opcode:X}, {name}"),
                &[frame(FIN | opcode, payload)],
                &[1002],
            ));
        }
        cases.push(Case::new(
            format!("opcode {opcode:X} between good frames"),
            &[
                frame(FIN | TEXT, HEARTBEAT),
                frame(FIN | opcode, b""),
                frame(FIN | PING, b""),
            ],
            &[Answer::Heartbeat, Answer::Closed(&[1002])],
        ));
        cases.push(Case::closed(
            format!("opcode {opcode:X}, of which only the head comes"),
            &[head(FIN | opcode, 1_000)],
            &[1002],
        ));
    }
    check(cases).await;
}
