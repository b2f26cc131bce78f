//! Who came and went, as nodes tell one another.

use protocol::{Event, limits};

use crate::frame::{Frame, Topic, encode};
use crate::presence::Change;

/// What another node's frame tells.
pub(super) fn changes(frame: &Frame) -> Result<impl Iterator<Item = Change>, serde_json::Error> {
    let events: Vec<Event> = serde_json::from_str(&frame.text)?;
    Ok(events.into_iter().filter_map(change))
}

/// Changes as the nodes tell them to one another: several in a frame. One too long for any is not told; the others find by their
/// beat that they lack it.
pub(super) fn frames(changes: Vec<Change>) -> Vec<Frame> {
    let mut texts: Vec<String> = Vec::new();
    for change in changes {
        let text = encode(&event(change));
        match texts.last_mut() {
            Some(last) if last.len() + text.len() + 2 <= limits::FRAME_BYTES_MAX => {
                last.push(',');
                last.push_str(&text);
            }
            _ if text.len() + 2 <= limits::FRAME_BYTES_MAX => texts.push(format!("[{text}")),
            _ => {}
        }
    }
    let frame = |text: String| Frame {
        topic: Topic::All,
        seq: 0,
        text: (text + "]").into(),
        act: None,
    };
    texts.into_iter().map(frame).collect()
}

fn event(change: Change) -> Event {
    let Change {
        version,
        count,
        joined,
        left,
    } = change;
    Event::OnlineChanged {
        version,
        count,
        joined,
        left,
    }
}

fn change(event: Event) -> Option<Change> {
    match event {
        Event::OnlineChanged {
            version,
            count,
            joined,
            left,
        } => Some(Change {
            version,
            count,
            joined,
            left,
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::Person;

    fn joining(version: u64, people: usize) -> Change {
        let person = |nth| Person {
            id: format!("u{nth}").parse().expect("an id"),
            name: "x".repeat(32).try_into().expect("a name"),
        };
        Change {
            version,
            count: version,
            joined: (0..people).map(person).collect(),
            left: Vec::new(),
        }
    }

    #[test]
    fn changes_travel_together_as_far_as_they_fit() {
        let told: Vec<Change> = (1..=3_000).map(|version| joining(version, 1)).collect();
        let frames = frames(told.clone());
        assert!(frames.len() > 1 && frames.len() < 10, "{}", frames.len());
        assert!(
            frames
                .iter()
                .all(|frame| frame.text.len() <= limits::FRAME_BYTES_MAX)
        );
        let heard = frames
            .iter()
            .flat_map(|frame| changes(frame).expect("it parses"));
        assert_eq!(heard.collect::<Vec<_>>(), told);
    }

    #[test]
    fn one_that_does_not_fit_is_left_to_the_beat() {
        let frames = frames(vec![joining(1, 1), joining(2, 1_500), joining(3, 1)]);
        let versions = frames
            .iter()
            .flat_map(|frame| changes(frame).expect("it parses"));
        let versions: Vec<u64> = versions.map(|change| change.version).collect();
        assert_eq!(versions, [1, 3]);
    }
}
