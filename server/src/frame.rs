//! An event encoded once, for however many hear it.

mod act;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use axum::extract::ws::Utf8Bytes;
use protocol::{Entry, Event, RoomId};

pub use self::act::Act;

/// What frames are published to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Topic {
    /// Heard by every node: state only, never entries.
    All,
    /// Heard by the nodes that hold the room.
    Room(RoomId),
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::Room(room) => write!(f, "room:{room}"),
        }
    }
}

impl FromStr for Topic {
    type Err = protocol::BadId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.strip_prefix("room:") {
            Some(room) => Ok(Self::Room(room.parse()?)),
            None if text == "all" => Ok(Self::All),
            None => Err(""
                .parse::<RoomId>()
                .expect_err("an empty room id does not parse")),
        }
    }
}

/// An event encoded once. A clone shares the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    pub topic: Topic,
    /// The entry's place in its room; 0 for state (typing, presence), which has none.
    pub seq: u64,
    /// The event's JSON, as it goes to each client.
    pub text: Utf8Bytes,
    /// What it does to those who are told it.
    pub act: Option<Act>,
}

impl Frame {
    pub fn entry(entry: Entry) -> Self {
        let (topic, seq) = (Topic::Room(entry.room.clone()), entry.seq);
        Self {
            topic,
            seq,
            act: Act::of(&entry),
            text: encode(&Event::Entry(entry)),
        }
    }

    /// A frame that another node made.
    pub fn heard(topic: Topic, seq: u64, text: Utf8Bytes) -> Self {
        let is_entry = seq > 0;
        let act = is_entry.then(|| Act::in_frame(&topic, &text)).flatten();
        Self {
            topic,
            seq,
            text,
            act,
        }
    }

    /// The entry's own JSON object without its opening brace; none if the frame is not one of an entry as this build writes it.
    pub(crate) fn entry_json(&self) -> Option<&str> {
        self.text.strip_prefix(ENTRY_BEGINS)
    }

    /// The entry told; none if the frame is not one of an entry.
    pub(crate) fn read_entry(&self) -> Option<Entry> {
        match self.read() {
            Some(Event::Entry(entry)) => Some(entry),
            _ => None,
        }
    }

    /// What it tells, if this build knows it.
    pub(crate) fn read(&self) -> Option<Event> {
        serde_json::from_str(&self.text).ok()
    }

    pub fn state(topic: Topic, event: &Event) -> Self {
        Self {
            topic,
            seq: 0,
            text: encode(event),
            act: None,
        }
    }
}

/// What the frame of an entry begins with; the entry's own fields follow.
const ENTRY_BEGINS: &str = r#"{"type":"entry","#;

/// The frame of [`Event::Entries`], out of the frames of its run and of what stands aside: nothing is encoded twice.
pub(crate) fn entries(
    room: &RoomId,
    fresh: bool,
    (run, aside): (&[Arc<Frame>], &[Arc<Frame>]),
) -> Utf8Bytes {
    let mut text = format!(r#"{{"type":"entries","room":"{room}","fresh":{fresh},"entries":["#);
    push_entries(&mut text, run);
    if !aside.is_empty() {
        text.push_str(r#"],"aside":["#);
        push_entries(&mut text, aside);
    }
    text.push_str("]}");
    text.into()
}

fn push_entries(text: &mut String, frames: &[Arc<Frame>]) {
    let entries = frames.iter().filter_map(|frame| frame.entry_json());
    for (nth, json) in entries.enumerate() {
        text.push_str(if nth == 0 { "{" } else { ",{" });
        text.push_str(json);
    }
}

/// The one place where an event becomes JSON.
pub fn encode(event: &Event) -> Utf8Bytes {
    serde_json::to_string(event)
        .expect("an event has only string keys")
        .into()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use protocol::{Kind, Target};

    /// An entry of the lobby.
    pub(crate) fn entry(seq: u64, kind: Kind, target: Option<u64>, body: &str) -> Entry {
        Entry {
            room: RoomId::lobby(),
            seq,
            offset: seq + 7,
            sender: "u1".parse().expect("an id"),
            name: "Ann".to_owned().try_into().expect("a name"),
            cid: format!("c{seq}").parse().expect("an id"),
            kind,
            target: target.map(Target::message),
            body: body.to_owned(),
            enclosed: None,
            at: 5,
        }
    }

    #[test]
    fn a_page_out_of_frames_is_what_encoding_it_gives() {
        let lobby = RoomId::lobby();
        for bodies in [&[][..], &["hi"], &["\"},{\"type\":\"entry\"", "你好\n"]] {
            let entries = bodies
                .iter()
                .zip(1..)
                .map(|(body, seq)| entry(seq, Kind::Posted, None, body));
            let run: Vec<Entry> = entries.collect();
            let frame = |entry| Arc::new(Frame::entry(entry));
            let frames: Vec<_> = run.iter().cloned().map(frame).collect();
            for aside in [0, run.len()] {
                let encoded = encode(&Event::Entries {
                    room: lobby.clone(),
                    fresh: true,
                    entries: run.clone(),
                    closed: Vec::new(),
                    aside: run[..aside].to_vec(),
                });
                let made = super::entries(&lobby, true, (&frames, &frames[..aside]));
                assert_eq!(made, encoded);
            }
        }
    }
}
