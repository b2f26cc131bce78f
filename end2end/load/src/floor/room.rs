//! A room of the floor: who is in it, and the frame that is told next.

use crate::light::frame::{TEXT, put};

/// As many letters as the ids and names have that a Confab node tells with an entry: frames are of one size.
const SENDER: &str = "u0123456789abcdef012345";
const NAME: &str = "Light 0123";

pub struct Room {
    pub id: String,
    pub members: Vec<usize>,
    /// Ready frames.
    pub pending: Vec<u8>,
    pub top: u64,
    text: Vec<u8>,
}

impl Room {
    pub fn new(id: String) -> Self {
        Self {
            id,
            members: Vec::new(),
            pending: Vec::new(),
            top: 0,
            text: Vec::new(),
        }
    }

    /// What somebody is told who comes in.
    pub fn greeting(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for text in self.greeting_texts() {
            put(TEXT, text.as_bytes(), &mut out);
        }
        out
    }

    pub fn greeting_texts(&self) -> Vec<String> {
        let id = &self.id;
        let entries = format!(r#"{{"type":"entries","room":"{id}","fresh":true,"entries":[]}}"#);
        let texts = [
            Some(r#"{"type":"welcome"}"#.to_owned()),
            (self.top == 0).then_some(entries),
            Some(r#"{"type":"online"}"#.to_owned()),
        ];
        texts.into_iter().flatten().collect()
    }

    /// Makes the frame of the next entry.
    pub fn put_next(&mut self, cid: &str, body: &str) {
        self.top += 1;
        self.text.clear();
        put_entry(&mut self.text, &self.id, self.top, cid, body);
        put(TEXT, &self.text, &mut self.pending);
    }
}

/// An entry as a Confab node tells it.
pub fn put_entry(text: &mut Vec<u8>, room: &str, seq: u64, cid: &str, body: &str) {
    use std::io::Write as _;
    let written = write!(
        text,
        r#"{{"type":"entry","room":"{room}","seq":{seq},"offset":{seq},"sender":"{SENDER}","name":"{NAME}","cid":"{cid}","kind":"posted","body":"{body}","at":1795000000000}}"#
    );
    written.expect("memory takes all");
}
