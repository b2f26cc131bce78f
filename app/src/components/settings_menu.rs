//! The settings in the room, folded away, and the way out.

use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, Node};

use super::{
    icon::{Drawing, Icon},
    settings::Settings,
};
use crate::{Theme, browser, room::Room};

#[component]
pub(crate) fn SettingsMenu(
    room: Room,
    my_name: String,
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
                    close(&menu);
                }
            }
        >
            <summary
                class="icon-button settings-menu__summary"
                aria-label=texts.settings
                title=texts.settings
            >
                <Drawing icon=Icon::SETTINGS />
            </summary>
            <div class="settings-menu__panel">
                <p class="settings-menu__me" dir="auto">
                    {(texts.signed_in_as)(&my_name)}
                </p>
                <Settings language=room.language() theme next=path />
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
            close(&menu);
        }
    });
    // The menu stands as long as the page.
    std::mem::forget(listener);
}

fn close(menu: &HtmlElement) {
    menu.remove_attribute("open")
        .expect("the name is one of an attribute");
}
