//! Who is in a room, and what who looks after it may do to them.

use leptos::prelude::*;
use protocol::{Person, RoomKind, limits};

use super::about::{AboutView, Field};
use crate::components::Avatar;
use crate::texts::RoomsTexts;

pub(super) fn people(texts: &'static RoomsTexts, view: &AboutView) -> AnyView {
    let rows = view.people.iter().map(|person| row(texts, view, person));
    let next = view.from + view.people.len() as u64;
    let more = view.count.saturating_sub(next);
    let more = (more > 0 && !view.people.is_empty()).then(|| {
        let href = format!("/rooms/{}/about?from={next}#people", view.room.id);
        view! {
            <p class="sheet__says">
                <a href=href>{(texts.more_people)(more)}</a>
            </p>
        }
    });
    let keeps_order = view.room.owned && view.room.kind != RoomKind::Direct;
    let banned = (keeps_order && !view.banned.is_empty()).then(|| banned(texts, view));
    view! {
        <section class="sheet__part" id="people">
            <h2 class="sheet__heading">
                {format!("{} · {}", texts.people_here, view.count)}
            </h2>
            <ul class="person-rows">{rows.collect_view()}</ul>
            {more}
        </section>
        {banned}
    }
    .into_any()
}

fn banned(texts: &'static RoomsTexts, view: &AboutView) -> AnyView {
    let row = |person: &Person| {
        let action = format!("/rooms/{}/unban", view.room.id);
        view! {
            <li class="person-row">
                <Avatar person=person.clone() />
                <span class="person-row__name" dir="auto">
                    {person.name.to_string()}
                </span>
                <form method="post" action=action>
                    <input type="hidden" name="cid" value=view.cid.to_string() />
                    <input type="hidden" name="user" value=person.id.to_string() />
                    <button
                        class="button button--small"
                        type="submit"
                        aria-label=(texts.unban_of)(person.name.as_str())
                    >
                        {texts.unban}
                    </button>
                </form>
            </li>
        }
    };
    view! {
        <section class="sheet__part">
            <h2 class="sheet__heading">{texts.banned}</h2>
            <p class="sheet__says">{texts.ban_says}</p>
            <ul class="person-rows">{view.banned.iter().map(row).collect_view()}</ul>
        </section>
    }
    .into_any()
}

fn row(texts: &'static RoomsTexts, view: &AboutView, person: &Person) -> AnyView {
    let is_me = person.id == view.me;
    let is_owner = view.owner.as_ref() == Some(&person.id);
    let says = match (is_me, is_owner) {
        (true, _) => Some(texts.you),
        (false, true) => Some(texts.owner),
        _ => None,
    };
    let talk = (!is_me && view.room.kind != RoomKind::Direct).then(|| {
        view! {
            <form method="post" action="/talk">
                <input type="hidden" name="user" value=person.id.to_string() />
                <button
                    class="button button--small"
                    type="submit"
                    aria-label=format!("{} {}", texts.talk, person.name)
                >
                    {texts.talk}
                </button>
            </form>
        }
    });
    let keeps_order = view.room.owned && !is_me && view.room.kind != RoomKind::Direct;
    let order = keeps_order.then(|| order(texts, view, person));
    view! {
        <li class="person-row">
            <Avatar person=person.clone() />
            <span class="person-row__name" dir="auto">
                {person.name.to_string()}
                <span class="person-row__says">{says}</span>
            </span>
            {talk}
            {order}
        </li>
    }
    .into_any()
}

/// Folded away: putting somebody out takes two steps.
fn order(texts: &'static RoomsTexts, view: &AboutView, person: &Person) -> AnyView {
    let field = format!("why-{}", person.id);
    let path = |verb: &str| format!("/rooms/{}/{verb}", view.room.id);
    let button = |verb: &str, text: &'static str| {
        view! {
            <button class="button button--small" type="submit" formaction=path(verb)>
                {text}
            </button>
        }
    };
    view! {
        <details class="person-row__ban">
            <summary class="person-row__ban-open" aria-label=(texts.order)(person.name.as_str())>
                {texts.order_short}
            </summary>
            <form class="sheet__form" method="post" action=path("remove")>
                <input type="hidden" name="cid" value=view.cid.to_string() />
                <input type="hidden" name="user" value=person.id.to_string() />
                <label class="field__label" for=field.clone()>
                    {texts.why}
                </label>
                <input
                    class="field__input"
                    id=field
                    name="why"
                    type="text"
                    autocomplete="off"
                    maxlength=2 * limits::TOPIC_CHARS_MAX
                />
                <div class="sheet__buttons">
                    {button("remove", texts.remove)}
                    {button("ban", texts.ban)}
                    <button
                        class="button button--small"
                        type="submit"
                        name="minutes"
                        value="60"
                        formaction=path("silence")
                    >
                        {texts.silence_hour}
                    </button>
                    {button("silence", texts.silence)}
                    {button("unsilence", texts.unsilence)}
                </div>
            </form>
        </details>
    }
    .into_any()
}

/// The field for somebody's name.
pub(super) fn whom(label: &'static str) -> Field<'static> {
    Field {
        name: "name",
        label,
        value: "",
        chars_max: limits::NAME_CHARS_MAX,
        is_required: true,
    }
}
