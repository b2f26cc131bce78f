//! The page's address, and the way back.

use leptos::{ev, prelude::*};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlFormElement};

/// The page is at another of our addresses from now on; the way back leads to the one before.
pub(crate) fn go_to(path: &str) {
    if let Ok(history) = window().history() {
        let went = history.push_state_with_url(&JsValue::NULL, "", Some(path));
        went.unwrap_or_default();
    }
}

/// The same, with no way back.
pub(crate) fn go_on_at(path: &str) {
    if let Ok(history) = window().history() {
        let went = history.replace_state_with_url(&JsValue::NULL, "", Some(path));
        went.unwrap_or_default();
    }
}

/// Calls `then` with the address when the reader goes back or forth.
pub(crate) fn on_back(then: impl Fn(&str) + 'static) {
    let listener = window_event_listener(ev::popstate, move |_| {
        then(&window().location().pathname().unwrap_or_default());
    });
    std::mem::forget(listener); // as long as the page
}

/// Copies an address of ours; false where the browser does not let a page.
pub(crate) fn copy_address(path: &str) -> bool {
    // Only pages of https (and of this machine) have a clipboard.
    if !window().is_secure_context() {
        return false;
    }
    let origin = window().location().origin().unwrap_or_default();
    // A reader who forbids it is told so by the browser.
    let copied = window().navigator().clipboard();
    drop(copied.write_text(&format!("{origin}{path}")));
    true
}

/// Leaves for a page of another node, with these fields as a form's. That node has to know whose page asks, so this one tells.
pub(crate) fn post_away(url: &str, fields: [(&str, &str); 2]) -> Option<()> {
    add(
        &document().head()?.into(),
        "meta",
        [("name", "referrer"), ("content", "strict-origin")],
    )?;
    let form = add(
        &document().body()?.into(),
        "form",
        [("method", "post"), ("action", url)],
    )?;
    for (name, value) in fields {
        let field = add(&form, "input", [("name", name), ("value", value)])?;
        field.set_attribute("type", "hidden").ok()?;
    }
    form.unchecked_into::<HtmlFormElement>().submit().ok()
}

fn add(inside: &Element, kind: &str, attributes: [(&str, &str); 2]) -> Option<Element> {
    let element = document().create_element(kind).ok()?;
    for (name, value) in attributes {
        element.set_attribute(name, value).ok()?;
    }
    inside.append_child(&element).ok()?;
    Some(element)
}
