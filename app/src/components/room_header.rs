//! The top of the room: where one is, who is there, settings.

use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, Node};

use super::{
    icon::{Drawing, Icon, Logo},
    settings::Settings,
};
use crate::{Language, Theme, browser, room::Room};

#[component]
pub(crate) fn RoomHeader(
    room: Room,
    name: String,
    my_name: String,
    language: Language,
    theme: Theme,
    path: String,
    people_are_open: RwSignal<bool>,
) -> impl IntoView {
    let texts = room.texts();
    let toggle = NodeRef::<html::Button>::new();
    browser::after_render(move || give_focus_back(people_are_open, toggle));
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
                aria-label=move || (texts.people_online_count)(room.online.with(|online| online.count))
                aria-controls="people"
                aria-expanded=move || people_are_open.get().to_string()
                on:click=move |_| people_are_open.update(|open| *open = !*open)
            >
                <Drawing icon=Icon::PEOPLE />
                <span aria-hidden="true">{move || room.online.with(|online| online.count)}</span>
            </button>
            <SettingsMenu room my_name language theme path />
        </header>
    }
}

/// Closing the drawer puts the focus where it was opened from.
fn give_focus_back(is_open: RwSignal<bool>, toggle: NodeRef<html::Button>) {
    thread_local!(static WAS_OPEN: std::cell::Cell<bool> = const { std::cell::Cell::new(false) });
    let is_open = is_open.get();
    if let (true, false, Some(toggle)) =
        (WAS_OPEN.replace(is_open), is_open, toggle.get_untracked())
    {
        browser::focus(&toggle);
    }
}

#[component]
fn SettingsMenu(
    room: Room,
    my_name: String,
    language: Language,
    theme: Theme,
    path: String,
) -> impl IntoView {
    let texts = room.texts();
    let menu = NodeRef::<html::Details>::new();
    browser::after_render(move || {
        if let Some(menu) = menu.get() {
            close_from_outside(menu.unchecked_into());
        }
    });
    view! {
        <details
            class="settings-menu"
            node_ref=menu
            on:keydown=move |event| {
                if let ("Escape", Some(menu)) = (event.key().as_str(), menu.get_untracked()) {
                    menu.set_open(false);
                }
            }
        >
            <summary class="icon-button settings-menu__summary" aria-label=texts.settings title=texts.settings>
                <Drawing icon=Icon::SETTINGS />
            </summary>
            <div class="settings-menu__panel">
                <p class="settings-menu__me" dir="auto">
                    {(texts.signed_in_as)(&my_name)}
                </p>
                <Settings language theme next=path />
                <form method="post" action="/leave">
                    <button class="button settings-menu__leave" type="submit">
                        {texts.leave}
                    </button>
                </form>
            </div>
        </details>
    }
}

fn close_from_outside(menu: HtmlElement) {
    let listener = window_event_listener(ev::pointerdown, move |event| {
        let target = event
            .target()
            .and_then(|target| target.dyn_into::<Node>().ok());
        if !menu.contains(target.as_ref()) {
            menu.remove_attribute("open").unwrap_or_default();
        }
    });
    // The menu stands as long as the page.
    std::mem::forget(listener);
}
