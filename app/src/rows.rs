//! What the list of messages is made of, and how it changes without drawing again what has not
//! changed.

use std::sync::Arc;

use client::{Fact, Line, Message, Notice};

use crate::{calendar::Day, piece::Piece};

#[cfg(test)]
mod tests;

/// Messages of one author within this time of each other stand together.
const TOGETHER_MS: u64 = 5 * 60 * 1_000;

/// One row of the list.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    /// Which row it is; the same from pending to sent.
    pub(crate) key: String,
    pub(crate) laid: Laid,
    /// How it looks.
    pub(crate) piece: Piece,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Laid {
    Day(Day),
    /// What is below came since the reader was last here.
    NewSince,
    Message(MessageRow),
    Notice(Arc<Notice>),
    Fact(Arc<Fact>),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct MessageRow {
    pub(crate) message: Arc<Message>,
    /// Whether it begins a group, and so shows its author.
    pub(crate) heads: bool,
    pub(crate) face: Face,
}

/// What a message offers at the moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Face {
    #[default]
    Quiet,
    /// What one can do with it.
    Actions,
    /// Whether it is really to be deleted.
    Question,
}

/// Lays out the lines: a day line where a day begins, a line before the first message of others after `new_since`, an author
/// where somebody else goes on or time has passed.
fn lay_out(lines: &[Line], new_since: Option<u64>, look: &dyn Look) -> Vec<Laid> {
    let mut rows = Vec::with_capacity(lines.len() + 8);
    let mut latest_day = None;
    let mut above: Option<&Message> = None;
    let mut new_since = new_since;
    for line in lines {
        let message = match line {
            Line::Notice(notice) => {
                above = None;
                rows.push(Laid::Notice(notice.clone()));
                continue;
            }
            Line::Fact(fact) => {
                above = None;
                rows.push(Laid::Fact(fact.clone()));
                continue;
            }
            Line::Message(message) => message,
        };
        let day = look.day(message.at);
        // Clocks of nodes differ a little: a day that has begun does not end again.
        if latest_day.is_none_or(|latest| latest < day) {
            latest_day = Some(day);
            above = None;
            rows.push(Laid::Day(day));
        }
        if !message.mine && new_since.is_some_and(|seen| message.seq > Some(seen)) {
            new_since = None;
            above = None;
            rows.push(Laid::NewSince);
        }
        let heads = above.is_none_or(|above| {
            above.sender.id != message.sender.id
                || message.at.saturating_sub(above.at) > TOGETHER_MS
                || message.reply.is_some()
        });
        rows.push(Laid::Message(MessageRow {
            message: message.clone(),
            heads,
            face: Face::Quiet,
        }));
        above = Some(message);
    }
    rows
}

fn key(row: &Laid) -> String {
    match row {
        Laid::Day(day) => format!("day {day}"),
        Laid::NewSince => "new".to_owned(),
        Laid::Message(row) => key_of(&row.message),
        Laid::Notice(notice) => format!("notice {}", notice.id),
        Laid::Fact(fact) => format!("fact {}", fact.seq),
    }
}

/// Which row a message has.
pub(crate) fn key_of(message: &Message) -> String {
    format!("{} {}", message.sender.id, message.cid)
}

/// The rows for `lines`. What was there before and is the same is not drawn again.
pub(crate) fn renew(
    before: &[Row],
    lines: &[Line],
    new_since: Option<u64>,
    look: &dyn Look,
) -> Vec<Row> {
    let mut from = 0;
    let renewed = |mut new: Laid| {
        let key = key(&new);
        // Most often it is the next one.
        let at = (from..before.len())
            .chain(0..from.min(before.len()))
            .find(|at| before[*at].key == key);
        let old = at.map(|at| {
            from = at + 1;
            &before[at]
        });
        if let (Laid::Message(new), Some(face)) = (&mut new, old.and_then(Row::face)) {
            new.face = face;
        }
        match old {
            Some(old) if old.laid == new => old.clone(),
            _ => Row::new(key, new, look),
        }
    };
    lay_out(lines, new_since, look)
        .into_iter()
        .map(renewed)
        .collect()
}

/// How lines look, and which day it was.
pub(crate) trait Look {
    fn day(&self, at: u64) -> Day;
    fn draw(&self, laid: &Laid) -> Piece;
}

impl Row {
    fn new(key: String, laid: Laid, look: &dyn Look) -> Self {
        let piece = look.draw(&laid).key(&key);
        Self { key, laid, piece }
    }

    /// None if it is not a message.
    fn face(&self) -> Option<Face> {
        match &self.laid {
            Laid::Message(row) => Some(row.face),
            _ => None,
        }
    }

    pub(crate) fn message(&self) -> Option<&Arc<Message>> {
        match &self.laid {
            Laid::Message(row) => Some(&row.message),
            _ => None,
        }
    }

    /// Has the message offer something else.
    pub(crate) fn turn(&mut self, face: Face, look: &dyn Look) {
        if let Laid::Message(row) = &mut self.laid {
            row.face = face;
            self.piece = look.draw(&self.laid).key(&self.key);
        }
    }
}
