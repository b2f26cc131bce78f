//! Messages in parts.

use protocol::Reason;

use crate::world::raw::{BINARY, CLOSE, CONTINUED, FIN, PING, PONG, TEXT, frame};
use crate::{Answer, Case, HEARTBEAT, check};

/// A text in parts of these sizes; the last takes the rest.
pub fn parts(text: &[u8], size: usize) -> Vec<Vec<u8>> {
    let chunks: Vec<&[u8]> = text.chunks(size).collect();
    let last = chunks.len() - 1;
    let part = |(nth, chunk): (usize, &&[u8])| {
        let opcode = if nth == 0 { TEXT } else { CONTINUED };
        frame(if nth == last { FIN | opcode } else { opcode }, chunk)
    };
    chunks.iter().enumerate().map(part).collect()
}

#[tokio::test]
async fn parts_make_one_message() {
    let (start, end) = HEARTBEAT.split_at(7);
    let mut cases = Vec::new();
    for size in [1, 2, 5, 19] {
        let parts = parts(HEARTBEAT, size);
        cases.push(Case::new(
            format!("parts of {size}"),
            &parts,
            &[Answer::Heartbeat],
        ));
        cases.push(Case::new(format!("parts of {size}"), &parts, &[Answer::Heartbeat]).dripped());
    }
    cases.push(Case::new(
        "empty parts around",
        &[
            frame(TEXT, b""),
            frame(CONTINUED, start),
            frame(CONTINUED, b""),
            frame(CONTINUED, end),
            frame(FIN | CONTINUED, b""),
        ],
        &[Answer::Heartbeat],
    ));
    cases.push(Case::new(
        "nothing but empty parts",
        &[
            frame(TEXT, b""),
            frame(CONTINUED, b""),
            frame(FIN | CONTINUED, b""),
        ],
        &[Answer::Error(Reason::Malformed)],
    ));
    let mut twice = parts(HEARTBEAT, 3);
    twice.extend(parts(HEARTBEAT, 4));
    cases.push(Case::new(
        "two messages",
        &twice,
        &[Answer::Heartbeat, Answer::Heartbeat],
    ));
    cases.push(Case::closed(
        "binary in parts",
        &[frame(BINARY, b"a"), frame(FIN | CONTINUED, b"b")],
        &[1003],
    ));
    check(cases).await;
}

#[tokio::test]
async fn control_frames_between_parts() {
    let (start, end) = HEARTBEAT.split_at(7);
    let (start, end) = (frame(TEXT, start), frame(FIN | CONTINUED, end));
    let ping = |payload: &[u8]| frame(FIN | PING, payload);
    let pong = |payload: &[u8]| Answer::Pong(payload.to_vec());
    let mut between = Vec::new();
    let mut answers = Vec::new();
    for (nth, part) in parts(HEARTBEAT, 2).into_iter().enumerate() {
        between.extend([part, ping(&[nth as u8])]);
        answers.push(pong(&[nth as u8]));
    }
    answers.insert(answers.len() - 1, Answer::Heartbeat);
    check(vec![
        Case::new(
            "a ping",
            &[start.clone(), ping(b"between"), end.clone()],
            &[pong(b"between"), Answer::Heartbeat],
        ),
        Case::new(
            "a ping",
            &[start.clone(), ping(b"between"), end.clone()],
            &[pong(b"between"), Answer::Heartbeat],
        )
        .dripped(),
        Case::new(
            "a pong",
            &[start.clone(), frame(FIN | PONG, b"unasked"), end.clone()],
            &[Answer::Heartbeat],
        ),
        Case::new("a ping after each part", &between, &answers),
        Case::closed(
            "a ping that is too long",
            &[start.clone(), ping(&[b'x'; 126]), end.clone()],
            &[1002],
        ),
        Case::closed(
            "a ping in parts",
            &[
                start.clone(),
                frame(PING, b"x"),
                frame(FIN | CONTINUED, b"y"),
                end,
            ],
            &[1002],
        ),
        Case::closed(
            "a close",
            &[start, frame(FIN | CLOSE, &[0x03, 0xE8])],
            &[1000],
        ),
    ])
    .await;
}

#[tokio::test]
async fn parts_in_a_wrong_order() {
    let whole = || frame(FIN | TEXT, HEARTBEAT);
    check(vec![
        Case::closed(
            "the end of nothing",
            &[frame(FIN | CONTINUED, b"x")],
            &[1002],
        ),
        Case::closed("the middle of nothing", &[frame(CONTINUED, b"x")], &[1002]),
        Case::closed(
            "the empty end of nothing",
            &[frame(FIN | CONTINUED, b"")],
            &[1002],
        ),
        Case::new(
            "the end of what was whole",
            &[whole(), frame(FIN | CONTINUED, b"x")],
            &[Answer::Heartbeat, Answer::Closed(&[1002])],
        ),
        Case::closed(
            "a whole message in another",
            &[frame(TEXT, b"{"), whole()],
            &[1002],
        ),
        Case::closed(
            "a message's start in another",
            &[frame(TEXT, b"{"), frame(TEXT, b"}")],
            &[1002],
        ),
        Case::closed(
            "binary in a text",
            &[frame(TEXT, b"{"), frame(FIN | BINARY, b"}")],
            &[1002],
        ),
        Case::closed(
            "an unknown opcode in a text",
            &[frame(TEXT, b"{"), frame(FIN | 0x3, b"}")],
            &[1002],
        ),
    ])
    .await;
}

#[tokio::test]
async fn many_tiny_parts() {
    let mut padded = vec![b' '; 16 * 1024];
    padded.extend_from_slice(HEARTBEAT);
    let mut empty = vec![frame(TEXT, b"{")];
    empty.extend((0..10_000).map(|_| frame(CONTINUED, b"")));
    empty.push(frame(FIN | CONTINUED, &HEARTBEAT[1..]));
    check(vec![
        Case::new(
            "16 KiB in parts of a byte",
            &parts(&padded, 1),
            &[Answer::Heartbeat],
        ),
        Case::new("10,000 empty parts", &empty, &[Answer::Heartbeat]),
    ])
    .await;
}
