//! The checker sees what is wrong: a log with each fault is told.

use super::*;

/// Two tabs wrote in two rooms, all answered: messages, an answer, an edit, a sign, and one is taken back.
struct Run {
    people: Vec<UserId>,
    ledger: Ledger,
    log: Vec<Entry>,
}

fn room(name: &str) -> RoomId {
    name.parse().expect("an id")
}

impl Run {
    fn new() -> Self {
        let mut run = Self {
            people: vec!["ann".parse().expect("an id"), "bob".parse().expect("an id")],
            ledger: Ledger::new(2),
            log: Vec::new(),
        };
        for (tab, at, kind, target) in [
            (0, "lobby", Kind::Posted, None),
            (1, "lobby", Kind::Posted, None),
            (0, "plans", Kind::Posted, None),
            (0, "lobby", Kind::Edited, Some(1)),
            (1, "lobby", Kind::Posted, Some(1)),
            (1, "plans", Kind::Reacted, Some(1)),
            (0, "lobby", Kind::Posted, None),
            (0, "lobby", Kind::Deleted, Some(5)),
        ] {
            run.write(tab, room(at), (kind, target));
        }
        run.log[6].body.clear();
        run
    }

    fn write(&mut self, tab: usize, room: RoomId, (kind, target): (Kind, Option<u64>)) -> Written {
        let nth = self.ledger.sends[tab].write(room.clone(), kind, target);
        let written = Written { tab, nth };
        let seq = 1 + self.log.iter().filter(|entry| entry.room == room).count() as u64;
        self.log.push(Entry {
            room,
            seq,
            offset: self.log.len() as u64 + 1,
            sender: self.people[tab].clone(),
            name: protocol::Name::parse("somebody").expect("a name"),
            cid: written.cid(),
            kind,
            target: target.map(Target::message),
            body: written.says(kind),
            enclosed: None,
            at: 0,
        });
        let answered = self.ledger.answer(written, Fate::Stored(seq));
        answered.expect("the first answer");
        written
    }

    fn verdict(&self) -> Verdict {
        let mut checker = Checker::new(&self.ledger, &self.people);
        self.log.iter().for_each(|entry| checker.read(entry));
        checker.end().1
    }

    /// After something was done to the log: each room's places anew.
    fn number(&mut self) {
        let mut tops: BTreeMap<RoomId, u64> = BTreeMap::new();
        for entry in &mut self.log {
            let top = tops.entry(entry.room.clone()).or_default();
            *top += 1;
            entry.seq = *top;
        }
    }
}

#[test]
fn a_good_log_is_good() {
    let verdict = Run::new().verdict();
    assert!(verdict.is_good() && verdict.stored == 8, "{verdict:?}");
}

#[test]
fn a_lost_message_is_told() {
    let mut run = Run::new();
    run.log.remove(2);
    run.number();
    assert_eq!(run.verdict().lost, 1);
}

#[test]
fn a_message_never_answered_is_missed_too() {
    let run = Run::new();
    run.ledger.sends[0].write(room("lobby"), Kind::Posted, None);
    let verdict = run.verdict();
    assert_eq!((verdict.lost, verdict.strange), (0, 1), "{verdict:?}");
}

#[test]
fn what_was_refused_is_not_stored_and_had_a_reason() {
    for (at, kind, target, why, is_good) in [
        ("plans", Kind::Posted, None, Reason::RoomUnknown, true),
        ("lobby", Kind::Posted, None, Reason::RoomUnknown, false),
        ("lobby", Kind::Edited, Some(5), Reason::MessageUnknown, true),
        (
            "lobby",
            Kind::Edited,
            Some(1),
            Reason::MessageUnknown,
            false,
        ),
        ("lobby", Kind::Posted, None, Reason::RateLimited, false),
    ] {
        let run = Run::new();
        let nth = run.ledger.sends[0].write(room(at), kind, target);
        let written = Written { tab: 0, nth };
        let refused = run.ledger.answer(written, Fate::Refused(why));
        refused.expect("the first answer");
        assert_eq!(run.verdict().is_good(), is_good, "{at} {why:?}");
    }
    let mut run = Run::new();
    let written = run.write(0, room("plans"), (Kind::Posted, None));
    let again = Fate::Refused(Reason::RoomUnknown);
    assert!(run.ledger.answer(written, again).is_err(), "it was stored");
}

#[test]
fn a_doubled_message_is_told() {
    let mut run = Run::new();
    run.log.push(run.log[3].clone());
    run.number();
    assert_eq!(run.verdict().doubled, 1);
}

#[test]
fn a_swap_of_one_senders_messages_is_told() {
    let mut run = Run::new();
    run.log.swap(1, 4);
    run.number();
    assert_eq!(run.verdict().reordered, 1);
}

#[test]
fn a_swap_of_two_senders_messages_is_told_by_their_answers() {
    let mut run = Run::new();
    run.log.swap(0, 1);
    run.number();
    let verdict = run.verdict();
    assert_eq!((verdict.reordered, verdict.strange), (0, 2), "{verdict:?}");
}

#[test]
fn an_altered_message_is_told() {
    let alter: [fn(&mut Run); 6] = [
        |run| run.log[0].body.push('!'),
        |run| run.log[3].body.clear(),
        |run| run.log[6].body = Written { tab: 0, nth: 4 }.body(),
        |run| run.log[4].target = None,
        |run| run.log[3].kind = Kind::Posted,
        |run| run.log[5].body = "👎".to_owned(),
    ];
    for (nth, alter) in alter.into_iter().enumerate() {
        let mut run = Run::new();
        alter(&mut run);
        assert!(run.verdict().strange > 0, "{nth}");
    }
}

#[test]
fn a_message_of_another_room_is_told() {
    let mut run = Run::new();
    run.log[2].room = room("garden");
    assert!(run.verdict().strange > 0);
}

#[test]
fn a_forged_sender_is_told() {
    let mut run = Run::new();
    run.log[2].sender = "eve".parse().expect("an id");
    assert!(!run.verdict().is_good());
}

#[test]
fn a_place_left_out_of_the_log_is_told() {
    let mut run = Run::new();
    run.log[7].seq = 9;
    assert!(run.verdict().strange > 0);
}

#[test]
fn a_list_that_shows_something_else_is_told() {
    let run = Run::new();
    let ledger = &run.ledger;
    ledger
        .show("lobby", &[(1, hash("ann", "0-1"))])
        .expect("the first");
    assert!(run.verdict().is_good());
    ledger
        .show("lobby", &[(2, hash("ann", "0-9"))])
        .expect("the first");
    assert_eq!(run.verdict().differing, 1);
}
