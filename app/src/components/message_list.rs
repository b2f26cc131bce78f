//! The messages of the room, and where the reader is among them.
//!
//! The list is laid out from its end (`message_list.css`): without any script it opens at the
//! newest message, stays there as lines are added, and does not move when older ones are put before
//! the first. So `scroll_top` is 0 at the end and negative above it, and only lines added below
//! somebody who reads further up need a correction.

use super::icon::{Icon, drawing};
use crate::{
    browser,
    piece::{Piece, button, piece},
    room::Room,
    room_state::{Older, State},
    rows::Row,
};

/// Nearer to the end than this, the reader is taken to be there: about one line.
const AT_NEWEST_PX: i32 = 32;

/// Nearer to the begin than this, older messages are loaded: about a screen, so that they are there
/// in time.
const LOAD_OLDER_PX: i32 = 800;

pub(crate) fn message_list(room: Room, state: &State, rows: &[Row]) -> Piece {
    let lines = rows.iter().map(|row| row.piece.clone()).collect();
    let content = piece("div", "message-list__content")
        .attr("id", "lines")
        .with(before(room, state, rows))
        .with_all(lines);
    let scroll = piece("div", "message-list__scroll")
        .attr("id", "messages")
        .attr("role", "log")
        .attr("tabindex", "0")
        .attr("aria-label", room.texts().messages)
        .with(content);
    piece("div", "message-list")
        .with(scroll)
        .with(jump(room, state))
}

/// What stands before the first line: the way to what is older, or the room's begin.
fn before(room: Room, state: &State, rows: &[Row]) -> Piece {
    let texts = room.texts();
    let is_empty = rows.is_empty();
    let first = rows.iter().find_map(Row::message);
    let first = first.and_then(|message| message.seq).unwrap_or_default();
    let content = match state.older {
        Older::None if state.room.kind.is_personal() => {
            let says = (texts.talk_begins)(&state.room.title);
            piece("p", "message-list__begin").says(&says)
        }
        Older::None if is_empty => piece("p", "message-list__begin").says(texts.no_messages),
        Older::None => piece("p", "message-list__begin").says(texts.room_begins),
        Older::Loading => piece("p", "message-list__loading").says(texts.older_loading),
        Older::There => piece("a", "message-list__older")
            .attr("href", &format!("?before={first}"))
            .attr("data-do", "older")
            .says(texts.older),
    };
    piece("div", "message-list__before").with(content)
}

fn jump(room: Room, state: &State) -> Piece {
    button("message-list__jump", "jump")
        .flag("hidden", state.is_at_newest)
        .with(drawing(Icon::DOWN))
        .part("span", "", &(room.texts().jump)(state.room.unread))
}

/// Where the list ends, and how high it is.
#[derive(Default)]
pub(crate) struct Extent {
    /// Which line is the last.
    end: Option<String>,
    height: i32,
}

impl Extent {
    pub(crate) fn of(room: Room) -> Self {
        Self {
            end: room.rows().last().map(|row| row.key.clone()),
            height: browser::height("lines"),
        }
    }
}

/// From now on keeps what is read in its place while lines come.
pub(crate) fn keep_place(room: Room) {
    let extent = move || Extent::of(room);
    room.base().extent.replace(extent());
    browser::on_resize(&["messages", "lines"], move || {
        let now = extent();
        let (has_new_end, height) = (now.end != room.base().extent.borrow().end, now.height);
        let grown = height - room.base().extent.replace(now).height;
        if has_new_end && !room.now().is_at_newest {
            browser::scroll_by("messages", -grown);
        }
        look(room);
    });
}

/// Sees where the reader is.
pub(crate) fn look(room: Room) {
    let (above, below) = browser::hidden_parts("messages");
    room.set_at_newest(below < AT_NEWEST_PX);
    if above < LOAD_OLDER_PX && room.now().older == Older::There {
        room.load_older();
    }
}
