//! What nodes send, as the page reads it, and as everything else does.

use bolero::check;
use protocol::Event;

use crate::damage::{corpus, damaged, damages};

/// What the page reads of a node's own writing is what the node meant; of anything else, it reads something or nothing.
fn takes(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return; // a browser lets none through
    };
    let _ = app::json::read::<Event>(text); // what it is, is nobody's claim
    let Ok(event) = serde_json::from_str::<Event>(text) else {
        return;
    };
    let written = serde_json::to_string(&event).expect("it was read");
    assert_eq!(app::json::read(&written), Some(event), "{written}");
}

#[test]
fn any_bytes_are_an_event_or_none() {
    corpus("events").iter().for_each(|bytes| takes(bytes));
    check!(name = "events").for_each(takes);
}

#[test]
fn a_damaged_event_is_an_event_or_none() {
    let corpus = corpus("events");
    check!(name = "events_damaged")
        .with_generator(damages())
        .for_each(|damage| takes(&damaged(&corpus, damage)));
}
