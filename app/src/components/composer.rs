//! Where a message is written. A plain form until the page is live, and again if it fails.

use leptos::{html, prelude::*};
use protocol::{Reason, limits};
use web_sys::{HtmlTextAreaElement, KeyboardEvent, SubmitEvent};

use super::icon::{Drawing, Icon};
use crate::{Snapshot, browser, room::Room};

/// How near to the limit a counter shows: a few lines before it.
const COUNT_FROM_LEFT: usize = 400;

/// The composer in the browser. The text is the browser's alone: a value that is never set is never
/// lost.
#[derive(Clone, Copy)]
struct Composing {
    room: Room,
    written: RwSignal<Written>,
}

/// What is said about what is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Written {
    characters: usize,
    refused: Option<Reason>,
}

#[component]
pub(crate) fn Composer(room: Room, snapshot: Snapshot) -> impl IntoView {
    let texts = room.texts();
    let Snapshot {
        room: state,
        cid,
        refused,
        ..
    } = snapshot;
    let (refused, body) = refused.unzip();
    let written = RwSignal::new(Written {
        characters: 0,
        refused,
    });
    let composing = Composing { room, written };
    browser::after_render(move || composing.start());
    view! {
        <form
            class="composer"
            method="post"
            action=format!("/rooms/{}/messages", state.id)
            on:submit=move |event| composing.submit(&event)
        >
            <input type="hidden" name="cid" value=cid.to_string() />
            <div class="composer__box">
                {textarea(composing, &state.name, body.unwrap_or_default())}
                <button class="composer__send" type="submit" aria-label=texts.send title=texts.send>
                    <Drawing icon=Icon::SEND />
                </button>
            </div>
            {says(composing)}
        </form>
    }
}

fn textarea(composing: Composing, room: &str, body: String) -> impl IntoView + use<> {
    let texts = composing.room.texts();
    let is_refused = composing.says(|written| written.refused.is_some().to_string());
    html::textarea()
        .id("message")
        .class("composer__text")
        .name("body")
        .rows("1")
        .autofocus(true)
        .autocomplete("off")
        .enterkeyhint("send")
        .attr("aria-label", texts.message)
        .attr("aria-describedby", "message-says")
        .attr("aria-invalid", is_refused)
        .placeholder((texts.message_placeholder)(room))
        .node_ref(composing.room.text)
        .on(leptos::ev::input, move |_| composing.changed())
        .on(leptos::ev::keydown, move |event| composing.pressed(&event))
        .child(inner(&body))
}

/// What stands in the `<textarea>`. Leptos writes it as it is, as if it were a script; and the
/// parser drops a line break right after the tag.
fn inner(body: &str) -> String {
    match body {
        "" => String::new(),
        _ => format!("\n{}", body.replace('&', "&amp;").replace('<', "&lt;")),
    }
}

/// The line below the box: why it was refused, or how much room is left.
fn says(composing: Composing) -> impl IntoView {
    let texts = composing.room.texts();
    let count = composing.says(move |written| {
        match limits::BODY_CHARS_MAX.checked_sub(written.characters) {
            None => (texts.characters_over)((written.characters - limits::BODY_CHARS_MAX) as u64),
            Some(left) if left <= COUNT_FROM_LEFT => (texts.characters_left)(left as u64),
            Some(_) => String::new(),
        }
    });
    let refused =
        composing.says(move |written| written.refused.map(texts.refused).unwrap_or_default());
    let is_over =
        Signal::derive(move || composing.written.get().characters > limits::BODY_CHARS_MAX);
    view! {
        <div class="composer__says" id="message-says">
            <p class="composer__refused" role="alert">
                {refused}
            </p>
            <p class="composer__count" class:composer__count--over=is_over>
                {count}
            </p>
        </div>
    }
}

impl Composing {
    /// A text that follows what is written.
    fn says(self, read: impl Fn(&Written) -> String + Send + Sync + 'static) -> Signal<String> {
        Signal::derive(move || self.written.with(&read))
    }

    /// Finds what was typed before the start, and the draft of before a reload.
    fn start(self) {
        let Some(text) = self.room.text.get() else {
            return;
        };
        let draft = self.room.draft();
        let typed = text.value();
        if !draft.is_empty() && !typed.contains(&draft) {
            let both = if typed.is_empty() {
                draft
            } else {
                format!("{draft}\n{typed}")
            };
            text.set_value(&both);
        }
        let refused = self.written.with_untracked(|written| written.refused);
        self.look(&text, refused);
    }

    fn changed(self) {
        if let Some(text) = self.room.text.get_untracked() {
            self.look(&text, None);
            if !text.value().is_empty() {
                self.room.typing();
            }
        }
    }

    /// Enter sends and Shift+Enter begins a line; but an Enter that ends the input of a Chinese
    /// word does neither.
    fn pressed(self, event: &KeyboardEvent) {
        let composes = event.is_composing() || event.key_code() == 229;
        let changes = event.shift_key() || event.ctrl_key() || event.alt_key() || event.meta_key();
        if event.key() == "Enter" && !composes && !changes {
            event.prevent_default();
            self.send();
        }
    }

    fn submit(self, event: &SubmitEvent) {
        event.prevent_default();
        self.send();
    }

    fn send(self) {
        let Some(text) = self.room.text.get_untracked() else {
            return;
        };
        match self.room.send(&text.value()) {
            Ok(()) => {
                text.set_value("");
                self.look(&text, None);
            }
            // Nothing to send is nothing to complain about.
            Err(Reason::BodyEmpty) => {}
            Err(reason) => self.look(&text, Some(reason)),
        }
        browser::focus(&text);
    }

    /// Takes note of the text: its length, its height, the draft.
    fn look(self, text: &HtmlTextAreaElement, refused: Option<Reason>) {
        let value = text.value();
        let characters = value.trim_end().chars().count();
        let written = Written {
            characters,
            refused,
        };
        if self.written.get_untracked() != written {
            self.written.set(written);
        }
        self.room.keep_draft(&value);
        // For browsers without `field-sizing`.
        text.set_rows(value.split('\n').count().clamp(1, 8) as u32);
    }
}
