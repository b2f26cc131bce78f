//! The browser, but for the network: clock, storage, visibility, locale, scrolling, randomness, the
//! document's state.
//!
//! While the server renders there is no browser. [`after_render`] runs nothing there, and
//! everything else is called from what it runs or from events, so no function here needs a
//! stand-in.

mod elements;
mod history;
mod notifying;
mod text_box;

use std::time::Duration;

use client::Millis;
use js_sys::{Array, Date, Function, Intl, JSON, Object};
use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::Cid;
use wasm_bindgen::prelude::{JsCast, JsValue};
use web_sys::{Storage, VisibilityState};

use crate::Theme;

pub(crate) use elements::*;
pub(crate) use history::*;
pub(crate) use notifying::*;
pub(crate) use text_box::*;

/// Where it is kept when the page loaded itself again, and how soon it may not do so once more.
const RELOADED_AT: &str = "reloaded_at";
const RELOAD_MS_MIN: u64 = 10_000;

/// Shows that the page could not start, also when the program breaks later on: from then on the
/// plain forms do the work.
pub fn fail_visibly() {
    std::panic::set_hook(Box::new(|panic| {
        set_state("failed");
        console_error_panic_hook::hook(panic);
    }));
}

/// Runs `then` when the page is on the screen, and again when a signal it reads has changed; never
/// on the server.
pub(crate) fn after_render(then: impl Fn() + 'static) {
    if cfg!(target_arch = "wasm32") {
        // One kind of effect for all, as each kind is built anew.
        let then: Box<dyn Fn()> = Box::new(then);
        Effect::new(then);
    }
}

/// Milliseconds since the page was opened, never going back.
pub(crate) fn now() -> Millis {
    window()
        .performance()
        .map_or_else(time_of_day, |performance| performance.now() as Millis)
}

/// Milliseconds since 1970 UTC, by the reader's clock.
pub(crate) fn time_of_day() -> u64 {
    Date::now() as u64
}

/// How far the reader's clock was ahead of UTC at `at`, in milliseconds.
pub(crate) fn utc_offset_ms(at: u64) -> i64 {
    let minutes = Date::new(&JsValue::from_f64(at as f64)).get_timezone_offset();
    -(minutes as i64) * 60_000
}

/// Writes times as the reader is used to: `Intl.DateTimeFormat`, with the options as JSON.
#[derive(Clone)]
pub(crate) struct DateFormat(Function);

impl DateFormat {
    /// In the reader's own variant of the language (British, American …), as far as the browser
    /// tells it.
    pub(crate) fn new(language: &str, options: &str) -> Self {
        let primary = language.split('-').next().unwrap_or(language);
        let liked = window()
            .navigator()
            .languages()
            .into_iter()
            .filter_map(|tag| tag.as_string());
        let locales: Array = liked
            .filter(|tag| tag.starts_with(primary))
            .map(JsValue::from)
            .collect();
        locales.push(&language.into());
        let options = JSON::parse(options).expect("the options are written as JSON");
        Self(Intl::DateTimeFormat::new(&locales, options.unchecked_ref::<Object>()).format())
    }

    pub(crate) fn format(&self, at: u64) -> String {
        let text = self
            .0
            .call1(&JsValue::UNDEFINED, &JsValue::from_f64(at as f64));
        text.ok()
            .and_then(|text| text.as_string())
            .unwrap_or_default()
    }
}

/// Calls `then` again and again.
pub(crate) fn each(milliseconds: u64, then: impl Fn() + 'static) {
    set_interval(then, Duration::from_millis(milliseconds));
}

/// Calls `then` when what was changed just now stands in the document: before the next key is heard.
pub(crate) fn when_drawn(then: impl FnOnce() + 'static) {
    let then: Box<dyn FnOnce()> = Box::new(then);
    // Behind the effects, which wait in the same line.
    spawn_local(async move { then() });
}

/// Calls `then` before the next picture is drawn.
pub(crate) fn before_next_frame(then: impl FnOnce() + 'static) {
    request_animation_frame(then);
}

/// Whether nobody sees the page now.
pub(crate) fn is_hidden() -> bool {
    document().visibility_state() == VisibilityState::Hidden
}

