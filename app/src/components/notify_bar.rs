//! Asks whether notifications are wanted, once there was something to notify of.

use crate::{
    piece::{Piece, button, piece},
    room::Room,
};

pub(crate) fn notify_bar(room: Room) -> Piece {
    let texts = room.texts();
    let choice = |value, says| {
        button("button button--small", "notify")
            .attr("data-value", value)
            .says(says)
    };
    piece("div", "notify-bar")
        .attr("role", "status")
        .part("p", "notify-bar__asks", texts.notify_ask)
        .with(choice("yes", texts.notify_yes))
        .with(choice("no", texts.notify_no))
}
