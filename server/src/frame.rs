//! An event encoded once, for however many hear it.

use std::fmt;
use std::str::FromStr;

use axum::extract::ws::Utf8Bytes;
use protocol::{Entry, Event, RoomId};

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
}

impl Frame {
    pub fn entry(entry: Entry) -> Self {
        let (topic, seq) = (Topic::Room(entry.room.clone()), entry.seq);
        Self {
            topic,
            seq,
            text: encode(&Event::Entry(entry)),
        }
    }

    pub fn state(topic: Topic, event: &Event) -> Self {
        Self {
            topic,
            seq: 0,
            text: encode(event),
        }
    }
}

/// The one place where an event becomes JSON.
pub fn encode(event: &Event) -> Utf8Bytes {
    serde_json::to_string(event)
        .expect("an event has only string keys")
        .into()
}
