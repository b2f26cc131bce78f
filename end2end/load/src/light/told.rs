//! What a frame tells, found without parsing it: light enough for a million a second.

use memchr::memmem;

use super::stamp;

/// What a text frame is to a light client.
#[derive(Debug, PartialEq, Eq)]
pub enum Told<'a> {
    /// One new entry of the room.
    Entry(Entry),
    /// What was missed, or a fresh page.
    Entries {
        fresh: bool,
        entries: &'a [u8],
    },
    /// A send was stored; when it was sent.
    Accepted(Option<u64>),
    Rejected(&'a str),
    /// The last frame of a greeting.
    Greeted,
    /// In so many milliseconds.
    TryAgain(u64),
    /// Nothing that is counted.
    Other,
}

/// Its place, and when it was sent, if the light client sent it.
#[derive(Debug, PartialEq, Eq, Clone, Copy)]
pub struct Entry {
    pub seq: u64,
    pub sent: Option<u64>,
}

const SEQ: &[u8] = br#""seq":"#;
const BODY: &[u8] = br#""body":""#;
const CID: &[u8] = br#""cid":""#;
const AGAIN: &[u8] = br#""retry_after_ms":"#;

/// How the frames of a room's entries begin.
pub struct Beginning(Vec<u8>);

impl Beginning {
    pub fn of(room: &str) -> Self {
        Self(format!(r#"{{"type":"entry","room":"{room}","seq":"#).into_bytes())
    }

    /// What this frame tells somebody who listens to the room.
    pub fn tell<'a>(&self, frame: &'a [u8]) -> Told<'a> {
        if let Some(rest) = frame.strip_prefix(&self.0[..]) {
            return number(rest).map_or(Told::Other, |seq| {
                let sent = stamp_after(rest, BODY);
                Told::Entry(Entry { seq, sent })
            });
        }
        let Some(rest) = frame.strip_prefix(br#"{"type":""#) else {
            return Told::Other;
        };
        let is = |name: &[u8]| rest.starts_with(name) && rest.get(name.len()) == Some(&b'"');
        if is(b"accepted") {
            Told::Accepted(stamp_after(rest, CID))
        } else if is(b"entries") && self.is_of_the_room(rest) {
            let fresh = memmem::find(rest, br#""fresh":true"#).is_some();
            Told::Entries {
                fresh,
                entries: rest,
            }
        } else if is(b"rejected") {
            Told::Rejected(word_after(rest, br#""reason":""#))
        } else if is(b"online") {
            Told::Greeted
        } else if is(b"try_again") {
            let after = memmem::find(rest, AGAIN).and_then(|at| number(&rest[at + AGAIN.len()..]));
            Told::TryAgain(after.unwrap_or(1_000))
        } else {
            Told::Other
        }
    }

    fn is_of_the_room(&self, rest: &[u8]) -> bool {
        // `"room":"…"`, as it stands in the beginning.
        let from = br#"{"type":"entry","#.len();
        let room = &self.0[from..self.0.len() - SEQ.len()];
        memmem::find(&rest[..rest.len().min(200)], room).is_some()
    }
}

/// The entries of a frame that brings several, oldest first.
pub fn entries(frame: &[u8]) -> impl Iterator<Item = Entry> {
    memmem::find_iter(frame, SEQ).filter_map(move |at| {
        let rest = &frame[at + SEQ.len()..];
        let sent = stamp_after(rest, BODY);
        number(rest).map(|seq| Entry { seq, sent })
    })
}

fn number(bytes: &[u8]) -> Option<u64> {
    let digits = bytes.iter().take_while(|byte| byte.is_ascii_digit());
    let (number, length) = digits.fold((0, 0), |(number, length), digit| {
        (number * 10 + u64::from(digit - b'0'), length + 1)
    });
    (1..=19).contains(&length).then_some(number)
}

fn stamp_after(bytes: &[u8], before: &[u8]) -> Option<u64> {
    let at = memmem::find(bytes, before)?;
    stamp::read(&bytes[at + before.len()..])
}

fn word_after<'a>(bytes: &'a [u8], before: &[u8]) -> &'a str {
    let word = memmem::find(bytes, before).and_then(|at| {
        let rest = &bytes[at + before.len()..];
        let end = memchr::memchr(b'"', rest)?;
        std::str::from_utf8(&rest[..end]).ok()
    });
    word.unwrap_or("without a reason")
}

#[cfg(test)]
mod tests {
    use super::*;

    use protocol::{Event, Kind, Name, RoomId};

    fn entry(seq: u64, body: &str) -> protocol::Entry {
        protocol::Entry {
            room: RoomId::lobby(),
            seq,
            offset: seq + 7,
            sender: "u1".parse().expect("an id"),
            name: Name::parse("Ann").expect("a name"),
            cid: "c-1".parse().expect("an id"),
            kind: Kind::Posted,
            target: None,
            body: body.to_owned(),
            enclosed: None,
            at: 1_795_000_000_000,
        }
    }

    fn told(event: &Event, check: impl Fn(Told<'_>)) {
        let frame = serde_json::to_vec(event).expect("serialises");
        check(Beginning::of("lobby").tell(&frame));
    }

    #[test]
    fn a_servers_frames_are_understood() {
        let body = "00000000000000ff and more";
        let one = Entry {
            seq: 12,
            sent: Some(255),
        };
        told(&Event::Entry(entry(12, body)), |told| {
            assert_eq!(told, Told::Entry(one));
        });
        let accepted = Event::Accepted {
            cid: "0000000000000010-2".parse().expect("an id"),
            room: RoomId::lobby(),
            seq: 3,
            at: 4,
        };
        told(&accepted, |told| assert_eq!(told, Told::Accepted(Some(16))));
        let several = Event::Entries {
            room: RoomId::lobby(),
            fresh: true,
            entries: vec![entry(3, body), entry(4, "by hand")],
            closed: Vec::new(),
            aside: Vec::new(),
        };
        told(&several, |told| {
            let Told::Entries { fresh, entries } = told else {
                panic!("{told:?}")
            };
            let seqs = super::entries(entries).map(|entry| (entry.seq, entry.sent));
            assert!(fresh);
            assert_eq!(seqs.collect::<Vec<_>>(), [(3, Some(255)), (4, None)]);
        });
        let rejected = Event::Rejected {
            cid: "c".parse().expect("an id"),
            reason: protocol::Reason::RateLimited,
            retry_after_ms: None,
        };
        told(&rejected, |told| {
            assert_eq!(told, Told::Rejected("rate_limited"));
        });
        let online = Event::Online {
            version: 1,
            count: 0,
            people: Vec::new(),
        };
        told(&online, |told| assert_eq!(told, Told::Greeted));
        let again = Event::TryAgain { retry_after_ms: 5 };
        told(&again, |told| assert_eq!(told, Told::TryAgain(5)));
        told(&Event::Heartbeat, |told| assert_eq!(told, Told::Other));
    }

    #[test]
    fn another_rooms_entries_are_not_counted() {
        let frame = serde_json::to_vec(&Event::Entry(entry(1, "x"))).expect("serialises");
        assert_eq!(Beginning::of("lobb").tell(&frame), Told::Other);
        assert_eq!(Beginning::of("garden").tell(&frame), Told::Other);
    }
}
