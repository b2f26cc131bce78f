//! Elements of the document: found, focused, scrolled to, pressed.

use leptos::prelude::*;
use wasm_bindgen::prelude::{Closure, JsCast};
use web_sys::{Element, Event, HtmlElement, Node, ResizeObserver};

/// What the event happened to.
pub(crate) fn target(event: &Event) -> Option<Element> {
    event.target()?.dyn_into().ok()
}

/// The element or the nearest one around it that fits the selector.
pub(crate) fn closest(element: &Element, selector: &str) -> Option<Element> {
    element.closest(selector).ok()?
}

/// What has the focus.
pub(crate) fn focused() -> Option<Element> {
    document().active_element()
}

pub(super) fn by_id(id: &str) -> Option<Element> {
    document().get_element_by_id(id)
}

fn first(selector: &str) -> Option<HtmlElement> {
    document().query_selector(selector).ok()??.dyn_into().ok()
}

pub(crate) fn focus(element: &HtmlElement) {
    element.focus().unwrap_or_default();
}

/// Focuses the element with this id.
pub(crate) fn focus_on(id: &str) {
    focus_first(&format!("#{id}"));
}

/// Focuses the first element that fits.
pub(crate) fn focus_first(selector: &str) {
    if let Some(element) = first(selector) {
        focus(&element);
    }
}

/// Focuses the message `step` places on from the one that has the focus; from elsewhere, the last one. Only while the focus
/// is in the list.
pub(crate) fn focus_message(step: i32) {
    let Some(element) = focused().filter(|element| closest(element, "[role=log]").is_some()) else {
        return;
    };
    let next = match closest(&element, "[data-key]") {
        None => first("[role=log] [data-key]:last-of-type"),
        Some(message) => sibling(message, step),
    };
    if let Some(next) = next {
        focus(&next);
    }
}

fn sibling(message: Element, step: i32) -> Option<HtmlElement> {
    let mut at = Some(message);
    loop {
        at = match (at?, step) {
            (element, 1) => element.next_element_sibling(),
            (element, _) => element.previous_element_sibling(),
        };
        if at
            .as_ref()
            .is_some_and(|element| element.has_attribute("data-key"))
        {
            return at?.dyn_into().ok();
        }
    }
}

/// Brings the first element that fits onto the screen, if there is one.
pub(crate) fn scroll_to(selector: &str) {
    if let Some(element) = first(selector) {
        element.scroll_into_view_with_bool(true);
    }
}

/// Brings the element with this id onto the screen and focuses it; whether it is there.
pub(crate) fn go_to_element(id: &str) -> bool {
    let element = first(&format!("#{id}"));
    if let Some(element) = &element {
        element.scroll_into_view_with_bool(false);
        focus(element);
    }
    element.is_some()
}

/// Presses the first button that fits.
pub(crate) fn press(selector: &str) {
    if let Some(button) = first(selector) {
        button.click();
    }
}

/// Opens or closes the popover with this id.
pub(crate) fn toggle(id: &str) {
    press(&format!("[popovertarget={id}]"));
}

/// Folds the menus together that do not hold `but`.
pub(crate) fn close_menus(but: Option<&Node>) {
    if let Some(menu) = first("details[open].settings-menu")
        && !menu.contains(but)
    {
        menu.remove_attribute("open")
            .expect("the name is one of an attribute");
    }
}

/// The text in the element with this id.
pub(crate) fn text_of(id: &str) -> String {
    let element = document().get_element_by_id(id);
    element
        .and_then(|element| element.text_content())
        .unwrap_or_default()
}

/// Calls `then` at once and whenever the size of one of the elements with these ids has changed, before it is drawn.
pub(crate) fn on_resize(ids: &[&str], then: impl Fn() + 'static) {
    let callback = Closure::<dyn Fn()>::new(then);
    if let Ok(observer) = ResizeObserver::new(callback.as_ref().unchecked_ref()) {
        for element in ids.iter().filter_map(|id| by_id(id)) {
            observer.observe(&element);
        }
    }
    callback.forget(); // as long as the page
}

/// The height of the element with this id.
pub(crate) fn height(id: &str) -> i32 {
    by_id(id).map_or(0, |element| element.scroll_height())
}

/// Shows the end of the list with this id, which is laid out from there.
pub(crate) fn scroll_to_end(id: &str) {
    if let Some(list) = by_id(id) {
        list.set_scroll_top(0);
    }
}

pub(crate) fn scroll_by(id: &str, pixels: i32) {
    if let Some(list) = by_id(id) {
        list.set_scroll_top(list.scroll_top() + pixels);
    }
}

/// How much of the list with this id, which is laid out from its end, is above and below what is seen.
pub(crate) fn hidden_parts(id: &str) -> (i32, i32) {
    by_id(id).map_or((0, 0), |list| {
        let below = -list.scroll_top();
        (list.scroll_height() - list.client_height() - below, below)
    })
}

/// Calls `then` for what happens to the page, of these kinds; first of all.
pub(crate) fn listen(kinds: &[&str], then: impl Fn(Event) + 'static) {
    let callback = Closure::<dyn Fn(Event)>::new(then);
    for kind in kinds {
        document()
            .add_event_listener_with_callback_and_bool(
                kind,
                callback.as_ref().unchecked_ref(),
                true,
            )
            .unwrap_or_default();
    }
    callback.forget(); // as long as the page
}
