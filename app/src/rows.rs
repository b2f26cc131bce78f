//! What the list of messages is made of, and how it changes without drawing again what has not
//! changed.

use std::{collections::HashMap, sync::Arc};

use client::{Line, Message, Notice};
use leptos::prelude::*;

use crate::calendar::Day;

/// Messages of one author within this time of each other stand together.
const TOGETHER_MS: u64 = 5 * 60 * 1_000;

/// One row of the list.
#[derive(Clone)]
pub(crate) struct Row {
    /// Which row it is; the same from pending to sent.
    pub(crate) key: String,
    pub(crate) content: Content<ArcRwSignal<MessageRow>, ArcRwSignal<Arc<Notice>>>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Content<M, N> {
    Day(Day),
    Message(M),
    Notice(N),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct MessageRow {
    pub(crate) message: Arc<Message>,
    /// Whether it begins a group, and so shows its author.
    pub(crate) heads: bool,
}

type Laid = Content<MessageRow, Arc<Notice>>;

/// Lays out the lines: a day line where a day begins, an author where somebody else goes on or time
/// has passed.
fn lay_out(lines: &[Line], day_of: impl Fn(u64) -> Day) -> Vec<Laid> {
    let mut rows = Vec::with_capacity(lines.len() + 8);
    let mut latest_day = None;
    let mut above: Option<&Message> = None;
    for line in lines {
        let message = match line {
            Line::Notice(notice) => {
                above = None;
                rows.push(Content::Notice(notice.clone()));
                continue;
            }
            Line::Message(message) => message,
        };
        let day = day_of(message.at);
        // Clocks of nodes differ a little: a day that has begun does not end again.
        if latest_day.is_none_or(|latest| latest < day) {
            latest_day = Some(day);
            above = None;
            rows.push(Content::Day(day));
        }
        let heads = above.is_none_or(|above| {
            above.sender.id != message.sender.id
                || message.at.saturating_sub(above.at) > TOGETHER_MS
        });
        rows.push(Content::Message(MessageRow {
            message: message.clone(),
            heads,
        }));
        above = Some(message);
    }
    rows
}

fn key(row: &Laid) -> String {
    match row {
        Content::Day(day) => format!("day {day}"),
        Content::Message(row) => format!("{} {}", row.message.sender.id, row.message.cid),
        Content::Notice(notice) => format!("notice {}", notice.id),
    }
}

/// The rows for `lines`. Rows that were there before keep their signals, which are set only where
/// something differs.
pub(crate) fn renew(before: &[Row], lines: &[Line], day_of: impl Fn(u64) -> Day) -> Vec<Row> {
    let mut known: HashMap<&str, &Row> = before.iter().map(|row| (row.key.as_str(), row)).collect();
    let laid = lay_out(lines, day_of).into_iter();
    laid.map(|row| {
        let key = key(&row);
        let old = known.remove(key.as_str()).map(|row| &row.content);
        let content = match (row, old) {
            (Content::Day(day), _) => Content::Day(day),
            (Content::Message(new), Some(Content::Message(signal))) => {
                set_if_other(signal, new);
                Content::Message(signal.clone())
            }
            (Content::Notice(new), Some(Content::Notice(signal))) => {
                set_if_other(signal, new);
                Content::Notice(signal.clone())
            }
            (Content::Message(new), _) => Content::Message(ArcRwSignal::new(new)),
            (Content::Notice(new), _) => Content::Notice(ArcRwSignal::new(new)),
        };
        Row { key, content }
    })
    .collect()
}

/// Whether they are the same rows in the same order, whatever stands in them.
pub(crate) fn are_the_same(rows: &[Row], before: &[Row]) -> bool {
    rows.len() == before.len() && rows.iter().zip(before).all(|(row, old)| row.key == old.key)
}

fn set_if_other<T: PartialEq + Send + Sync + 'static>(signal: &ArcRwSignal<T>, new: T) {
    if signal.with_untracked(|old| *old != new) {
        signal.set(new);
    }
}

#[cfg(test)]
mod tests {
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

    /// A row in a word: `day`, `Ann` with her name, `-` without, `notice`.
    fn seen(lines: &[Line]) -> Vec<String> {
        let rows = lay_out(lines, |at| crate::calendar::day(at, 0));
        rows.into_iter()
            .map(|row| match row {
                Content::Day(day) => format!("day {day}"),
                Content::Message(row) if row.heads => row.message.sender.name.to_string(),
                Content::Message(_) => "-".to_owned(),
                Content::Notice(_) => "notice".to_owned(),
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
    fn a_row_keeps_its_signal_when_its_message_changes() {
        let owner = Owner::new();
        owner.with(|| {
            let day_of = |at| crate::calendar::day(at, 0);
            let before = renew(&[], &[says("Ann", 1)], day_of);
            let Line::Message(message) = says("Ann", 1) else {
                unreachable!("she said it")
            };
            let pending = Message {
                state: Sending::Pending,
                ..(*message).clone()
            };
            let after = renew(&before, &[Line::Message(Arc::new(pending))], day_of);
            let (Content::Message(old), Content::Message(new)) =
                (&before[1].content, &after[1].content)
            else {
                panic!("both are messages");
            };
            assert_eq!(before[1].key, after[1].key);
            assert_eq!(old.get_untracked().message.state, Sending::Pending);
            assert_eq!(new.get_untracked(), old.get_untracked());
        });
    }
}
