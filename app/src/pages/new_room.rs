//! The page that makes a room or a group.

use leptos::prelude::*;
use protocol::{Cid, Reason, limits};

use super::{Shell, about::refusal, sheet::Sheet};
use crate::texts::RoomsTexts;

/// What the forms show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRoomView {
    /// Of whichever form is sent: sent twice, it makes one room.
    pub cid: Cid,
    /// As it was typed before.
    pub name: String,
    pub topic: String,
    pub is_private: bool,
    /// The names for a group, one a line.
    pub people: String,
    pub refused: Option<NewRoomRefused>,
}

/// Which of the forms was refused, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NewRoomRefused {
    Room(Reason),
    Group(Reason),
}

/// The page with a form for a room and one for a group.
pub fn new_room_page(shell: &Shell, view: &NewRoomView) -> String {
    let texts = RoomsTexts::of(shell.language);
    shell.document(format!("{} · Confab", texts.new_room), (), || {
        let parts = (room(shell, view), group(shell, view)).into_any();
        view! {
            <Sheet shell=shell.clone() title=texts.new_room.to_owned() done=None>
                {parts}
            </Sheet>
        }
    })
}

fn room(shell: &Shell, view: &NewRoomView) -> AnyView {
    let texts = RoomsTexts::of(shell.language);
    let refused = match view.refused {
        Some(NewRoomRefused::Room(reason)) => Some(reason),
        _ => None,
    };
    let of_topic = refused.filter(|reason| *reason == Reason::TopicTooLong);
    let of_name = refused.filter(|reason| *reason != Reason::TopicTooLong);
    view! {
        <section class="sheet__part">
            <form class="sheet__form" method="post" action="/rooms/new">
                <input type="hidden" name="cid" value=view.cid.to_string() />
                <label class="field__label" for="name">
                    {texts.name}
                </label>
                <input
                    class="field__input"
                    id="name"
                    name="name"
                    type="text"
                    value=view.name.clone()
                    required
                    autocomplete="off"
                    maxlength=2 * limits::ROOM_NAME_CHARS_MAX
                    aria-invalid=of_name.map(|_| "true")
                    aria-describedby="name-hint"
                />
                {refusal(shell, of_name)}
                <p class="field__hint" id="name-hint">
                    {texts.name_hint}
                </p>
                <label class="field__label" for="topic">
                    {texts.topic}
                </label>
                <input
                    class="field__input"
                    id="topic"
                    name="topic"
                    type="text"
                    value=view.topic.clone()
                    autocomplete="off"
                    maxlength=2 * limits::TOPIC_CHARS_MAX
                    aria-invalid=of_topic.map(|_| "true")
                    aria-describedby="topic-hint"
                />
                {refusal(shell, of_topic)}
                <p class="field__hint" id="topic-hint">
                    {texts.topic_hint}
                </p>
                <fieldset class="options">
                    <legend class="field__label">{texts.who}</legend>
                    {option("public", !view.is_private, (texts.anyone, texts.anyone_says))}
                    {option("private", view.is_private, (texts.invited, texts.invited_says))}
                </fieldset>
                <button class="button button--primary" type="submit">
                    {texts.make}
                </button>
            </form>
        </section>
    }
    .into_any()
}

fn option(
    kind: &'static str,
    is_chosen: bool,
    (name, says): (&'static str, &'static str),
) -> AnyView {
    view! {
        <label class="options__option">
            <input type="radio" name="kind" value=kind checked=is_chosen />
            <span>{name} <span class="options__says">{says}</span></span>
        </label>
    }
    .into_any()
}

fn group(shell: &Shell, view: &NewRoomView) -> AnyView {
    let texts = RoomsTexts::of(shell.language);
    let refused = match view.refused {
        Some(NewRoomRefused::Group(reason)) => Some(reason),
        _ => None,
    };
    view! {
        <section class="sheet__part" id="group">
            <h2 class="sheet__heading">{texts.new_group}</h2>
            <p class="sheet__says">{(texts.group_says)()}</p>
            <form class="sheet__form" method="post" action="/rooms/new">
                <input type="hidden" name="cid" value=view.cid.to_string() />
                <input type="hidden" name="kind" value="group" />
                <label class="field__label" for="people">
                    {texts.group_people}
                </label>
                <textarea
                    class="field__input"
                    id="people"
                    name="people"
                    rows="4"
                    required
                    spellcheck="false"
                    aria-invalid=refused.map(|_| "true")
                    aria-describedby="people-hint"
                >
                    {inner(&view.people)}
                </textarea>
                {refusal(shell, refused)}
                <p class="field__hint" id="people-hint">
                    {texts.group_people_hint}
                </p>
                <button class="button" type="submit">
                    {texts.make_group}
                </button>
            </form>
        </section>
    }
    .into_any()
}

/// What stands in a `<textarea>`. Leptos writes it as it is, as if it were a script; and the parser drops a line break right
/// after the tag.
fn inner(text: &str) -> String {
    format!("\n{}", text.replace('&', "&amp;").replace('<', "&lt;"))
}
