//! What one can do with a message, while one is at it.

use client::{Message, Sending};

use super::icon::{Icon, drawing};
use crate::{
    piece::{Piece, button, piece},
    room::Room,
    rows::{Face, MessageRow},
};

/// What most reactions are.
const USUAL: [&str; 6] = ["👍", "❤️", "😂", "🎉", "😮", "🙏"];

/// None while the message is not stored or nobody is at it.
pub(crate) fn message_actions(room: Room, row: &MessageRow) -> Option<Piece> {
    let message = &*row.message;
    let seq = message.seq.filter(|_| message.state == Sending::Sent)?;
    match row.face {
        _ if message.deleted => None,
        Face::Quiet => None,
        Face::Actions => Some(actions(room, message, seq)),
        // Apart from the actions, so that none of their buttons becomes one of its own, with the focus.
        Face::Question => Some(question(room).key("question")),
    }
}

fn actions(room: Room, message: &Message, seq: u64) -> Piece {
    let texts = room.texts();
    let reacts = USUAL.map(|emoji| {
        button("message-actions__emoji", "react")
            .attr("data-value", emoji)
            .attr("aria-label", &format!("{} {emoji}", texts.react))
            .says(emoji)
    });
    let act = |does, label: &str, icon| {
        button("message-actions__button", does)
            .label(label)
            .with(drawing(icon))
    };
    let may_delete = message.mine || room.owns();
    let link = piece("a", "message-actions__button")
        .attr("href", &room.address_of(seq))
        .attr("data-do", "copy")
        .label(texts.copy_link)
        .with(drawing(Icon::LINK));
    bar(texts.actions)
        .with_all(reacts.into())
        .with(act("reply", texts.reply, Icon::REPLY))
        .with_some(message.mine.then(|| act("edit", texts.edit, Icon::EDIT)))
        .with_some(may_delete.then(|| act("delete", texts.delete, Icon::DELETE)))
        .with(link)
}

fn question(room: Room) -> Piece {
    let texts = room.texts();
    let choice = |does, says| button("button button--small", does).says(says);
    bar(texts.delete_ask)
        .part("span", "message-actions__ask", texts.delete_ask)
        .with(choice("delete-now", texts.delete))
        .with(choice("keep", texts.keep))
}

fn bar(label: &str) -> Piece {
    piece("div", "message-actions")
        .attr("role", "group")
        .attr("aria-label", label)
}
