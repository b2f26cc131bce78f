//! Who is here: beside the messages, or a drawer on a narrow screen. In public rooms those who are online, in the others
//! everybody who is in the room.

use protocol::{Person, RoomKind, UserId};

use super::{
    avatar::avatar,
    icon::{Icon, drawing},
};
use crate::{
    piece::{Piece, button, piece},
    room::Room,
    room_state::{Drawer, Listed, State},
};

pub(crate) fn people_list(room: Room, state: &State) -> Piece {
    let texts = room.texts();
    let is_open = state.drawer == Drawer::People;
    let title = title(room, state);
    let close = button("icon-button people-list__close", "drawer")
        .attr("id", "people-close")
        .attr("aria-label", texts.close)
        .with(drawing(Icon::CLOSE));
    let header = piece("div", "people-list__header")
        .part("h2", "people-list__title", &title)
        .with(close);
    let stale = piece("p", "people-list__stale").attr("role", "status");
    let stale = match state.online.is_stale {
        true => stale.says(texts.people_stale),
        false => stale,
    };
    let somebody = |person: &Person| someone(room, state, person);
    let list = piece("ul", "people-list__people")
        .attr("aria-label", texts.people_online)
        .with_all(state.people().iter().map(somebody).collect());
    let more = state.listed.as_ref().map_or(0, Listed::unnamed);
    let more = (more > 0).then(|| {
        piece("a", "people-list__more")
            .attr("href", &format!("/rooms/{}/about#people", state.room.id))
            .says(&(texts.people_more)(more))
    });
    let class = match is_open {
        true => "people-list people-list--open",
        false => "people-list",
    };
    piece("aside", class)
        .attr("id", "people")
        .attr("aria-label", texts.people_online)
        .with(header)
        .with(stale)
        .with(list)
        .with_some(more)
}

/// Who they are, and how many; of a public room they are those who are online.
fn title(room: Room, state: &State) -> String {
    let texts = room.texts();
    let count = state.listed.as_ref().map(|listed| listed.count);
    match (state.room.kind, count) {
        (RoomKind::Public, Some(count)) => (texts.online)(count),
        (_, count) => (texts.members)(count),
    }
}

/// Whoever it is, one can talk to them alone.
fn someone(room: Room, state: &State, person: &Person) -> Piece {
    let texts = room.texts();
    let is_here = state.room.kind == RoomKind::Public || state.is_online(&person.id);
    let class = match is_here {
        true => "people-list__person",
        false => "people-list__person people-list__person--away",
    };
    let inside = [
        avatar(person),
        piece("span", "people-list__name")
            .attr("dir", "auto")
            .says(person.name.as_str()),
    ];
    let content = if person.id == room.me() {
        piece("span", class)
            .with_all(inside.into())
            .part("span", "people-list__you", texts.you)
    } else {
        let label = (texts.talk_to)(person.name.as_str());
        talk_button(class, &person.id)
            .attr("title", &label)
            .with_all(inside.into())
    };
    piece("li", "").key(person.id.as_str()).with(content)
}

/// Opens the talk with somebody, by the form `talk` where nothing else does it.
pub(crate) fn talk_button(class: &str, user: &UserId) -> Piece {
    piece("button", class)
        .attr("form", "talk")
        .attr("name", "user")
        .attr("value", user.as_str())
        .attr("data-do", "talk")
        .attr("data-value", user.as_str())
}