/// Calls `then` when the connection may have changed unnoticed: the network is back, the page is
/// shown again.
pub(crate) fn on_awake(then: impl Fn() + Clone + 'static) {
    let online = then.clone();
    window_event_listener(ev::online, move |_| online());
    let shown = then.clone();
    window_event_listener(ev::pageshow, move |event| {
        if event.persisted() {
            shown();
        }
    });
    window_event_listener(ev::visibilitychange, move |_| {
        if !is_hidden() {
            then();
        }
    });
}

/// A new client id. Works on plain `http:` too, where `randomUUID` is not.
pub(crate) fn new_cid() -> Cid {
    let hex: String = random_bytes()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    hex.parse().expect("32 hex digits are a cid")
}

/// A number to start the client engine with; 0 on the server, whose engine only shows the page.
pub(crate) fn seed() -> u64 {
    if cfg!(not(target_arch = "wasm32")) {
        return 0;
    }
    let bytes = random_bytes();
    bytes[..8]
        .iter()
        .fold(0, |number, byte| number << 8 | u64::from(*byte))
}

fn random_bytes() -> [u8; 16] {
    let mut bytes = [0; 16];
    let crypto = window().crypto().expect("every browser has crypto");
    crypto
        .get_random_values_with_u8_array(&mut bytes)
        .expect("16 bytes are not too many");
    bytes
}

/// Keeps a text until the tab is closed. A full or forbidden storage keeps nothing, and that is
/// all.
pub(crate) fn keep(key: &str, text: &str) {
    if let Some(storage) = storage() {
        let kept = if text.is_empty() {
            storage.remove_item(key)
        } else {
            storage.set_item(key, text)
        };
        kept.unwrap_or_default();
    }
}

pub(crate) fn kept(key: &str) -> Option<String> {
    storage()?.get_item(key).ok()?
}

fn storage() -> Option<Storage> {
    window().session_storage().ok()?
}

/// Keeps a text for all tabs, now and later.
pub(crate) fn keep_for_all(key: &str, text: &str) {
    if let Ok(Some(storage)) = window().local_storage() {
        storage.set_item(key, text).unwrap_or_default();
    }
}

pub(crate) fn kept_for_all(key: &str) -> Option<String> {
    window().local_storage().ok()??.get_item(key).ok()?
}

/// How far the page has come: `plain` as the server made it, `live`, or `failed`.
pub(crate) fn set_state(state: &str) {
    set_on_root("data-state", state);
}

pub(crate) fn set_theme(theme: Theme) {
    set_on_root("data-theme", theme.as_str());
}

fn set_on_root(name: &str, value: &str) {
    if let Some(root) = document().document_element() {
        root.set_attribute(name, value)
            .expect("the name is one of an attribute");
    }
}

pub(crate) fn set_title(title: &str) {
    if document().title() != title {
        document().set_title(title);
    }
}

/// Whether the page's mark in its tab says that something is unread: the two marks are in the page.
pub(crate) fn mark_tab(is_unread: bool) {
    let name = if is_unread {
        "data-unread"
    } else {
        "data-read"
    };
    if let Some(icon) = document().get_element_by_id("icon")
        && let Some(address) = icon.get_attribute(name)
        && icon.get_attribute("href").as_ref() != Some(&address)
    {
        icon.set_attribute("href", &address)
            .expect("the name is one of an attribute");
    }
}

/// Loads the page again, once in 10 s at most: what a new page did not mend, one more does not either. The page then stays
/// as it is, stopped.
pub(crate) fn reload() {
    let (now, last) = (time_of_day(), kept(RELOADED_AT));
    let last = last.and_then(|at| at.parse().ok());
    if last.is_some_and(|last: u64| now.abs_diff(last) < RELOAD_MS_MIN) {
        return;
    }
    let now = now.to_string();
    keep(RELOADED_AT, &now);
    if kept(RELOADED_AT) != Some(now) {
        return; // where nothing is kept, it would never end
    }
    // A page that is going away anyway refuses; nothing is lost by it.
    window().location().reload().unwrap_or_default();
}
