//! The top of the room: where one is, who is there, settings.

use std::cell::Cell;

use leptos::{html, prelude::*};

use super::icon::{Drawing, Icon, Logo};
use crate::{browser, room::Room};

/// `menu` is what stands at its end.
#[component]
pub(crate) fn RoomHeader<Menu>(
    room: Room,
    name: String,
    people_are_open: RwSignal<bool>,
    menu: Menu,
) -> impl IntoView
where
    Menu: IntoView + 'static,
{
    let texts = room.texts();
    let toggle = NodeRef::<html::Button>::new();
    let was_open = Cell::new(false);
    browser::after_render(move || {
        // Closing the drawer puts the focus where it was opened from.
        let is_open = people_are_open.get();
        if was_open.replace(is_open) && !is_open {
            toggle
                .get_untracked()
                .as_deref()
                .map(browser::focus)
                .unwrap_or_default();
        }
    });
    let count = move || room.online.with(|online| online.count);
    let label = Signal::derive(move || (texts.people_online_count)(count()));
    let expanded = Signal::derive(move || people_are_open.get().to_string());
    let count = Signal::derive(move || count().to_string());
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
                node_ref=toggle
                aria-label=label
                aria-controls="people"
                aria-expanded=expanded
                on:click=move |_| people_are_open.update(|open| *open = !*open)
            >
                <Drawing icon=Icon::PEOPLE />
                <span aria-hidden="true">{count}</span>
            </button>
            {menu}
        </header>
    }
}
