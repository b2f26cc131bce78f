//! Text is UTF-8, however it is cut.

use protocol::Reason;

use crate::fragments::parts;
use crate::world::raw::{CONTINUED, FIN, PING, TEXT, frame};
use crate::{Answer, Case, check};

/// Texts with the first and last characters of each length, and those a decoder may wrongly refuse.
const VALID: [(&str, &str); 12] = [
    ("Greek", "κόσμε"),
    ("German", "Hello-µ@ßöäüàá-UTF-8!!"),
    ("Chinese", "你好，世界"),
    ("an emoji of many", "👩‍👩‍👧‍👦"),
    ("the first of one byte", "\u{0}"),
    ("the last of one byte", "\u{7F}"),
    ("two bytes", "\u{80}\u{7FF}"),
    ("three bytes", "\u{800}\u{FFFF}"),
    ("four bytes", "\u{10000}\u{10FFFF}"),
    ("beside the surrogates", "\u{D7FF}\u{E000}"),
    ("the replacement character", "\u{FFFD}"),
    ("non-characters", "\u{FFFE}\u{1FFFE}\u{10FFFE}\u{FDD0}"),
];

const INVALID: [(&str, &[u8]); 26] = [
    ("a lone byte of the rest", b"\x80"),
    ("another lone byte of the rest", b"\xBF"),
    ("six bytes of the rest", b"\x80\xBF\x80\xBF\x80\xBF"),
    ("a lead byte and a space", b"\xC3\x20"),
    ("a wrong second byte", b"\xC3\x28"),
    ("three bytes, the third wrong", b"\xE2\x82\x28"),
    ("four bytes, the third wrong", b"\xF0\x90\x28\xBC"),
    ("four bytes, the fourth wrong", b"\xF0\x90\x8C\x28"),
    ("two bytes cut off", b"\xC3 "),
    ("three bytes cut off", b"\xE2\x82 "),
    ("four bytes cut off", b"\xF0\x9F\x98 "),
    ("an overlong slash of two", b"\xC0\xAF"),
    ("an overlong slash of three", b"\xE0\x80\xAF"),
    ("an overlong slash of four", b"\xF0\x80\x80\xAF"),
    ("an overlong zero", b"\xC0\x80"),
    ("the longest overlong of two", b"\xC1\xBF"),
    ("the longest overlong of three", b"\xE0\x9F\xBF"),
    ("the longest overlong of four", b"\xF0\x8F\xBF\xBF"),
    ("the first high surrogate", b"\xED\xA0\x80"),
    ("the last low surrogate", b"\xED\xBF\xBF"),
    ("a pair of surrogates", b"\xED\xA0\x80\xED\xB0\x80"),
    ("beyond the last character", b"\xF4\x90\x80\x80"),
    ("five bytes", b"\xF8\x88\x80\x80\x80"),
    ("six bytes", b"\xFC\x84\x80\x80\x80\x80"),
    ("byte FE", b"\xFE"),
    ("byte FF", b"\xFF"),
];

/// What ends in the midst of a character.
const TRUNCATED: [(&str, &[u8]); 6] = [
    ("one of two bytes", b"\xC3"),
    ("one of three bytes", b"\xE2"),
    ("two of three bytes", b"\xE2\x82"),
    ("one of four bytes", b"\xF0"),
    ("two of four bytes", b"\xF0\x9F"),
    ("three of four bytes", b"\xF0\x9F\x98"),
];

#[tokio::test]
async fn valid_text_is_taken_however_it_is_cut() {
    let answers = [Answer::Error(Reason::Malformed)];
    let mut cases = Vec::new();
    for (name, text) in VALID {
        let bytes = text.as_bytes();
        cases.push(Case::new(name, &[frame(FIN | TEXT, bytes)], &answers));
        cases.push(Case::new(name, &[frame(FIN | TEXT, bytes)], &answers).dripped());
        for size in 1..=3 {
            let name = format!("{name}, in parts of {size}");
            cases.push(Case::new(name, &parts(bytes, size), &answers));
        }
    }
    check(cases).await;
}

#[tokio::test]
async fn invalid_text_is_refused_however_it_is_cut() {
    let mut cases = Vec::new();
    for (name, bytes) in INVALID {
        for (place, text) in [
            ("alone", bytes.to_vec()),
            ("in a text", [&b"valid "[..], bytes, b" valid"].concat()),
        ] {
            let name = format!("{name}, {place}");
            cases.push(Case::closed(&name, &[frame(FIN | TEXT, &text)], &[1007]));
            let name = format!("{name}, in parts");
            cases.push(Case::closed(name, &parts(&text, 1), &[1007]));
        }
    }
    check(cases).await;
}

#[tokio::test]
async fn text_that_ends_in_a_character_is_refused() {
    let mut cases = Vec::new();
    for (name, bytes) in TRUNCATED {
        let text = [b"valid ", bytes].concat();
        cases.push(Case::closed(name, &[frame(FIN | TEXT, &text)], &[1007]));
        let name = format!("{name}, in parts");
        cases.push(Case::closed(&name, &parts(&text, 1), &[1007]));
        let name = format!("{name}, and an empty end");
        let frames = [frame(TEXT, &text), frame(FIN | CONTINUED, b"")];
        cases.push(Case::closed(name, &frames, &[1007]));
    }
    check(cases).await;
}

#[tokio::test]
async fn invalid_text_is_refused_before_the_message_ends() {
    let mut cases = Vec::new();
    for (name, bytes) in INVALID {
        cases.push(Case::closed(name, &[frame(TEXT, bytes)], &[1007]));
    }
    cases.push(Case::new(
        "after a good part and a ping",
        &[
            frame(TEXT, "κό".as_bytes()),
            frame(FIN | PING, b""),
            frame(CONTINUED, b"\xFF"),
        ],
        &[Answer::Pong(Vec::new()), Answer::Closed(&[1007])],
    ));
    check(cases).await;
}
