//! What the list of messages is made of, and how it changes without drawing again what has not changed.

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

/// Lays out the lines: a day line where a day begins, an author where somebody else goes on or time has passed.
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

/// The rows for `lines`. Rows that were there before keep their signals, which are set only where something differs.
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

fn set_if_other<T: PartialEq + Send + Sync + 'static>(signal: &ArcRwSignal<T>, new: T) {
    if signal.with_untracked(|old| *old != new) {
        signal.set(new);
    }
}
