//! Who is online: beside the messages, or a drawer on a narrow screen.

use leptos::{html, prelude::*};
use protocol::{Person, UserId};

use super::{
    avatar::Avatar,
    icon::{Drawing, Icon},
};
use crate::{
    browser,
    room::{Online, Room},
};

/// `is_open` is about the drawer; a wide screen always shows the list.
#[component]
pub(crate) fn PeopleList(room: Room, me: UserId, is_open: RwSignal<bool>) -> impl IntoView {
    let texts = room.texts();
    let close = NodeRef::<html::Button>::new();
    browser::after_render(move || {
        if let (true, Some(close)) = (is_open.get(), close.get()) {
            browser::focus(&close);
        }
    });
    let people = move || room.online.with(|online| online.people.clone());
    let title = Signal::derive(move || (texts.online)(room.online.with(|online| online.count)));
    let stale = Signal::derive(move || {
        let is_stale = room.online.with(|online| online.is_stale);
        if is_stale {
            texts.people_stale.to_owned()
        } else {
            String::new()
        }
    });
    let more = Signal::derive(move || match room.online.with(Online::unnamed) {
        0 => String::new(),
        unnamed => (texts.people_more)(unnamed),
    });
    view! {
        <aside
            class="people-list"
            class:people-list--open=Signal::derive(move || is_open.get())
            id="people"
            aria-label=texts.people_online
            on:keydown=move |event| {
                if event.key() == "Escape" {
                    is_open.set(false);
                }
            }
        >
            <div class="people-list__header">
                <h2 class="people-list__title">{title}</h2>
                <button
                    class="icon-button people-list__close"
                    type="button"
                    aria-label=texts.close
                    node_ref=close
                    on:click=move |_| is_open.set(false)
                >
                    <Drawing icon=Icon::CLOSE />
                </button>
            </div>
            <p class="people-list__stale" role="status">
                {stale}
            </p>
            <ul class="people-list__people" aria-label=texts.people_online>
                <For each=people key=|person| person.id.clone() let(person)>
                    {
                        let you = (person.id == me).then_some(texts.you);
                        someone(person, you)
                    }
                </For>
            </ul>
            <p class="people-list__more">{more}</p>
        </aside>
        <div class="people-list__backdrop" on:click=move |_| is_open.set(false)></div>
    }
}

fn someone(person: Person, you: Option<&'static str>) -> impl IntoView {
    let name = person.name.to_string();
    view! {
        <li class="people-list__person">
            <Avatar person />
            <span class="people-list__name" dir="auto">
                {name}
            </span>
            {you.map(|you| view! { <span class="people-list__you">{you}</span> })}
        </li>
    }
}
