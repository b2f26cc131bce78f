//! The top of the room: where one is, who is there, settings.

use protocol::RoomKind;

use super::icon::{Icon, drawing};
use crate::{
    piece::{Piece, button, piece},
    room::Room,
    room_state::{Drawer, State},
};

/// `menu` is what stands at its end.
pub(crate) fn room_header(room: Room, state: &State, menu: Piece) -> Piece {
    piece("header", "room-header")
        .with(rooms_toggle(room, state))
        .with(name(state))
        .with(about(room, state))
        .with(people_toggle(room, state))
        .with(menu)
}

/// A link, as the list unfolds without scripts, too.
fn rooms_toggle(room: Room, state: &State) -> Piece {
    let texts = room.texts();
    let unread = state.unread_elsewhere();
    let badge =
        (unread > 0).then(|| piece("span", "badge room-header__badge").says(&unread.to_string()));
    piece("a", "icon-button room-header__rooms")
        .attr("href", "#rooms")
        .attr("id", "rooms-toggle")
        .attr("data-do", "drawer")
        .attr("data-value", Drawer::Rooms.as_str())
        .attr("aria-label", &(texts.room_label)(texts.rooms, unread, 0))
        .with(drawing(Icon::ROOMS))
        .with_some(badge)
}

fn name(state: &State) -> Piece {
    let sign = (!state.room.kind.is_personal()).then(|| {
        let sign = piece("span", "room-header__sign").attr("aria-hidden", "true");
        match state.room.kind {
            RoomKind::Private => sign.with(drawing(Icon::LOCK)),
            _ => sign.says("#"),
        }
    });
    let title = piece("h1", "room-header__name")
        .attr("id", "room-name")
        .attr("tabindex", "-1")
        .attr("dir", "auto")
        .with_some(sign)
        .says(&state.room.title);
    let topic = (!state.room.topic.is_empty()).then(|| {
        piece("p", "room-header__topic")
            .attr("dir", "auto")
            .attr("title", &state.room.topic)
            .says(&state.room.topic)
    });
    piece("div", "room-header__title")
        .with(title)
        .with_some(topic)
}

fn about(room: Room, state: &State) -> Piece {
    let texts = room.texts();
    piece("a", "icon-button")
        .attr("href", &format!("/rooms/{}/about", state.room.id))
        .label(texts.about)
        .with(drawing(Icon::INFO))
}

fn people_toggle(room: Room, state: &State) -> Piece {
    let texts = room.texts();
    let is_open = state.drawer == Drawer::People;
    let count = state.listed.as_ref().map(|listed| listed.count);
    let label = match (state.room.kind, count) {
        (RoomKind::Public, Some(count)) => (texts.people_online_count)(count),
        (_, count) => (texts.members)(count),
    };
    let count = count.map(|count| count.to_string()).unwrap_or_default();
    button("icon-button room-header__people", "drawer")
        .attr("id", "people-toggle")
        .attr("data-value", Drawer::People.as_str())
        .attr("aria-label", &label)
        .attr("aria-controls", "people")
        .is("aria-expanded", is_open)
        .with(drawing(Icon::PEOPLE))
        .with(piece("span", "").attr("aria-hidden", "true").says(&count))
}
