use client::Sending;
use protocol::{Name, Person};

use super::*;

const MINUTE_MS: u64 = 60_000;
const DAY_MS: u64 = 24 * 60 * MINUTE_MS;

fn person(name: &str) -> Person {
    let id = name.parse().expect("a name of letters is an id");
    Person {
        id,
        name: Name::parse(name).expect("a name"),
    }
}

fn says(name: &str, at: u64) -> Line {
    Line::Message(Arc::new(Message {
        cid: format!("{name}-{at}").parse().expect("a cid"),
        sender: person(name),
        body: "hi".to_owned(),
        at,
        seq: Some(at),
        state: Sending::Sent,
        mine: false,
        edited: false,
        deleted: false,
        reactions: vec![],
        reply: None,
        changing: false,
        mentions_me: false,
    }))
}

fn joins(name: &str) -> Line {
    let joined = vec![person(name)];
    Line::Notice(Arc::new(Notice {
        id: 1,
        joined,
        left: vec![],
        at: 0,
    }))
}

struct Plain;

impl Look for Plain {
    fn day(&self, at: u64) -> Day {
        crate::calendar::day(at, 0)
    }

    fn draw(&self, _: &Laid) -> Piece {
        crate::piece::piece("p", "")
    }
}

/// Does not draw.
struct Silent;

impl Look for Silent {
    fn day(&self, at: u64) -> Day {
        crate::calendar::day(at, 0)
    }

    fn draw(&self, laid: &Laid) -> Piece {
        panic!("drawn again: {laid:?}")
    }
}

/// A row in a word: `day`, `Ann` with her name, `-` without, `notice`.
fn seen(lines: &[Line]) -> Vec<String> {
    let rows = lay_out(lines, Some(2 * DAY_MS), &Plain);
    rows.into_iter()
        .map(|row| match row {
            Laid::Day(day) => format!("day {day}"),
            Laid::NewSince => "new".to_owned(),
            Laid::Message(row) if row.heads => row.message.sender.name.to_string(),
            Laid::Message(_) => "-".to_owned(),
            Laid::Notice(_) | Laid::Fact(_) => "notice".to_owned(),
        })
        .collect()
}

#[test]
fn messages_of_one_author_stand_together_for_five_minutes() {
    let at = |minutes| minutes * MINUTE_MS;
    let lines = [
        says("Ann", at(0)),
        says("Ann", at(5)),
        says("Bob", at(6)),
        says("Ann", at(7)),
        says("Ann", at(13)),
    ];
    assert_eq!(seen(&lines), ["day 0", "Ann", "-", "Bob", "Ann", "Ann"]);
}

#[test]
fn a_day_or_a_notice_begins_a_new_group() {
    let late = DAY_MS - MINUTE_MS;
    let lines = [
        says("Ann", late),
        says("Ann", DAY_MS),
        joins("Bob"),
        says("Ann", DAY_MS + 1),
    ];
    assert_eq!(
        seen(&lines),
        ["day 0", "Ann", "day 1", "Ann", "notice", "Ann"]
    );
}

#[test]
fn a_day_that_has_begun_does_not_end_again() {
    let lines = [
        says("Ann", DAY_MS),
        says("Bob", DAY_MS - 1),
        says("Cyd", DAY_MS + 1),
    ];
    assert_eq!(seen(&lines), ["day 1", "Ann", "Bob", "Cyd"]);
}

#[test]
fn a_row_is_drawn_again_only_when_something_has_changed() {
    let lines = [says("Ann", 1)];
    let mut before = renew(&[], &lines, None, &Plain);
    assert_eq!(renew(&before, &lines, None, &Silent), before);
    before[1].turn(Face::Actions, &Plain);
    let Line::Message(message) = &lines[0] else {
        unreachable!("she said it")
    };
    let pending = Message {
        state: Sending::Pending,
        ..(**message).clone()
    };
    let after = renew(&before, &[Line::Message(Arc::new(pending))], None, &Plain);
    assert_eq!(before[1].key, after[1].key);
    let shown = after[1].message().expect("it is a message");
    assert_eq!(shown.state, Sending::Pending);
    assert_eq!(after[1].face(), Some(Face::Actions));
}

#[test]
fn what_came_since_begins_with_a_line() {
    let day = 2 * DAY_MS;
    let lines = [says("Ann", day), says("Ann", day + 1), says("Ann", day + 2)];
    assert_eq!(seen(&lines), ["day 2", "Ann", "new", "Ann", "-"]);
}
