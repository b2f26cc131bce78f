//! The box one writes in, and where the caret stands in it.

use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlTextAreaElement, KeyboardEvent};

use super::{elements::by_id, focus};

/// The box one writes in.
pub(crate) fn text_box() -> Option<HtmlTextAreaElement> {
    by_id("message")?.dyn_into().ok()
}

/// Two texts, the first above the second.
pub(crate) fn above(first: &str, second: &str) -> String {
    match (first, second) {
        ("", one) | (one, "") => one.to_owned(),
        _ => format!("{first}\n{second}"),
    }
}

/// Whether the key belongs to an input method, which turns several into one character.
pub(crate) fn composes(event: &KeyboardEvent) -> bool {
    event.is_composing() || event.key_code() == 229
}

/// Puts `text` before what is written in the box, and tells the box so.
pub(crate) fn write_before(written: &HtmlTextAreaElement, text: &str) {
    written.set_value(&above(text, &written.value()));
    if let Ok(event) = Event::new("input") {
        written.dispatch_event(&event).unwrap_or_default();
    }
    focus(written);
}

/// The part of the box's text that stands before the caret.
pub(crate) fn before_caret<'a>(written: &HtmlTextAreaElement, text: &'a str) -> &'a str {
    let caret = caret(written) as usize;
    let mut units = 0;
    let end = text.char_indices().find(|(_, c)| {
        units += c.len_utf16();
        units > caret
    });
    end.map_or(text, |(at, _)| &text[..at])
}

/// Puts `text` in place of the last `units` before the caret, which goes behind it.
pub(crate) fn replace_before_caret(written: &HtmlTextAreaElement, units: u32, text: &str) {
    let caret = caret(written);
    let start = caret.saturating_sub(units);
    let end = start + text.encode_utf16().count() as u32;
    written
        .set_range_text_with_start_and_end(text, start, caret)
        .and_then(|()| written.set_selection_range(end, end))
        .unwrap_or_default();
}

/// In UTF-16 units.
fn caret(written: &HtmlTextAreaElement) -> u32 {
    let caret = written.selection_start();
    caret.ok().flatten().unwrap_or_default()
}
