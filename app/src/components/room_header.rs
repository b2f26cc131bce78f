//! The top of the room: where one is, who is there, settings.

use leptos::prelude::*;

use super::icon::{Drawing, Icon, Logo};
use crate::room::Room;

/// `menu` is what stands at its end.
#[component]
pub(crate) fn RoomHeader<Menu>(room: Room, name: String, menu: Menu) -> impl IntoView
where
    Menu: IntoView + 'static,
{
    let texts = room.texts();
    let label = room.says(|state| (texts.people_online_count)(state.online.count));
    let is_expanded = room.says(|state| state.people_are_open.to_string());
    let count = room.says(|state| state.online.count.to_string());
    view! {
        <header class="room-header">
            <Logo />
            <h1 class="room-header__name" dir="auto">
                <span class="room-header__hash" aria-hidden="true">
                    "#"
                </span>
                {name}
            </h1>
            <button
                class="icon-button room-header__people"
                type="button"
                id="people-toggle"
                aria-label=label
                aria-controls="people"
                aria-expanded=is_expanded
                on:click=move |_| room.open_people(true)
            >
                <Drawing icon=Icon::PEOPLE />
                <span aria-hidden="true">{count}</span>
            </button>
            {menu}
        </header>
    }
}
