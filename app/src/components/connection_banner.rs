//! Says that the connection is away, and what can be done.

use protocol::Reason;

use super::icon::{Icon, drawing};
use crate::{
    piece::{Piece, button, piece},
    room::Room,
    room_state::{Connection, State},
};

pub(crate) fn connection_banner(room: Room, state: &State) -> Piece {
    let texts = room.texts();
    let connection = state.connection;
    // Only what does not change each second is read out.
    let says = match connection {
        Connection::Open | Connection::Connecting => String::new(),
        Connection::Trying | Connection::Waiting { .. } => {
            format!("{} {}", texts.connection_lost, texts.will_be_sent)
        }
        Connection::Stopped(code) => match &state.last_word {
            Some((Reason::Banned, why)) => format!("{} {why}", (texts.stopped)(code)),
            Some((Reason::Kicked, why)) => format!("{} {why}", (texts.refused)(Reason::Kicked)),
            Some((reason, _)) => (texts.refused)(*reason),
            None => (texts.stopped)(code),
        },
    };
    let next = match connection {
        Connection::Trying => texts.trying.to_owned(),
        Connection::Waiting { seconds } => (texts.trying_in)(seconds),
        _ => String::new(),
    };
    let class = match connection.is_away() {
        true => "connection-banner",
        false => "connection-banner connection-banner--quiet",
    };
    let says = piece("p", "connection-banner__says")
        .attr("role", "status")
        .says(&says);
    let next = piece("p", "connection-banner__next")
        .attr("aria-hidden", "true")
        .says(&next);
    piece("div", class)
        .with(drawing(Icon::ALERT))
        .with(says)
        .with(next)
        .with(button("button button--small", "try").says(texts.try_now))
}
