//! STOMP's frames as a client reads and writes them, and SockJS's around them.

use std::collections::{BTreeMap, VecDeque};

use serde_json::Value;

/// A frame of the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    pub verb: String,
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

/// What comes next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    Frame(Frame),
    Beat,
    /// SockJS's `o` and `h`.
    Sign(char),
    /// The code of the end.
    Close(u16),
}

impl Frame {
    pub fn parse(text: &str) -> Self {
        let (head, rest) = text.split_once("\n\n").expect("an empty line");
        let mut lines = head.lines();
        let verb = lines.next().expect("a command").to_owned();
        let headers = lines.map(|line| {
            let (name, value) = line.split_once(':').expect("a header");
            (
                name.to_owned(),
                value.replace("\\c", ":").replace("\\n", "\n"),
            )
        });
        let body = rest.strip_suffix('\0').expect("a NUL at the end");
        let frame = Self {
            verb,
            headers: headers.collect(),
            body: body.to_owned(),
        };
        let length = frame.headers.get("content-length");
        assert!(
            length.is_none_or(|length| *length == frame.body.len().to_string()),
            "{text}"
        );
        frame
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("JSON: {self:?}"))
    }
}

/// A frame as a client writes it.
pub fn frame(verb: &str, headers: &[(&str, &str)], body: &str) -> String {
    let headers: String = headers
        .iter()
        .map(|(name, value)| format!("{name}:{value}\n"))
        .collect();
    format!("{verb}\n{headers}\n{body}\0")
}

/// What SockJS has wrapped.
pub fn unwrap(text: &str, all: &mut VecDeque<Told>) {
    match text.split_at(1) {
        ("a", array) => {
            let texts: Vec<String> = serde_json::from_str(array).expect("an array of texts");
            texts.iter().for_each(|text| told(text, all));
        }
        ("c", array) => {
            let (code, _): (u16, String) = serde_json::from_str(array).expect("a code and a text");
            all.push_back(Told::Close(code));
        }
        (sign, "") => all.extend(sign.chars().map(Told::Sign)),
        _ => panic!("not of SockJS: {text}"),
    }
}

/// What a text of STOMP tells.
pub fn told(text: &str, all: &mut VecDeque<Told>) {
    all.push_back(match text {
        "\n" => Told::Beat,
        text => Told::Frame(Frame::parse(text)),
    });
}
