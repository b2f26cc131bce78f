//! The room: the one part of the page that is live.

use leptos::prelude::*;

use super::{
    composer::Composer, connection_banner::ConnectionBanner, message_list::MessageList,
    people_list::PeopleList, room_header::RoomHeader, settings_menu::SettingsMenu,
    typing_line::TypingLine,
};
use crate::{browser, room::Room, snapshot::Given};

/// The room as the server made it; in the browser it goes on from there. It has no props, as Leptos
/// would read them by `serde_json`.
#[island]
pub fn ChatRoom() -> impl IntoView {
    let Given {
        snapshot,
        language,
        theme,
        path,
    } = Given::here().expect("the page holds it");
    let room = Room::new(&snapshot, language);
    browser::after_render(move || {
        untrack(|| room.start());
        browser::set_state("live");
    });
    let me = snapshot.me.clone();
    let name = snapshot.room.name.clone();
    let first_seq = snapshot.entries.first().map(|entry| entry.seq);
    let link = room.says(|state| state.connection.as_str().to_owned());
    let my_name = me.name.to_string();
    let menu = view! { <SettingsMenu room my_name theme path /> };
    view! {
        <div class="chat-room" data-link=link>
            <RoomHeader room name menu />
            <main class="chat-room__main">
                <ConnectionBanner room />
                <MessageList room first_seq />
                <TypingLine room />
                <Composer room snapshot />
            </main>
            <PeopleList room me=me.id />
        </div>
    }
}
