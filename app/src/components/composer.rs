//! Where a message is written. A plain form until the page is live, and again if it fails.

use leptos::{either::Either, html, prelude::*};
use protocol::{Reason, limits};
use web_sys::{HtmlTextAreaElement, KeyboardEvent, SubmitEvent};

use super::icon::{Drawing, Icon};
use crate::{Snapshot, browser, room::Room};

/// How near to the limit a counter shows: a few lines before it.
const COUNT_FROM_LEFT: usize = 400;

type Box = NodeRef<html::Textarea>;

/// What the composer knows besides the text, which is the browser's alone: a value that is never set is never lost.
#[derive(Clone, Copy)]
struct Composing {
    room: Room,
    text: Box,
    /// Under which name the draft is kept.
    draft_key: StoredValue<String>,
    characters: RwSignal<usize>,
    refused: RwSignal<Option<Reason>>,
}

#[component]
pub(crate) fn Composer(room: Room, snapshot: Snapshot) -> impl IntoView {
    let texts = room.texts();
    let Snapshot {
        me,
        room: state,
        cid,
        refused,
        ..
    } = snapshot;
    let (reason, body) = refused.unzip();
    let composing = Composing {
        room,
        text: Box::new(),
        draft_key: StoredValue::new(format!("confab draft {} {}", me.id, state.id)),
        characters: RwSignal::new(0),
        refused: RwSignal::new(reason),
    };
    browser::after_render(move || composing.start());
    browser::after_render(move || {
        if let Some(body) = room.taken_back.get() {
            composing.take_back(&body);
        }
    });
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
    let is_refused = Signal::derive(move || composing.refused.get().is_some().to_string());
    let empty = html::textarea()
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
        .node_ref(composing.text)
        .on(leptos::ev::input, move |_| composing.changed())
        .on(leptos::ev::keydown, move |event| composing.pressed(&event));
    if body.is_empty() {
        Either::Left(empty)
    } else {
        // The parser drops a line break right after the tag; this is that one.
        Either::Right(empty.child(format!("\n{body}")))
    }
}

/// The line below the box: why it was refused, or how much room is left.
fn says(composing: Composing) -> impl IntoView {
    let texts = composing.room.texts();
    let count = Signal::derive(move || {
        let characters = composing.characters.get();
        match limits::BODY_CHARS_MAX.checked_sub(characters) {
            None => (texts.characters_over)((characters - limits::BODY_CHARS_MAX) as u64),
            Some(left) if left <= COUNT_FROM_LEFT => (texts.characters_left)(left as u64),
            Some(_) => String::new(),
        }
    });
    let refused = Signal::derive(move || {
        composing
            .refused
            .get()
            .map(texts.refused)
            .unwrap_or_default()
    });
    let is_over = Signal::derive(move || composing.characters.get() > limits::BODY_CHARS_MAX);
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
    /// Finds what was typed before the start, and the draft of before a reload.
    fn start(self) {
        let Some(text) = self.text.get() else { return };
        let typed = text.value();
        let draft = self
            .draft_key
            .with_value(|key| browser::kept(key))
            .unwrap_or_default();
        if !draft.is_empty() && !typed.contains(&draft) {
            let both = if typed.is_empty() {
                draft
            } else {
                format!("{draft}\n{typed}")
            };
            text.set_value(&both);
        }
        self.look(&text);
    }

    fn changed(self) {
        let Some(text) = self.text.get_untracked() else {
            return;
        };
        self.refused.set(None);
        self.look(&text);
        if !text.value().is_empty() {
            self.room.typing();
        }
    }

    /// Enter sends and Shift+Enter begins a line; but an Enter that ends the input of a Chinese word does neither.
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
        let Some(text) = self.text.get_untracked() else {
            return;
        };
        match self.room.send(&text.value()) {
            Ok(()) => {
                text.set_value("");
                self.refused.set(None);
                self.look(&text);
            }
            // Nothing to send is nothing to complain about.
            Err(Reason::BodyEmpty) => {}
            Err(reason) => self.refused.set(Some(reason)),
        }
        browser::focus(&text);
    }

    /// A message that was not sent comes back, before what has been written since.
    fn take_back(self, body: &str) {
        let Some(text) = self.text.get_untracked() else {
            return;
        };
        let since = text.value();
        text.set_value(&if since.is_empty() {
            body.to_owned()
        } else {
            format!("{body}\n{since}")
        });
        self.look(&text);
        browser::focus(&text);
    }

    /// Takes note of the text: its length, its height, the draft.
    fn look(self, text: &HtmlTextAreaElement) {
        let value = text.value();
        self.characters.set(value.trim_end().chars().count());
        self.draft_key.with_value(|key| browser::keep(key, &value));
        // For browsers without `field-sizing`.
        text.set_rows(value.split('\n').count().clamp(1, 8) as u32);
    }
}
