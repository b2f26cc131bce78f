//! An event encoded once, for however many hear it.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use axum::extract::ws::Utf8Bytes;
use protocol::{Entry, Event, Kind, RoomId, SignInId, Target, UserId};
use serde::Deserialize;

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

/// What an entry does to the sessions that are told it, besides being shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// It is the last this user is told of the room.
    Removed(UserId),
    /// In an inbox: its user may see more of the room from now on.
    Added(RoomId),
    /// In an inbox: the sessions of this sign-in end.
    SignedOut(SignInId),
}

impl Act {
    pub fn of(entry: &Entry) -> Option<Self> {
        Self::read(&entry.room, entry.kind, entry.target.as_ref()?)
    }

    /// That of an entry's own JSON.
    fn in_frame(topic: &Topic, text: &str) -> Option<Self> {
        #[derive(Deserialize)]
        struct About {
            kind: Kind,
            target: Option<Target>,
        }
        let Topic::Room(room) = topic else {
            return None;
        };
        let About { kind, target } = serde_json::from_str(text).ok()?;
        Self::read(room, kind, &target?)
    }

    /// A target that is not what it is to be does nothing.
    fn read(room: &RoomId, kind: Kind, target: &Target) -> Option<Self> {
        let id = target.as_str();
        match (kind, room.is_inbox()) {
            (Kind::Removed, false) => id.parse().ok().map(Self::Removed),
            (Kind::Added, true) => id.parse().ok().map(Self::Added),
            (Kind::SignedOut, true) => id.parse().ok().map(Self::SignedOut),
            _ => None,
        }
    }
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
        match serde_json::from_str(&self.text) {
            Ok(Event::Entry(entry)) => Some(entry),
            _ => None,
        }
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

/// The frame of [`Event::Entries`], out of the entries' frames: nothing is encoded twice.
pub(crate) fn entries(room: &RoomId, fresh: bool, frames: &[Arc<Frame>]) -> Utf8Bytes {
    let mut text = format!(r#"{{"type":"entries","room":"{room}","fresh":{fresh},"entries":["#);
    for (nth, json) in frames
        .iter()
        .filter_map(|frame| frame.entry_json())
        .enumerate()
    {
        text.push_str(if nth == 0 { "{" } else { ",{" });
        text.push_str(json);
    }
    text.push_str("]}");
    text.into()
}

/// The one place where an event becomes JSON.
pub fn encode(event: &Event) -> Utf8Bytes {
    serde_json::to_string(event)
        .expect("an event has only string keys")
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(seq: u64, body: &str) -> Entry {
        Entry {
            room: RoomId::lobby(),
            seq,
            offset: seq + 7,
            sender: "u1".parse().expect("an id"),
            name: "Ann".to_owned().try_into().expect("a name"),
            cid: "c1".parse().expect("an id"),
            kind: Kind::Posted,
            target: None,
            body: body.to_owned(),
            at: 5,
        }
    }

    #[test]
    fn a_page_out_of_frames_is_what_encoding_it_gives() {
        for bodies in [&[][..], &["hi"], &["\"},{\"type\":\"entry\"", "你好\n"]] {
            let page = bodies.iter().zip(1..).map(|(body, seq)| entry(seq, body));
            let page: Vec<Entry> = page.collect();
            let frames: Vec<_> = page
                .iter()
                .cloned()
                .map(Frame::entry)
                .map(Arc::new)
                .collect();
            let encoded = encode(&Event::Entries {
                room: RoomId::lobby(),
                fresh: true,
                entries: page,
                closed: Vec::new(),
            });
            assert_eq!(entries(&RoomId::lobby(), true, &frames), encoded);
        }
    }

    #[test]
    fn a_frame_does_the_same_wherever_it_was_made() {
        let inbox = RoomId::inbox(&"u1".parse().expect("an id"));
        let (lobby, bob) = (RoomId::lobby(), "bob".parse::<UserId>().expect("an id"));
        let sign_in = "s1".parse::<SignInId>().expect("an id");
        for (room, kind, target, act) in [
            (
                &lobby,
                Kind::Removed,
                Target::from(&bob),
                Some(Act::Removed(bob.clone())),
            ),
            (&lobby, Kind::Added, Target::from(&bob), None),
            (&lobby, Kind::SignedOut, Target::from(&sign_in), None),
            (
                &inbox,
                Kind::Added,
                Target::from(&lobby),
                Some(Act::Added(lobby.clone())),
            ),
            (&inbox, Kind::Removed, Target::from(&lobby), None),
            (
                &inbox,
                Kind::SignedOut,
                Target::from(&sign_in),
                Some(Act::SignedOut(sign_in.clone())),
            ),
            (&lobby, Kind::Posted, Target::from(&bob), None),
        ] {
            let entry = Entry {
                room: room.clone(),
                kind,
                target: Some(target),
                ..entry(3, r#"","kind":"removed","target":"u9"#)
            };
            let made = Frame::entry(entry);
            assert_eq!(made.act, act, "{room} {kind:?}");
            let Frame {
                topic, seq, text, ..
            } = made.clone();
            assert_eq!(Frame::heard(topic, seq, text), made, "{room} {kind:?}");
        }
        let state = Frame::heard(Topic::Room(lobby), 0, Frame::entry(entry(3, "hi")).text);
        assert_eq!(state.act, None, "only an entry does something");
        let junk = Frame::heard(Topic::Room(inbox), 4, r#"{"kind":"removed"}"#.into());
        assert_eq!(junk.act, None);
    }
}
