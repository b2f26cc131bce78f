//! JSON in the browser.
//!
//! What is read are the protocol's own frames: texts, whole numbers, lists, objects. `serde_json`
//! reads floats and explains errors too, and brings 15 KB of compressed WASM for it.

mod fields;
mod reader;

use reader::Reader;
use serde::{Serialize, de::DeserializeOwned};

/// None if it does not read as a `T`.
pub fn read<T: DeserializeOwned>(text: &str) -> Option<T> {
    let mut reader = Reader::new(text);
    let value = T::deserialize(&mut reader).ok()?;
    reader.is_at_end().then_some(value)
}

pub(crate) fn write(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use protocol::{Cid, Command, Event, Kind, RoomId};

    use super::*;

    #[test]
    fn what_a_node_writes_is_read() {
        let error =
            r#"{"type":"error","reason":"body_empty","message":"a \"b\"\n\t\\ \u001f 好 🙂"}"#;
        let event: Event = read(error).expect("an error");
        let Event::Error { message, .. } = event else {
            panic!("not an error")
        };
        assert_eq!(
            read::<String>(r#""\ud83d\ude42 \u597d""#).as_deref(),
            Some("🙂 好")
        );
        assert_eq!(message, "a \"b\"\n\t\\ \u{1f} 好 🙂");
        for frame in [
            r#"{"type":"online","version":1,"count":1,"people":[{"id":"u1","name":"Ann"}]}"#,
            r#"{"type":"rejected","cid":"c1","reason":"rate_limited","retry_after_ms":200}"#,
            r#"{"type":"entries","room":"lobby","fresh":true,"entries":[]}"#,
            r#"{"type":"heartbeat"}"#,
        ] {
            let event: Event = read(frame).expect(frame);
            assert_eq!(write(&event), frame);
        }
    }

    #[test]
    fn what_is_new_is_skipped_and_what_is_broken_is_none() {
        let new = r#" { "type" : "news", "level": {"a": [-1.5e3, null, true, "}\""], "b": {}}, "at": 1 } "#;
        assert_eq!(read(new), Some(Event::Unknown));
        let deep = |open: &str, close: &str| open.repeat(100_000) + &close.repeat(100_000);
        for deep in [deep("[", "]"), deep("{\"a\":", "}")] {
            let deep = format!(r#"{{"type":"heartbeat","deep":{deep}}}"#);
            assert_eq!(read(&deep), Some(Event::Heartbeat));
        }
        for broken in [
            "",
            "{",
            "[]",
            r#"{"type":"typing"}"#,
            r#"{"type":"accepted","seq":1.5}"#,
        ] {
            assert_eq!(read::<Event>(broken), None, "{broken}");
        }
    }

    #[test]
    fn a_command_is_written_as_the_protocol_has_it() {
        let cid: Cid = "c1".parse().expect("a cid");
        let body = "\"a\"\n<b>".to_owned();
        let send = Command::Send {
            cid,
            room: RoomId::lobby(),
            kind: Kind::Posted,
            target: None,
            body,
        };
        assert_eq!(
            write(&send),
            r#"{"type":"send","cid":"c1","room":"lobby","body":"\"a\"\n<b>"}"#
        );
    }
}
