//! The messages of the room, and where the reader is among them.
//!
//! The list is laid out from its end (`message_list.css`): without any script it opens at the
//! newest message, stays there as lines are added, and does not move when older ones are put before
//! the first. So `scroll_top` is 0 at the end and negative above it, and only lines added below
//! somebody who reads further up need a correction.

use std::cell::{Cell, RefCell};

use leptos::{either::EitherOf3, html, prelude::*};
use web_sys::{Element, HtmlElement};

use super::{
    day_line::DayLine,
    icon::{Drawing, Icon},
    message::MessageItem,
    notice::NoticeLine,
};
use crate::{
    browser,
    room::Room,
    room_state::Older,
    rows::{Content, Row},
};

/// Nearer to the end than this, the reader is taken to be there: about one line.
const AT_NEWEST_PX: i32 = 32;

/// Nearer to the begin than this, older messages are loaded: about a screen, so that they are there
/// in time.
const LOAD_OLDER_PX: i32 = 800;

/// `first_seq` is the place of the first message in the page as it was made, for readers without
/// scripts.
#[component]
pub(crate) fn MessageList(room: Room, first_seq: Option<u64>) -> impl IntoView {
    let texts = room.texts();
    let content = NodeRef::<html::Div>::new();
    browser::after_render(move || {
        if let (Some(list), Some(content)) = (room.list.get(), content.get()) {
            keep_place(room, list.into(), content.into());
        }
    });
    let says = room.says(|state| (texts.jump)(state.unseen as u64));
    let is_at_newest = room.knows(|state| state.is_at_newest);
    view! {
        <div class="message-list">
            <div
                class="message-list__scroll"
                role="log"
                aria-label=texts.messages
                tabindex="0"
                node_ref=room.list
                on:scroll=move |_| look(room)
            >
                <div class="message-list__content" node_ref=content>
                    <Before room first_seq />
                    <For each=move || room.rows.get() key=|row| row.key.clone() let(row)>
                        {line(room, row)}
                    </For>
                </div>
            </div>
            <button
                class="message-list__jump"
                type="button"
                hidden=is_at_newest
                on:click=move |_| room.jump()
            >
                <Drawing icon=Icon::DOWN />
                <span>{says}</span>
            </button>
        </div>
    }
}

fn line(room: Room, row: Row) -> impl IntoView {
    match row.content {
        Content::Day(day) => EitherOf3::A(view! { <DayLine room day /> }),
        Content::Message(row) => EitherOf3::B(view! { <MessageItem room row /> }),
        Content::Notice(notice) => EitherOf3::C(view! { <NoticeLine room notice /> }),
    }
}

/// What stands before the first line: the way to what is older, or the room's begin.
#[component]
fn Before(room: Room, first_seq: Option<u64>) -> impl IntoView {
    let texts = room.texts();
    let address = first_seq.map(|seq| format!("?before={seq}"));
    let content = move || match room.state.with(|state| state.older) {
        Older::None if room.rows.with(Vec::is_empty) => {
            EitherOf3::A(view! { <p class="message-list__begin">{texts.no_messages}</p> })
        }
        Older::None => {
            EitherOf3::A(view! { <p class="message-list__begin">{texts.room_begins}</p> })
        }
        Older::Loading => {
            EitherOf3::B(view! { <p class="message-list__loading">{texts.older_loading}</p> })
        }
        Older::There => EitherOf3::C(view! {
            <a
                class="message-list__older"
                href=address.clone()
                on:click=move |event| {
                    event.prevent_default();
                    room.load_older();
                }
            >
                {texts.older}
            </a>
        }),
    };
    view! { <div class="message-list__before">{content}</div> }
}

/// From now on keeps what is read in its place while lines come.
fn keep_place(room: Room, list: HtmlElement, content: HtmlElement) {
    let height = Cell::new(content.offset_height());
    let end = RefCell::new(newest(room));
    let elements: [Element; 2] = [list.clone().into(), content.clone().into()];
    browser::on_resize(&elements, move || {
        let grown = content.offset_height() - height.replace(content.offset_height());
        let has_new_end = end.replace(newest(room)) != *end.borrow();
        if has_new_end && !room.state.with_untracked(|state| state.is_at_newest) {
            list.set_scroll_top(list.scroll_top() - grown);
        }
        look_at(room, &list);
    });
}

/// Which line is the last.
fn newest(room: Room) -> Option<String> {
    room.rows
        .with_untracked(|rows| rows.last().map(|row| row.key.clone()))
}

fn look(room: Room) {
    if let Some(list) = room.list.get_untracked() {
        look_at(room, &list);
    }
}

/// Sees where the reader is.
fn look_at(room: Room, list: &Element) {
    let below = -list.scroll_top();
    let above = list.scroll_height() - list.client_height() - below;
    room.set_at_newest(below < AT_NEWEST_PX);
    if above < LOAD_OLDER_PX && room.state.with_untracked(|state| state.older) == Older::There {
        room.load_older();
    }
}
