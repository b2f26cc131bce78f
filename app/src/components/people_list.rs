//! Who is online: beside the messages, or a drawer on a narrow screen.

use std::cell::Cell;

use leptos::prelude::*;
use protocol::{Person, UserId};

use super::{
    avatar::Avatar,
    icon::{Drawing, Icon},
};
use crate::{browser, room::Room};

#[component]
pub(crate) fn PeopleList(room: Room, me: UserId) -> impl IntoView {
    let texts = room.texts();
    let is_open = room.knows(|state| state.people_are_open);
    let was_open = Cell::new(false);
    browser::after_render(move || {
        // The keyboard follows the drawer in, and back to where it was opened from.
        match (was_open.replace(is_open.get()), is_open.get()) {
            (false, true) => browser::focus_on("people-close"),
            (true, false) => browser::focus_on("people-toggle"),
            _ => {}
        }
    });
    let people = move || room.state.with(|state| state.online.people.clone());
    let title = room.says(|state| (texts.online)(state.online.count));
    let stale = room.says(|state| match state.online.is_stale {
        true => texts.people_stale.to_owned(),
        false => String::new(),
    });
    let more = room.says(|state| match state.online.unnamed() {
        0 => String::new(),
        unnamed => (texts.people_more)(unnamed),
    });
    view! {
        <aside
            class="people-list"
            class:people-list--open=is_open
            id="people"
            aria-label=texts.people_online
            on:keydown=move |event| {
                if event.key() == "Escape" {
                    room.open_people(false);
                }
            }
        >
            <div class="people-list__header">
                <h2 class="people-list__title">{title}</h2>
                <button
                    class="icon-button people-list__close"
                    type="button"
                    aria-label=texts.close
                    id="people-close"
                    on:click=move |_| room.open_people(false)
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
        <div class="people-list__backdrop" on:click=move |_| room.open_people(false)></div>
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
