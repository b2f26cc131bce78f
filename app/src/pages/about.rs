//! The page about a room: what it is called, who is in it, and what one may do there.

use leptos::prelude::*;
use protocol::{Cid, Person, Reason, RoomKind, RoomState, UserId, limits};

use super::members::{people, whom};
use super::{Shell, sheet::Sheet};
use crate::texts::RoomsTexts;

/// What the page shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AboutView {
    pub me: UserId,
    pub room: RoomState,
    /// How many are in it, how many of them are named on the pages before, and who is named here.
    pub count: u64,
    pub from: u64,
    pub people: Vec<Person>,
    pub owner: Option<UserId>,
    /// Who is banned from it, as far as they are shown, for who looks after it.
    pub banned: Vec<Person>,
    /// Of whichever form is sent: sent twice, it is done once.
    pub cid: Cid,
    /// An invitation's address, just made.
    pub link: Option<String>,
    pub refused: Option<Reason>,
}

/// What a room is called by somebody in it: its name, or those who talk in it.
pub fn room_title(room: &RoomState, me: &UserId) -> String {
    if !room.kind.is_personal() {
        return room.name.clone();
    }
    let others = room.people.iter().filter(|person| person.id != *me);
    let names: Vec<&str> = others.map(|person| person.name.as_str()).collect();
    names.join(", ")
}

/// The page about a room one is in.
pub fn about_page(shell: &Shell, view: &AboutView) -> String {
    let texts = RoomsTexts::of(shell.language);
    let title = (texts.about)(&room_title(&view.room, &view.me));
    shell.document(format!("{title} · Confab"), (), || {
        let parts = (
            first(shell, view),
            naming(texts, view),
            people(texts, view),
            inviting(texts, view),
            notifications(texts, view),
            leaving(texts, view),
        );
        let parts = parts.into_any();
        view! {
            <Sheet shell=shell.clone() title=title.clone() done=None>
                {parts}
            </Sheet>
        }
    })
}

/// Why something was refused, if it was.
pub(super) fn refusal(shell: &Shell, refused: Option<Reason>) -> Option<AnyView> {
    let says = shell.language.texts().refused;
    refused.map(|reason| {
        view! {
            <p class="field__refused" role="alert">
                {says(reason)}
            </p>
        }
        .into_any()
    })
}

fn first(shell: &Shell, view: &AboutView) -> AnyView {
    let texts = RoomsTexts::of(shell.language);
    let room = &view.room;
    let owned = (room.owned && room.kind != RoomKind::Direct)
        .then(|| view! { <p class="sheet__says">{texts.owned}</p> });
    view! {
        <section class="sheet__part">
            {refusal(shell, view.refused)}
            {topic(&room.topic)}
            <p class="sheet__says">{(texts.kind_says)(room.kind)}</p>
            {owned}
            <p>
                <a class="button button--primary" href=format!("/rooms/{}", room.id)>
                    {texts.open}
                </a>
            </p>
        </section>
    }
    .into_any()
}

/// Nothing, where there is none.
pub(super) fn topic(topic: &str) -> Option<AnyView> {
    let topic = Some(topic.to_owned()).filter(|topic| !topic.is_empty());
    topic.map(|topic| view! { <p dir="auto">{topic}</p> }.into_any())
}

/// Only for who may.
fn naming(texts: &'static RoomsTexts, view: &AboutView) -> Option<AnyView> {
    let room = &view.room;
    (room.owned && !room.kind.is_personal()).then(|| {
        let name = Field {
            name: "name",
            label: texts.name,
            value: &room.name,
            chars_max: limits::ROOM_NAME_CHARS_MAX,
            is_required: true,
        };
        let topic = Field {
            name: "topic",
            label: texts.topic,
            value: &room.topic,
            chars_max: limits::TOPIC_CHARS_MAX,
            is_required: false,
        };
        view! {
            <section class="sheet__part">
                <h2 class="sheet__heading">{texts.describe}</h2>
                {form(view, "rename", (Some(name), texts.rename))}
                {form(view, "topic", (Some(topic), texts.set_topic))}
            </section>
        }
        .into_any()
    })
}

/// The one field of a small form.
pub(super) struct Field<'a> {
    pub(super) name: &'static str,
    pub(super) label: &'static str,
    pub(super) value: &'a str,
    pub(super) chars_max: usize,
    pub(super) is_required: bool,
}

/// A form of this page that does one thing.
pub(super) fn form(
    view: &AboutView,
    verb: &str,
    (field, button): (Option<Field>, &'static str),
) -> AnyView {
    let field = field.map(|field| {
        let id = format!("{verb}-{}", field.name);
        view! {
            <label class="field__label" for=id.clone()>
                {field.label}
            </label>
            <input
                class="field__input"
                id=id
                name=field.name
                type="text"
                value=field.value.to_owned()
                required=field.is_required
                autocomplete="off"
                maxlength=2 * field.chars_max
            />
        }
    });
    view! {
        <form class="sheet__form" method="post" action=format!("/rooms/{}/{verb}", view.room.id)>
            <input type="hidden" name="cid" value=view.cid.to_string() />
            {field}
            <button class="button" type="submit">
                {button}
            </button>
        </form>
    }
    .into_any()
}

fn inviting(texts: &'static RoomsTexts, view: &AboutView) -> Option<AnyView> {
    let room = &view.room;
    let by_name = matches!(room.kind, RoomKind::Private | RoomKind::Group);
    let by_link = room.kind == RoomKind::Private && room.owned;
    let link = view.link.clone().map(|link| {
        view! {
            <p role="status">{texts.link_made}</p>
            <input class="field__input" type="text" readonly value=link aria-label=texts.link />
        }
    });
    let by_link = by_link.then(|| {
        view! {
            <h2 class="sheet__heading">{texts.link}</h2>
            <p class="sheet__says">{texts.link_says}</p>
            {link}
            {form(view, "link", (None, texts.make_link))}
        }
    });
    by_name.then(|| {
        view! {
            <section class="sheet__part">
                <h2 class="sheet__heading">{texts.invite}</h2>
                <p class="sheet__says">{texts.invite_says}</p>
                {form(view, "invite", (Some(whom(texts.invite_name)), texts.invite))}
                {by_link}
            </section>
        }
        .into_any()
    })
}

fn notifications(texts: &'static RoomsTexts, view: &AboutView) -> AnyView {
    let (says, button, muted) = if view.room.muted {
        (texts.muted_says, texts.unmute, "false")
    } else {
        (texts.heard_says, texts.mute, "true")
    };
    view! {
        <section class="sheet__part">
            <h2 class="sheet__heading">{texts.notifications}</h2>
            <p class="sheet__says">{says}</p>
            <form
                class="sheet__form"
                method="post"
                action=format!("/rooms/{}/mute", view.room.id)
            >
                <input type="hidden" name="muted" value=muted />
                <button class="button" type="submit">
                    {button}
                </button>
            </form>
        </section>
    }
    .into_any()
}

/// The talk of two stays theirs.
fn leaving(texts: &'static RoomsTexts, view: &AboutView) -> Option<AnyView> {
    (view.room.kind != RoomKind::Direct).then(|| {
        view! {
            <section class="sheet__part">
                <h2 class="sheet__heading">{texts.leave_title}</h2>
                <p class="sheet__says">{(texts.leave_says)(view.room.kind)}</p>
                {form(view, "leave", (None, texts.leave))}
            </section>
        }
        .into_any()
    })
}
