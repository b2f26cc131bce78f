//! Who was told too much, or too little, or shows something else, is told.

use std::sync::Arc;

use client::{Line, Message, Sending};
use protocol::Person;

use super::*;

fn entry(seq: u64) -> Entry {
    serde_json::from_value(serde_json::json!({
        "room": "plans", "seq": seq, "offset": seq, "sender": "ann", "name": "Ann", "cid": format!("0-{seq}"),
        "kind": "posted", "body": format!("{seq}"), "at": 0,
    }))
    .expect("an entry")
}

fn plans() -> RoomId {
    "plans".parse().expect("an id")
}

/// The verdict on a tab that was told of these places of a room that goes up to 6.
fn told(seqs: &[u64], ranges: &[(u64, Option<u64>)], is_in: bool) -> Verdict {
    let (mut seen, mut verdict) = (Seen::default(), Verdict::default());
    seen.of(&plans()).begin(0);
    for seq in seqs {
        seen.of(&plans()).take(&[entry(*seq)], &[]);
    }
    let ranges = ranges.to_vec();
    let sights = BTreeMap::from([(plans(), Sight { ranges, is_in })]);
    let tops = BTreeMap::from([(plans(), 6)]);
    check_told((0, &seen), &sights, &tops, &mut verdict);
    verdict
}

#[test]
fn who_was_told_all_they_may_see_is_well() {
    assert!(told(&[1, 2, 3, 4, 5, 6], &[(1, None)], true).is_good());
    assert!(told(&[1, 2, 5, 6], &[(1, Some(2)), (5, None)], true).is_good());
    assert!(
        told(&[1], &[(1, Some(2))], false).is_good(),
        "cut off, and out"
    );
}

#[test]
fn a_hole_in_what_one_was_told_is_told() {
    assert_eq!(told(&[1, 2, 4, 5, 6], &[(1, None)], true).differing, 1);
    assert_eq!(told(&[1, 2, 3, 4, 5], &[(1, None)], true).differing, 1);
}

#[test]
fn who_was_told_what_is_not_for_them_is_told() {
    assert_eq!(told(&[1, 2, 3], &[(1, Some(2))], false).differing, 1);
    assert_eq!(told(&[1], &[], false).differing, 1);
}

fn list(bodies: &[(u64, &str)]) -> List {
    let line = |&(seq, body): &(u64, &str)| {
        Line::Message(Arc::new(Message {
            cid: format!("0-{seq}").parse().expect("a cid"),
            sender: Person {
                id: "ann".parse().expect("an id"),
                name: protocol::Name::parse("Ann").expect("a name"),
            },
            body: body.to_owned(),
            at: 0,
            seq: Some(seq),
            state: Sending::Sent,
            mine: false,
            edited: false,
            deleted: false,
            reactions: Vec::new(),
            reply: None,
            changing: false,
            mentions_me: false,
        }))
    };
    List {
        lines: bodies.iter().map(line).collect(),
        has_older: true,
    }
}

#[test]
fn a_list_is_as_the_log_from_its_first_message_on() {
    let entries: Vec<Entry> = (1..=4).map(entry).collect();
    let all = Sight {
        ranges: vec![(1, None)],
        is_in: true,
    };
    let check = |shown: &[(u64, &str)]| check_list(&list(shown), &entries, &all);
    assert_eq!(check(&[(3, "3"), (4, "4")]), Ok(()));
    assert!(check(&[(3, "3")]).is_err(), "the end is missing");
    assert!(check(&[(2, "2"), (4, "4")]).is_err(), "a hole");
    assert!(check(&[(3, "3"), (4, "five")]).is_err(), "another text");
    let part = Sight {
        ranges: vec![(1, Some(2)), (4, None)],
        is_in: true,
    };
    let shown = list(&[(2, "2"), (4, "4")]);
    assert_eq!(check_list(&shown, &entries, &part), Ok(()));
}
