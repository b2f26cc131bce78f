//! The rooms one is in, beside the messages, or a drawer on a narrow screen.

use client::RoomView;
use protocol::{Person, RoomKind};

use super::{
    avatar::avatar,
    icon::{Icon, drawing, logo},
};
use crate::{
    piece::{Piece, button, piece},
    room::Room,
    room_state::{Drawer, State},
};

pub(crate) fn room_list(room: Room, state: &State) -> Piece {
    let texts = room.texts();
    let class = match state.drawer {
        Drawer::Rooms => "room-list room-list--open",
        _ => "room-list",
    };
    let (direct, rooms): (Vec<_>, Vec<_>) =
        state.rooms.iter().partition(|view| view.kind.is_personal());
    let link = |address: &str, label: &str, icon| {
        piece("a", "icon-button room-list__act")
            .attr("href", address)
            .label(label)
            .with(drawing(icon))
    };
    let acts = [
        link("/rooms", texts.browse, Icon::BROWSE),
        link("/rooms/new", texts.new_room, Icon::ADD),
    ];
    let group = link("/rooms/new#group", texts.new_group, Icon::ADD);
    let nobody = direct
        .is_empty()
        .then(|| piece("p", "room-list__hint").says(texts.no_talks));
    piece("nav", class)
        .attr("id", "rooms")
        .attr("aria-label", texts.rooms)
        .with(header(room, state))
        .with(section(room, state, texts.rooms, &rooms, acts.into()))
        .with(section(room, state, texts.talks, &direct, vec![group]))
        .with_some(nobody)
}

fn header(room: Room, state: &State) -> Piece {
    let texts = room.texts();
    let is_read = state.rooms.iter().all(|view| view.unread == 0);
    // Stays when all is read, so that the keyboard does not lose its place.
    let read_all = button("icon-button room-list__find", "read-all")
        .is("aria-disabled", is_read)
        .attr("aria-label", texts.read_all)
        .attr("title", &format!("{} (Shift+Esc)", texts.read_all))
        .with(drawing(Icon::READ));
    let find = button("icon-button room-list__find", "find")
        .attr("aria-label", texts.find)
        .attr("title", &format!("{} (Ctrl+K)", texts.find))
        .with(drawing(Icon::SEARCH));
    let close = piece("a", "icon-button room-list__close")
        .attr("href", "#")
        .attr("id", "rooms-close")
        .attr("data-do", "drawer")
        .attr("aria-label", texts.close)
        .with(drawing(Icon::CLOSE));
    piece("div", "room-list__header")
        .with(logo())
        .part("span", "room-list__brand", "Confab")
        .with(read_all)
        .with(find)
        .with(close)
}

fn section(room: Room, state: &State, title: &str, rooms: &[&RoomView], acts: Vec<Piece>) -> Piece {
    let header = piece("div", "room-list__title")
        .part("h2", "", title)
        .with_all(acts);
    let items = rooms.iter().map(|view| item(room, state, view)).collect();
    let list = piece("ul", "room-list__rooms")
        .attr("aria-label", title)
        .with_all(items);
    piece("section", "room-list__section")
        .with(header)
        .with(list)
}

fn item(room: Room, state: &State, view: &RoomView) -> Piece {
    let texts = room.texts();
    let label = (texts.room_label)(&view.title, view.noted(), view.mentions);
    let link = piece("a", &class(view))
        .attr("href", &format!("/rooms/{}", view.id))
        .attr("data-do", "room")
        .attr("data-value", view.id.as_str())
        .attr("aria-label", &label);
    let link = match view.is_open {
        true => link.attr("aria-current", "page"),
        false => link,
    };
    let title = piece("span", "room-link__title")
        .attr("dir", "auto")
        .says(&view.title);
    let last = view.last.as_ref().filter(|_| view.kind.is_personal());
    let last = last.map(|last| {
        piece("span", "room-link__last")
            .attr("dir", "auto")
            .says(last.body.lines().next().unwrap_or_default())
    });
    let texts = piece("span", "room-link__texts")
        .with(title)
        .with_some(last);
    let link = link
        .with(sign(room, state, view))
        .with(texts)
        .with_some(view.muted.then(|| drawing(Icon::MUTED)))
        .with_some(badge(view));
    piece("li", "").key(view.id.as_str()).with(link)
}

fn class(view: &RoomView) -> String {
    let mut class = "room-link".to_owned();
    if view.unread > 0 && !view.muted {
        class.push_str(" room-link--unread");
    }
    if view.muted {
        class.push_str(" room-link--muted");
    }
    class
}

/// What stands before the name: somebody's picture, or the sign of the kind.
fn sign(room: Room, state: &State, view: &RoomView) -> Piece {
    let others: Vec<&Person> = view
        .people
        .iter()
        .filter(|person| person.id != room.me())
        .collect();
    let sign = piece("span", "room-link__sign").attr("aria-hidden", "true");
    match (view.kind, others.as_slice()) {
        (RoomKind::Direct, [other]) if state.is_online(&other.id) => {
            sign.with(avatar(other)).with(piece("span", "online-dot"))
        }
        (RoomKind::Direct, [other]) => sign.with(avatar(other)),
        (RoomKind::Direct | RoomKind::Group, _) => sign.with(drawing(Icon::PEOPLE)),
        (RoomKind::Private, _) => sign.with(drawing(Icon::LOCK)),
        _ => sign.says("#"),
    }
}

/// How much is unread; where many talk, what is for the reader stands out.
fn badge(view: &RoomView) -> Option<Piece> {
    let is_for_me = view.mentions > 0 || view.kind.is_personal();
    let count = match view.mentions {
        0 => view.noted(),
        mentions => mentions,
    };
    let class = match is_for_me && !view.muted {
        true => "badge badge--for-me",
        false => "badge",
    };
    (count > 0).then(|| {
        piece("span", class)
            .attr("aria-hidden", "true")
            .says(&count.to_string())
    })
}
