//! One message: who, when, what, and how far it has come.

use client::{Message, Reaction, Sending};
use protocol::Reason;

use super::{
    avatar::avatar,
    icon::{Icon, drawing},
    message_actions::message_actions,
    message_body::message_body,
};
use crate::{
    calendar,
    piece::{Piece, button, piece},
    room::Room,
    rows::{Face, MessageRow, key_of},
};

pub(crate) fn message(room: Room, row: &MessageRow) -> Piece {
    let message = &*row.message;
    let state = match message.state {
        Sending::Sent => "sent",
        Sending::Pending | Sending::Unknown => "pending",
        Sending::Failed(_) => "failed",
    };
    let name = message.sender.name.as_str();
    let (time, in_full) = room.times(message.at);
    let item = piece("article", &class(row))
        .attr("data-key", &key_of(message))
        .attr("data-state", state)
        .attr("tabindex", "-1")
        .attr("aria-label", &format!("{name}, {time}"));
    let item = match message.seq {
        Some(seq) => item.attr("id", &place(seq)),
        None => item,
    };
    item.with_some(quote(room, message))
        .with(avatar(&message.sender))
        .with(header(message, &time, &in_full))
        .with(content(room, message))
        .with_some(reactions(room, message))
        .with_some(status(room, message))
        .with_some(message_actions(room, row))
}

/// The id of the message at this seq in the document.
pub(crate) fn place(seq: u64) -> String {
    format!("message-{seq}")
}

fn class(row: &MessageRow) -> String {
    let message = &row.message;
    let parts = [
        (true, "message"),
        (row.heads, " message--heads"),
        (message.mine, " message--mine"),
        (message.mentions_me, " message--for-me"),
        (row.face != Face::Quiet, " message--active"),
    ];
    parts
        .into_iter()
        .filter_map(|(is_so, part)| is_so.then_some(part))
        .collect()
}

fn header(message: &Message, time: &str, in_full: &str) -> Piece {
    let author = piece("span", "message__author")
        .attr("dir", "auto")
        .says(message.sender.name.as_str());
    let time = piece("time", "message__time")
        .attr("datetime", &calendar::iso(message.at))
        .attr("title", in_full)
        .says(time);
    piece("header", "message__header").with(author).with(time)
}

fn content(room: Room, message: &Message) -> Piece {
    let texts = room.texts();
    if message.deleted {
        return piece("p", "message__deleted").says(texts.deleted);
    }
    let body = message_body(&message.body);
    if message.edited {
        body.part("span", "message-body__mark", texts.edited)
    } else {
        body
    }
}

/// What it answers; leads there.
fn quote(room: Room, message: &Message) -> Option<Piece> {
    let quote = message.reply.as_ref()?;
    let texts = room.texts();
    let says = match (&quote.body, &quote.name) {
        (Some(body), _) => body.lines().next().unwrap_or_default(),
        // Its author is known, but no words: it was taken back.
        (None, Some(_)) => texts.deleted,
        (None, None) => texts.quote_unknown,
    };
    let author = quote.name.as_ref().map(|name| {
        piece("span", "message__quoted")
            .attr("dir", "auto")
            .says(name.as_str())
    });
    let link = piece("a", "message__quote")
        .attr("href", &room.address_of(quote.seq))
        .attr("data-do", "go")
        .attr("data-value", &quote.seq.to_string())
        .with(drawing(Icon::REPLY))
        .with_some(author)
        .written("span", "message__quote-says", says);
    Some(link)
}

fn reactions(room: Room, message: &Message) -> Option<Piece> {
    let chip = |reaction: &Reaction| {
        let Reaction {
            emoji,
            people,
            mine,
        } = reaction;
        let names: Vec<&str> = people.iter().map(|person| person.name.as_str()).collect();
        let names = (room.texts().list)(&names);
        let count = people.len().to_string();
        button("reaction", "react")
            .key(emoji)
            .attr("data-value", emoji)
            .is("aria-pressed", *mine)
            .attr("aria-label", &format!("{emoji} {count}, {names}"))
            .attr("title", &names)
            .says(emoji)
            .part("span", "reaction__count", &count)
    };
    let chips: Vec<Piece> = message.reactions.iter().map(chip).collect();
    (!chips.is_empty()).then(|| piece("div", "message__reactions").with_all(chips))
}

/// What is said below a message that is not stored, or whose change is not.
fn status(room: Room, message: &Message) -> Option<Piece> {
    let texts = room.texts();
    let says = match message.state {
        Sending::Sent if message.changing => texts.changing,
        Sending::Sent => return None,
        Sending::Pending => texts.pending,
        Sending::Unknown => texts.unknown,
        Sending::Failed(reason) => return Some(failed(room, reason)),
    };
    Some(piece("p", "message__status").says(says))
}

fn failed(room: Room, reason: Reason) -> Piece {
    let texts = room.texts();
    let why = format!("{} · {}", texts.failed, (texts.refused)(reason));
    let is_unfit = matches!(
        reason,
        Reason::BodyEmpty | Reason::BodyTooLong | Reason::BodyControl
    );
    let choice = |does, says| button("button button--small", does).says(says);
    piece("p", "message__status message__status--failed")
        .part("span", "", &why)
        .with_some((!is_unfit).then(|| choice("retry", texts.retry)))
        .with(choice("rewrite", texts.edit_again))
}
