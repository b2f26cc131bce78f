//! What people say in STOMP's bodies: JSON as the usual demonstrations write it.

use protocol::RoomId;
use serde::Serialize;
use serde_json::{Map, Value};

/// How such pages call a message's text, its sender, and whom it is for; the first one is ours.
const CONTENT: [&str; 4] = ["content", "text", "message", "body"];
const SENDER: [&str; 7] = [
    "sender",
    "name",
    "username",
    "nickName",
    "senderName",
    "from",
    "senderId",
];
const RECIPIENT: [&str; 6] = [
    "recipient",
    "to",
    "receiver",
    "receiverName",
    "recipientId",
    "receiverId",
];

/// What a client says.
#[derive(Debug)]
pub(super) struct Said(Map<String, Value>);

impl Said {
    pub(super) fn parse(body: &str) -> Result<Self, String> {
        match serde_json::from_str(body) {
            Ok(Value::Object(fields)) => Ok(Self(fields)),
            Ok(_) => Err(not_json("another value")),
            Err(error) => Err(not_json(&error.to_string())),
        }
    }

    /// `JOIN`, `CHAT` or `LEAVE`; `CHAT` if it does not say.
    pub(super) fn kind(&self) -> Result<&str, String> {
        Ok(self
            .text(&["type"])?
            .filter(|kind| !kind.is_empty())
            .unwrap_or("CHAT"))
    }

    pub(super) fn content(&self) -> Result<&str, String> {
        Ok(self.text(&CONTENT)?.unwrap_or_default())
    }

    pub(super) fn sender(&self) -> Result<&str, String> {
        Ok(self.text(&SENDER)?.unwrap_or_default())
    }

    pub(super) fn recipient(&self) -> Result<Option<&str>, String> {
        self.text(&RECIPIENT)
    }

    /// The room it is for; none where that does not have the form of one.
    pub(super) fn room(&self) -> Result<Option<Option<RoomId>>, String> {
        Ok(self.text(&["room", "roomId"])?.map(|id| id.parse().ok()))
    }

    fn text(&self, names: &[&str]) -> Result<Option<&str>, String> {
        let found = names
            .iter()
            .find_map(|name| Some((name, self.0.get(*name)?)));
        match found {
            None | Some((_, Value::Null)) => Ok(None),
            Some((_, Value::String(text))) => Ok(Some(text)),
            Some((name, _)) => Err(format!("{name} is a text in quotes")),
        }
    }
}

fn not_json(what: &str) -> String {
    format!(
        "the body is a JSON object such as {{\"type\":\"CHAT\",\"sender\":\"Ann\",\"content\":\"hi\"}}, not {what}"
    )
}

/// What a client is told. Fields a page does not know it leaves alone.
#[derive(Debug, Default, Serialize)]
pub(super) struct Shown<'a> {
    #[serde(rename = "type")]
    pub(super) kind: &'a str,
    pub(super) sender: &'a str,
    pub(super) content: &'a str,
    /// To whom it was said, where that is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) recipient: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) room: Option<&'a RoomId>,
    /// The place in the room.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) seq: Option<u64>,
    /// Milliseconds since 1970 UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) timestamp: Option<u64>,
    /// Why something was refused, for programs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<&'a str>,
}

impl Shown<'_> {
    pub(super) fn json(&self) -> String {
        serde_json::to_string(self).expect("texts and numbers serialise")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_field_names_are_known() {
        for text in [
            r#"{"type":"CHAT","sender":"Ann","content":"hi"}"#,
            r#"{"from":"Ann","text":"hi"}"#,
            r#"{"senderName":"Ann","message":"hi","status":"MESSAGE"}"#,
            r#"{"sender":"Ann","from":1,"content":"hi","type":null}"#,
        ] {
            let said = Said::parse(text).expect("JSON");
            assert_eq!(said.sender(), Ok("Ann"), "{text}");
            assert_eq!(said.content(), Ok("hi"), "{text}");
            assert_eq!(said.kind(), Ok("CHAT"), "{text}");
        }
        let said = Said::parse(r#"{"receiverName":"Bob","room":"garden"}"#).expect("JSON");
        assert_eq!(said.recipient(), Ok(Some("Bob")));
        assert_eq!(said.room().map(|room| room.is_some()), Ok(true));
    }

    #[test]
    fn what_is_no_json_object_of_texts_is_refused_by_name() {
        for text in ["", "hi", "[]", "\"hi\"", "{", "{\"a\":1}}"] {
            let refused = Said::parse(text).expect_err(text);
            assert!(refused.contains("JSON object such as"), "{refused}");
        }
        let said = Said::parse(r#"{"content":1}"#).expect("JSON");
        assert_eq!(
            said.content(),
            Err("content is a text in quotes".to_owned())
        );
    }
}
