//! Notifications of the browser.

use leptos::prelude::*;
use wasm_bindgen::{
    JsValue,
    prelude::{Closure, JsCast},
};
use web_sys::{Notification, NotificationOptions, NotificationPermission};

/// Whether the reader has allowed notifications; none if they were not asked yet.
pub(crate) fn may_notify() -> Option<bool> {
    // Not every browser knows them.
    let knows = js_sys::Reflect::has(&window(), &JsValue::from_str("Notification"));
    if !knows.unwrap_or_default() {
        return Some(false);
    }
    match Notification::permission() {
        NotificationPermission::Granted => Some(true),
        NotificationPermission::Denied => Some(false),
        _ => None,
    }
}

pub(crate) fn ask_to_notify() {
    // The answer is read when there is something to tell.
    drop(Notification::request_permission());
}

/// Shows a notification, in place of one with the same tag; `then` is called when it is pressed.
pub(crate) fn notify(title: &str, body: &str, tag: &str, then: impl Fn() + 'static) {
    let options = NotificationOptions::new();
    options.set_body(body);
    options.set_tag(tag);
    let Ok(notification) = Notification::new_with_options(title, &options) else {
        return; // phones let only service workers show them
    };
    let pressed = Closure::<dyn Fn()>::new(move || {
        window().focus().unwrap_or_default();
        then();
    });
    notification.set_onclick(Some(pressed.as_ref().unchecked_ref()));
    pressed.forget(); // a few, each as long as its notification
}
