//! The checker sees what is wrong: a log with each fault is told.

use client::{Line, Message, Sending};
use protocol::Person;
use std::sync::Arc;

use super::*;

/// Two tabs wrote two messages each, all answered and shown.
struct Run {
    people: Vec<UserId>,
    ledger: Ledger,
    log: Vec<Stored>,
}

impl Run {
    fn new() -> Self {
        let mut run = Self {
            people: vec!["ann".parse().expect("an id"), "bob".parse().expect("an id")],
            ledger: Ledger::new(2),
            log: Vec::new(),
        };
        for (tab, nth) in [(0, 1), (1, 1), (0, 2), (1, 2)] {
            let written = Written { tab, nth };
            assert_eq!(run.ledger.sends[tab].write(), nth);
            let seq = run.log.len() as u64 + 1;
            run.ledger.accept(written, seq).expect("the first answer");
            run.log.push(Stored {
                seq,
                sender: run.people[tab].to_string(),
                cid: written.to_string(),
                body: written.body(),
            });
        }
        run
    }

    /// A tab that has shown these places of the log as it is now.
    fn shows(&self, seqs: &[usize]) -> Shown {
        let mut shown = Shown::default();
        for seq in seqs {
            let entry = &self.log[seq - 1];
            let person = Person {
                id: entry.sender.parse().expect("an id"),
                name: protocol::Name::parse(&entry.sender).expect("a name"),
            };
            let line = Line::Message(Arc::new(Message {
                cid: entry.cid.parse().expect("a cid"),
                sender: person,
                body: entry.body.clone(),
                at: 0,
                seq: Some(entry.seq),
                state: Sending::Sent,
                mine: false,
                edited: false,
                deleted: false,
                reactions: Vec::new(),
                reply: None,
                changing: false,
                mentions_me: false,
            }));
            shown
                .look(&[line], true, &self.ledger)
                .expect("it is alone");
        }
        shown
    }

    fn verdict(&self, shown: &[Shown]) -> Verdict {
        let mut checker = Checker::new(&self.ledger, &self.people);
        self.log.iter().for_each(|entry| checker.read(entry));
        checker.end(shown)
    }

    fn number(&mut self) {
        for (entry, seq) in self.log.iter_mut().zip(1..) {
            entry.seq = seq;
        }
    }
}

#[test]
fn a_good_log_is_good() {
    let run = Run::new();
    let verdict = run.verdict(&[run.shows(&[1, 2, 3, 4])]);
    assert!(verdict.is_good() && verdict.stored == 4, "{verdict:?}");
}

#[test]
fn a_lost_message_is_told() {
    let mut run = Run::new();
    run.log.pop();
    assert_eq!(run.verdict(&[]).lost, 1);
    run.log.remove(0);
    run.number();
    assert_eq!(run.verdict(&[]).lost, 2);
}

#[test]
fn a_message_never_answered_is_missed_too() {
    let run = Run::new();
    run.ledger.sends[0].write();
    let verdict = run.verdict(&[]);
    assert_eq!((verdict.lost, verdict.strange), (0, 1), "{verdict:?}");
}

#[test]
fn a_doubled_message_is_told() {
    let mut run = Run::new();
    let again = run.log[3].clone();
    run.log.push(Stored { seq: 5, ..again });
    assert_eq!(run.verdict(&[]).doubled, 1);
}

#[test]
fn a_swap_of_one_senders_messages_is_told() {
    let mut run = Run::new();
    run.log.swap(0, 2);
    run.number();
    assert_eq!(run.verdict(&[]).reordered, 1);
}

#[test]
fn a_swap_of_two_senders_messages_is_told_by_their_answers() {
    let mut run = Run::new();
    run.log.swap(0, 1);
    run.number();
    let verdict = run.verdict(&[]);
    assert_eq!((verdict.reordered, verdict.strange), (0, 2), "{verdict:?}");
}

#[test]
fn an_altered_message_is_told() {
    let mut run = Run::new();
    run.log[2].body.push('!');
    assert_eq!(run.verdict(&[]).strange, 1);
}

#[test]
fn a_forged_sender_is_told() {
    let mut run = Run::new();
    run.log[2].sender = "eve".to_owned();
    assert!(!run.verdict(&[]).is_good());
}

#[test]
fn a_place_left_out_of_the_log_is_told() {
    let mut run = Run::new();
    run.log[3].seq = 5;
    assert!(run.verdict(&[]).strange > 0);
}

#[test]
fn a_list_with_a_hole_is_told() {
    let run = Run::new();
    let verdict = run.verdict(&[run.shows(&[1, 2, 3, 4]), run.shows(&[1, 2, 4])]);
    assert_eq!(verdict.differing, 1, "{verdict:?}");
    let verdict = run.verdict(&[run.shows(&[1, 2, 3])]);
    assert_eq!(verdict.differing, 1, "the end is missing: {verdict:?}");
}

#[test]
fn a_list_that_shows_something_else_is_told() {
    let mut run = Run::new();
    let shown = run.shows(&[1, 2, 3, 4]);
    run.log.swap(1, 3);
    run.number();
    assert_eq!(run.verdict(&[shown]).differing, 2);
}
