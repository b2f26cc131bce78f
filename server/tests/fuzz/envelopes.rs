//! What comes from the backplane, as a node reads it.

use bolero::check;
use server::backplane::{Dropped, Member, envelope};
use server::frame::{Frame, Topic};
use server::seal::Key;

use crate::damage::{corpus, damaged, damages};

fn member() -> Member {
    Member {
        node: "n1".parse().expect("an id"),
        epoch: "e1".parse().expect("an id"),
        former: None,
        key: Key::new([7; 32]),
        prefix: "confab:".to_owned(),
    }
}

fn topics() -> [Topic; 2] {
    [Topic::All, "room:lobby".parse().expect("a topic")]
}

/// What nodes of this log publish.
fn sealed() -> Vec<(Frame, Vec<u8>)> {
    let texts = [
        "{}",
        r#"{"type":"typing","room":"lobby"}"#,
        "{\"body\":\"\\n ü\"}",
    ];
    let frame = |(seq, (topic, text)): (usize, (Topic, &str))| Frame {
        topic,
        seq: seq as u64,
        text: text.into(),
        act: None,
    };
    let places = topics()
        .into_iter()
        .flat_map(|topic| texts.map(|text| (topic.clone(), text)));
    let frames = places.enumerate().map(frame);
    frames
        .map(|frame| {
            (
                frame.clone(),
                envelope::seal(&frame, &member()).into_bytes(),
            )
        })
        .collect()
}

/// Only what a node of this log has made is a frame, and only the one it made.
fn takes(bytes: &[u8], sealed: &[(Frame, Vec<u8>)]) -> Vec<Result<Frame, Dropped>> {
    let member = member();
    let opened = topics().map(|topic| envelope::open(bytes, &topic, &member));
    for frame in opened.iter().flatten() {
        let made = (frame.clone(), bytes.to_vec());
        assert!(sealed.contains(&made), "believed: {frame:?}");
    }
    opened.into()
}

#[test]
fn no_bytes_are_taken_for_a_frame() {
    for bytes in corpus("envelopes") {
        takes(&bytes, &[]);
    }
    check!(name = "envelopes").for_each(|bytes: &[u8]| {
        takes(bytes, &[]);
    });
}

#[test]
fn a_damaged_frame_is_no_frame() {
    let sealed = sealed();
    for (frame, bytes) in &sealed {
        assert!(takes(bytes, &sealed).contains(&Ok(frame.clone())));
    }
    let corpus: Vec<Vec<u8>> = sealed.iter().map(|(_, bytes)| bytes.clone()).collect();
    check!(name = "envelopes_damaged")
        .with_generator(damages())
        .for_each(|damage| {
            takes(&damaged(&corpus, damage), &sealed);
        });
}
