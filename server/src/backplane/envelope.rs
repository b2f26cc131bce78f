//! A frame on its way between nodes: a header line (`epoch node topic seq seal`), a new line, the frame's text.

use axum::extract::ws::Utf8Bytes;
use protocol::limits::FRAME_BYTES_MAX;
use protocol::{Epoch, NodeId};

use super::{Dropped, Member};
use crate::frame::{Frame, Topic};

/// Ids have up to 64 bytes, a seq up to 20, a seal 22.
const HEADER_BYTES_MAX: usize = 320;

/// What a node publishes. The topic is in it although the channel tells it: a reader of the raw text sees where it belongs.
pub fn seal(frame: &Frame, member: &Member) -> String {
    let (
        Member { epoch, node, .. },
        Frame {
            topic, seq, text, ..
        },
    ) = (member, frame);
    let place = format!("{epoch} {node} {topic} {seq}");
    let seal = member.key.seal(&[&place, "\n", text]);
    format!("{place} {seal}\n{text}")
}

/// What came on the channel of `topic`, if it is a frame of our log; else why not.
pub fn open(payload: &[u8], topic: &Topic, member: &Member) -> Result<Frame, Dropped> {
    if payload.len() > HEADER_BYTES_MAX + FRAME_BYTES_MAX {
        return Err(Dropped::TooBig);
    }
    let payload = std::str::from_utf8(payload).map_err(|_| Dropped::NotUtf8)?;
    let (header, text) = payload.split_once('\n').ok_or(Dropped::Malformed)?;
    let (place, seal) = header.rsplit_once(' ').ok_or(Dropped::Malformed)?;
    let (epoch, sealed_topic, seq) = parse(place).ok_or(Dropped::Malformed)?;
    if text.is_empty() {
        Err(Dropped::Malformed)
    } else if text.len() > FRAME_BYTES_MAX {
        Err(Dropped::TooBig)
    } else if epoch != member.epoch {
        Err(Dropped::OtherEpoch)
    } else if sealed_topic != *topic {
        Err(Dropped::OtherTopic)
    } else if !member.key.fits(seal, &[place, "\n", text]) {
        Err(Dropped::Forged)
    } else {
        Ok(Frame::heard(sealed_topic, seq, Utf8Bytes::from(text)))
    }
}

