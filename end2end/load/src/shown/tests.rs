//! What a user would see wrong is told.

use protocol::{Entry, Gap, Person};

use super::*;

fn line(seq: Option<u64>, sender: &str, nth: u64) -> Line {
    let person = Person {
        id: sender.parse().expect("an id"),
        name: protocol::Name::parse(sender).expect("a name"),
    };
    Line::Message(Arc::new(Message {
        cid: format!("c-{nth}").parse().expect("a cid"),
        sender: person,
        body: format!("{nth} of {sender}"),
        at: 0,
        seq,
        state: seq.map_or(Sending::Pending, |_| Sending::Sent),
        mine: sender == "me",
        edited: false,
        deleted: false,
        reactions: Vec::new(),
        reply: None,
        changing: false,
        mentions_me: false,
    }))
}

fn list(lines: Vec<Line>) -> List {
    let has_older = true;
    List { lines, has_older }
}

fn sent(seqs: &[u64]) -> List {
    list(
        seqs.iter()
            .map(|seq| line(Some(*seq), "ann", *seq))
            .collect(),
    )
}

fn entry(seq: u64, kind: &str) -> Entry {
    serde_json::from_value(serde_json::json!({
        "room": "lobby", "seq": seq, "offset": seq, "sender": "ann", "name": "ann", "cid": format!("c-{seq}"),
        "kind": kind, "body": format!("{seq} of ann"), "at": 0,
    }))
    .expect("an entry")
}

/// A tab that was told of these messages.
fn told(seqs: &[u64]) -> Told {
    let entries: Vec<Entry> = seqs.iter().map(|seq| entry(*seq, "posted")).collect();
    let mut told = Told::default();
    told.take(&entries, &[]);
    told
}

fn looked(list: &List, mut told: Told) -> Result<(), String> {
    list.look(&mut told, (&Ledger::new(0), "lobby"))
}

#[test]
fn a_list_of_all_that_was_told_is_good() {
    assert_eq!(looked(&sent(&[5, 6, 7]), told(&[5, 6, 7])), Ok(()));
    assert_eq!(
        looked(&sent(&[6, 7]), told(&[5, 6, 7])),
        Ok(()),
        "the end of it"
    );
}

#[test]
fn a_list_with_a_hole_is_told() {
    let wrong = looked(&sent(&[5, 7]), told(&[5, 6, 7])).err();
    assert_eq!(wrong.as_deref(), Some("shows 7 after Some(5)"));
    assert!(
        looked(&sent(&[5, 7]), told(&[5, 7])).is_err(),
        "nobody told of 6"
    );
}

#[test]
fn between_two_messages_there_may_be_changes_and_what_is_closed() {
    let mut told = told(&[1]);
    told.take(&[entry(2, "edited"), entry(3, "added")], &[]);
    let closed: [Gap; 1] = [(4, 9)];
    told.take(&[entry(10, "posted")], &closed);
    assert_eq!(looked(&sent(&[1, 10]), told), Ok(()));
}

#[test]
fn swapped_lines_are_told() {
    assert!(looked(&sent(&[6, 5]), told(&[5, 6])).is_err());
}

#[test]
fn a_line_shown_twice_is_told() {
    assert!(looked(&sent(&[5, 5]), told(&[5])).is_err());
    let twice = vec![line(Some(1), "me", 1), line(None, "me", 1)];
    let wrong = looked(&list(twice), told(&[1])).err();
    assert_eq!(wrong.as_deref(), Some("shows c-1 twice"));
}

#[test]
fn a_beginning_that_is_missing_is_told() {
    let whole = |seqs| List {
        has_older: false,
        ..sent(seqs)
    };
    assert!(looked(&whole(&[2, 3]), told(&[1, 2, 3])).is_err());
    assert_eq!(looked(&whole(&[1, 2, 3]), told(&[1, 2, 3])), Ok(()));
}

#[test]
fn what_nobody_was_told_is_not_shown() {
    assert!(looked(&sent(&[5]), told(&[6])).is_err());
}

#[test]
fn ones_own_may_stand_below_until_their_entry_comes() {
    let lines = vec![
        line(Some(1), "ann", 1),
        line(Some(4), "me", 1),
        line(None, "me", 2),
    ];
    assert_eq!(looked(&list(lines), told(&[1])), Ok(()));
    let lines = vec![line(None, "me", 2), line(Some(1), "ann", 1)];
    assert!(looked(&list(lines), told(&[1])).is_err(), "above others");
}

#[test]
fn two_lists_that_differ_are_told() {
    let ledger = Ledger::new(0);
    let look = |list: &List| list.look(&mut told(&[1, 2]), (&ledger, "lobby"));
    assert_eq!(look(&sent(&[1, 2])), Ok(()));
    let other = vec![line(Some(1), "ann", 1), line(Some(2), "bob", 2)];
    assert!(look(&list(other)).is_err());
}

#[test]
fn a_line_that_changes_is_told() {
    let (ledger, mut told) = (Ledger::new(0), told(&[1]));
    let shown = sent(&[1]);
    shown
        .look(&mut told, (&ledger, "lobby"))
        .expect("the first");
    let other = list(vec![line(Some(1), "ann", 9)]);
    assert!(other.look_again(&told, (&ledger, "lobby")).is_err());
}

#[test]
fn another_text_than_was_written_is_told() {
    let written = Written { tab: 0, nth: 7 };
    let said = |body: String, edited| {
        let Line::Message(mut message) = line(Some(1), "ann", 1) else {
            unreachable!("it is a message")
        };
        let changed = Arc::make_mut(&mut message);
        (changed.cid, changed.body, changed.edited) = (written.cid(), body, edited);
        looked(&list(vec![Line::Message(message)]), told(&[1]))
    };
    assert_eq!(said(written.body(), false), Ok(()));
    assert!(said("something else".to_owned(), false).is_err());
    assert_eq!(
        said("something else".to_owned(), true),
        Ok(()),
        "it says so"
    );
}
