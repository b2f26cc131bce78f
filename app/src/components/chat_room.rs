//! The rooms: the one part of the page that is live.

use leptos::prelude::*;

use super::{
    composer::composer,
    connection_banner::connection_banner,
    finder::finder,
    message_list::{keep_place, message_list},
    notify_bar::notify_bar,
    people_list::people_list,
    room_header::room_header,
    room_list::room_list,
    settings_menu::settings_menu,
    typing_line::typing_line,
};
use crate::{
    Snapshot, acts, browser,
    piece::{Drawn, Piece, button, drawn, piece},
    room::Room,
    room_state::{Drawer, State},
    snapshot::Given,
};

/// The room as the server made it; in the browser it goes on from there. It has no props, as Leptos
/// would read them by `serde_json`.
#[island]
pub fn ChatRoom() -> impl IntoView {
    let Given {
        snapshot,
        language,
        theme,
        ..
    } = Given::here().expect("the page holds it");
    let room = Room::new(&snapshot, language, theme);
    browser::after_render(move || {
        untrack(|| room.start());
        acts::listen(room);
        keep_place(room);
        browser::set_state("live");
    });
    let Snapshot {
        me, cid, refused, ..
    } = snapshot;
    let body = refused.map(|(_, body)| body).unwrap_or_default();
    let link = room.says(|state| state.connection.as_str().to_owned());
    let header = move |state: &State| {
        let path = format!("/rooms/{}", state.room.id);
        room_header(room, state, settings_menu(room, &me, state.theme, &path))
    };
    let list = move |state: &State| message_list(room, state, &room.watched_rows());
    let composer =
        move |state: &State| composer(room, (&cid, &body), state, &room.watched_writing());
    view! {
        <div class="chat-room" data-link=link>
            {part(room, move |state| room_list(room, state))}
            {part(room, header)}
            <main class="chat-room__main">
                {part(room, move |state| connection_banner(room, state))}
                {part(room, list)}
                {part(room, move |state| typing_line(room, &state.typists))}
                {part(room, move |state| above_composer(room, state))}
                {part(room, composer)}
            </main>
            {part(room, move |state| people_list(room, state))}
            {part(room, move |state| layers(room, state))}
        </div>
    }
}

/// A part of the page that follows the state.
fn part(room: Room, draw: impl Fn(&State) -> Piece + Send + 'static) -> Drawn {
    drawn(move || draw(&room.watched()))
}

/// What is asked or said for a moment.
fn above_composer(room: Room, state: &State) -> Piece {
    let toast = piece("p", "toast")
        .attr("role", "status")
        .says(&state.toast);
    piece("div", "chat-room__asides")
        .with_some(state.asks_to_notify.then(|| notify_bar(room)))
        .with(toast)
}

/// What lies over the page, and the form that opens a talk.
fn layers(room: Room, state: &State) -> Piece {
    let shade = (state.drawer != Drawer::None).then(|| {
        button("chat-room__shade", "drawer")
            .attr("tabindex", "-1")
            .attr("aria-label", room.texts().close)
    });
    let talk = piece("form", "")
        .attr("id", "talk")
        .attr("method", "post")
        .attr("action", "/talk");
    piece("div", "chat-room__layers")
        .with(talk)
        .with_some(shade)
        .with_some(finder(room, state))
}