/// The epoch, the topic and the seq.
fn parse(place: &str) -> Option<(Epoch, Topic, u64)> {
    let parts: Vec<&str> = place.splitn(5, ' ').collect();
    let [epoch, node, topic, seq] = parts[..] else {
        return None;
    };
    node.parse::<NodeId>().ok()?;
    let digits = !seq.is_empty() && seq.bytes().all(|b| b.is_ascii_digit());
    let seq = digits.then(|| seq.parse().ok()).flatten()?;
    Some((epoch.parse().ok()?, topic.parse().ok()?, seq))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::Key;

    fn member() -> Member {
        Member {
            node: "n1".parse().expect("an id"),
            epoch: "e1".parse().expect("an id"),
            former: None,
            key: Key::new([7; 32]),
            prefix: "confab:".to_owned(),
        }
    }

    fn lobby() -> Topic {
        "room:lobby".parse().expect("a topic")
    }

    fn opened(payload: impl AsRef<[u8]>) -> Result<Frame, Dropped> {
        open(payload.as_ref(), &lobby(), &member())
    }

    #[test]
    fn a_frame_comes_back_as_it_was() {
        for (topic, seq, text) in [(lobby(), 7, "{\"a\":\"\\n ü\"}"), (Topic::All, 0, "{\n}")] {
            let frame = Frame {
                topic: topic.clone(),
                seq,
                text: text.into(),
                act: None,
            };
            let sealed = seal(&frame, &member());
            assert_eq!(open(sealed.as_bytes(), &topic, &member()), Ok(frame));
        }
        let frame = Frame {
            topic: lobby(),
            seq: 7,
            text: "{}".into(),
            act: None,
        };
        let sealed = seal(&frame, &member());
        let is_readable = sealed.starts_with("e1 n1 room:lobby 7 ") && sealed.ends_with("\n{}");
        assert!(is_readable, "{sealed}");
    }

    #[test]
    fn what_is_no_frame_of_ours_is_told_by_reason() {
        let big = "x".repeat(FRAME_BYTES_MAX + 1);
        for (payload, why) in [
            ("", Dropped::Malformed),
            ("hello", Dropped::Malformed),
            ("\n", Dropped::Malformed),
            ("e1 n1 room:lobby 7 s\n", Dropped::Malformed),
            ("e1 n1 room:lobby s\n{}", Dropped::Malformed),
            ("e1 n1 room:lobby 7 8 s\n{}", Dropped::Malformed),
            ("e1  room:lobby 7 s\n{}", Dropped::Malformed),
            ("e1 n1 room:lobby -7 s\n{}", Dropped::Malformed),
            ("e1 n1 room:lobby +7 s\n{}", Dropped::Malformed),
            (
                "e1 n1 room:lobby 99999999999999999999 s\n{}",
                Dropped::Malformed,
            ),
            ("e1 n1 room:a.b 7 s\n{}", Dropped::Malformed),
            ("e2 n1 room:lobby 7 s\n{}", Dropped::OtherEpoch),
            ("e1 n1 room:other 7 s\n{}", Dropped::OtherTopic),
            ("e1 n1 all 7 s\n{}", Dropped::OtherTopic),
            (&format!("e1 n1 room:lobby 7 s\n{big}"), Dropped::TooBig),
            (&big.repeat(2), Dropped::TooBig),
        ] {
            assert_eq!(opened(payload), Err(why), "{:.40}", payload);
        }
        assert_eq!(
            opened(b"e1 n1 room:lobby 7 s\n{\xff}"),
            Err(Dropped::NotUtf8)
        );
    }

    #[test]
    fn what_no_node_of_ours_made_is_forged() {
        let frame = Frame {
            topic: lobby(),
            seq: 7,
            text: "{}".into(),
            act: None,
        };
        let good = seal(&frame, &member());
        let thief = Member {
            key: Key::new([8; 32]),
            ..member()
        };
        for forged in [
            "e1 n1 room:lobby 7 s\n{}".to_owned(),
            good.replace(" 7 ", " 8 "),
            good.replace(" 7 ", " 07 "),
            good.replace(" n1 ", " n2 "),
            good.replace("{}", "{ }"),
            good.replace('\n', "A\n"),
            good.replace('\n', "=\n"),
            seal(&frame, &thief),
        ] {
            assert_eq!(opened(&forged), Err(Dropped::Forged), "{forged}");
        }
        assert_eq!(opened(&good), Ok(frame));
    }

    /// Cuts, doubles and flips bytes of a good payload, the same way in each run.
    #[test]
    fn no_bytes_make_it_panic() {
        let good = seal(
            &Frame {
                topic: lobby(),
                seq: 7,
                text: "{\"ü\":1}".into(),
                act: None,
            },
            &member(),
        );
        let mut random = 0x9e37_79b9_7f4a_7c15_u64;
        let mut below = |n: usize| {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            (random % n as u64) as usize
        };
        let mut refused = 0;
        for _ in 0..20_000 {
            let mut bytes = good.clone().into_bytes();
            for _ in 0..=below(4) {
                let at = below(bytes.len().max(1)).min(bytes.len());
                match below(4) {
                    0 => bytes.truncate(at),
                    1 => bytes.extend_from_within(at..),
                    2 => bytes.insert(at, b" \n:0e\xff\x00"[below(7)]),
                    _ => bytes
                        .iter_mut()
                        .skip(at)
                        .take(1)
                        .for_each(|byte| *byte ^= 1 << below(8)),
                }
            }
            match opened(&bytes) {
                Ok(frame) => assert_eq!(frame.topic, lobby()),
                Err(_) => refused += 1,
            }
        }
        assert!(refused > 10_000, "only {refused} refused");
    }
}
