//! The room: the one part of the page that is live.

use leptos::prelude::*;

use super::{
    composer::Composer, connection_banner::ConnectionBanner, message_list::MessageList,
    people_list::PeopleList, room_header::RoomHeader, settings_menu::SettingsMenu,
    typing_line::TypingLine,
};
use crate::{
    Language, Snapshot, Theme, browser,
    room::{Connection, Room},
};

/// The room as the server made it; in the browser it goes on from there. `path` is the page's own.
#[island]
pub fn ChatRoom(
    snapshot: Snapshot,
    language: Language,
    theme: Theme,
    path: String,
) -> impl IntoView {
    let room = Room::new(&snapshot, language);
    let people_are_open = RwSignal::new(false);
    browser::after_render(move || {
        untrack(|| room.start());
        browser::set_state("live");
    });
    let me = snapshot.me.clone();
    let name = snapshot.room.name.clone();
    let first_seq = snapshot.entries.first().map(|entry| entry.seq);
    let link_name = Signal::derive(move || link_name(room.connection.get()).to_owned());
    let my_name = me.name.to_string();
    let menu = view! { <SettingsMenu room my_name theme path /> };
    view! {
        <div class="chat-room" data-link=link_name>
            <RoomHeader room name people_are_open menu />
            <main class="chat-room__main">
                <ConnectionBanner room />
                <MessageList room first_seq />
                <TypingLine room />
                <Composer room snapshot />
            </main>
            <PeopleList room me=me.id is_open=people_are_open />
        </div>
    }
}

fn link_name(connection: Connection) -> &'static str {
    match connection {
        Connection::Connecting => "connecting",
        Connection::Open => "open",
        Connection::Trying | Connection::Waiting { .. } => "waiting",
        Connection::Stopped(_) => "stopped",
    }
}
