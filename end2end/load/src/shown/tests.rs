//! What a user would see wrong is told.

use std::sync::Arc;

use protocol::Person;

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

fn sent(seqs: &[u64]) -> Vec<Line> {
    seqs.iter()
        .map(|seq| line(Some(*seq), "ann", *seq))
        .collect()
}

fn looked(lists: &[Vec<Line>]) -> Result<Shown, String> {
    let (mut shown, ledger) = (Shown::default(), Ledger::new(0));
    for list in lists {
        shown.look(list, true, &ledger)?;
    }
    Ok(shown)
}

#[test]
fn a_run_is_whole() {
    let shown = looked(&[sent(&[5, 6]), sent(&[6, 7, 8])]).expect("nothing is wrong");
    assert_eq!((shown.last(), shown.has_gap()), (8, false));
    assert_eq!(shown.missing(8), [0; 0]);
}

#[test]
fn a_list_with_a_hole_is_told() {
    let wrong = looked(&[sent(&[5, 7])]).err();
    assert_eq!(wrong.as_deref(), Some("shows 7 after 5"));
}

#[test]
fn swapped_lines_are_told() {
    assert!(looked(&[sent(&[6, 5])]).is_err());
}

#[test]
fn a_line_shown_twice_is_told() {
    assert!(looked(&[sent(&[5, 5])]).is_err());
    let twice = vec![line(Some(1), "me", 1), line(None, "me", 1)];
    assert_eq!(looked(&[twice]).err().as_deref(), Some("shows c-1 twice"));
}

#[test]
fn a_beginning_that_is_missing_is_told() {
    let (mut shown, ledger) = (Shown::default(), Ledger::new(0));
    assert!(shown.look(&sent(&[2, 3]), false, &ledger).is_err());
    assert!(shown.look(&sent(&[1, 2]), false, &ledger).is_ok());
}

#[test]
fn what_a_fresh_page_left_out_is_a_gap_until_older_pages_close_it() {
    let shown = looked(&[sent(&[1, 2]), sent(&[6, 7])]).expect("nothing is wrong yet");
    assert!(shown.has_gap());
    assert_eq!(shown.missing(8), [3, 4, 5, 8]);
    let shown = looked(&[sent(&[1, 2]), sent(&[6, 7]), sent(&[3, 4, 5, 6, 7])]);
    assert!(!shown.expect("nothing is wrong").has_gap());
}

fn entry(seq: u64) -> Entry {
    serde_json::from_value(serde_json::json!({
        "room": "lobby", "seq": seq, "offset": seq, "sender": "ann", "name": "ann", "cid": format!("c-{seq}"),
        "kind": "posted", "body": format!("{seq} of ann"), "at": 0,
    }))
    .expect("an entry")
}

#[test]
fn an_older_gap_is_closed_by_pages_read_beside_the_list() {
    let ledger = Ledger::new(0);
    let mut shown = Shown::default();
    for list in [sent(&[1, 2]), sent(&[5, 6]), sent(&[6, 7])] {
        shown
            .look(&list, true, &ledger)
            .expect("nothing is wrong yet");
    }
    assert!(shown.has_gap() && !shown.has_gap_above());
    assert_eq!(shown.whole_to(), 2);
    assert!(shown.look_at_page(&[entry(3), entry(5)], &ledger).is_err());
    let page = [entry(2), entry(3), entry(4)];
    shown
        .look_at_page(&page, &ledger)
        .expect("nothing is wrong");
    assert!(!shown.has_gap());
}

#[test]
fn all_after_the_first_list_is_to_be_shown_even_if_it_was_empty() {
    let ledger = Ledger::new(0);
    let mut shown = Shown::default();
    shown.begin(0);
    shown
        .look(&sent(&[3, 4]), true, &ledger)
        .expect("nothing is wrong yet");
    assert!(shown.has_gap() && shown.has_gap_above());
    assert_eq!(shown.missing(4), [1, 2]);
}

#[test]
fn ones_own_may_stand_below_until_their_entry_comes() {
    let list = vec![
        line(Some(1), "ann", 1),
        line(Some(4), "me", 1),
        line(None, "me", 2),
    ];
    assert_eq!(looked(&[list]).expect("nothing is wrong").last(), 1);
}

#[test]
fn two_lists_that_differ_are_told() {
    let ledger = Ledger::new(0);
    let (mut one, mut two) = (Shown::default(), Shown::default());
    one.look(&sent(&[1, 2]), true, &ledger).expect("the first");
    let other = vec![line(Some(1), "ann", 1), line(Some(2), "bob", 2)];
    assert!(two.look(&other, true, &ledger).is_err());
}

#[test]
fn a_line_that_changes_is_told() {
    let (mut shown, ledger) = (Shown::default(), Ledger::new(0));
    shown.look(&sent(&[1]), true, &ledger).expect("the first");
    let other = vec![line(Some(1), "ann", 9)];
    assert!(shown.look_again(&other, true, &ledger).is_err());
}
