//! What clients send, as a session reads it.

use bolero::check;
use protocol::{Body, Command, Cursor};

use crate::damage::{corpus, damaged, damages};

/// A command that is read is written again as the same command, and its body is refused or fit.
fn takes(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return; // the WebSocket lets none through
    };
    let Ok(command) = serde_json::from_str::<Command>(text) else {
        return;
    };
    let written = serde_json::to_string(&command).expect("it was read");
    let again = serde_json::from_str::<Command>(&written);
    assert_eq!(again.expect("it was written"), command);
    match command {
        Command::Send { body, .. } => {
            if let Ok(body) = Body::parse(&body) {
                let again = Body::parse(body.as_str());
                assert_eq!(again, Ok(body), "what is fit stays as it is");
            }
        }
        Command::Hello { cursors, .. } => {
            for Cursor { seq, .. } in cursors.values() {
                assert!(written.contains(&seq.to_string()));
            }
        }
        Command::Open { .. }
        | Command::Read { .. }
        | Command::People { .. }
        | Command::Typing { .. }
        | Command::Heartbeat => {}
    }
}

#[test]
fn any_bytes_are_a_command_or_none() {
    corpus("commands").iter().for_each(|bytes| takes(bytes));
    check!(name = "commands").for_each(takes);
}

#[test]
fn a_damaged_command_is_a_command_or_none() {
    let corpus = corpus("commands");
    check!(name = "commands_damaged")
        .with_generator(damages())
        .for_each(|damage| takes(&damaged(&corpus, damage)));
}
