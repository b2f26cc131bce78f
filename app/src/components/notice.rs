//! A line that says who came and who went.

use std::sync::Arc;

use client::Notice;
use leptos::{either::Either, prelude::*};
use protocol::Person;

use crate::{room::Room, texts::Texts};

/// "Ann joined"; of several people, "3 joined" that unfolds to their names.
#[component]
pub(crate) fn NoticeLine(room: Room, notice: ArcRwSignal<Arc<Notice>>) -> impl IntoView {
    let texts = room.texts();
    let content = move || {
        let notice = notice.get();
        if notice.joined.len() + notice.left.len() <= 1 {
            Either::Left(view! { <span dir="auto">{names(texts, &notice)}</span> })
        } else {
            Either::Right(view! {
                <details class="notice__fold">
                    <summary class="notice__summary">{counts(texts, &notice)}</summary>
                    <p class="notice__names" dir="auto">
                        {names(texts, &notice)}
                    </p>
                </details>
            })
        }
    };
    view! { <div class="notice">{content}</div> }
}

/// "3 joined, 1 left"
fn counts(texts: &Texts, notice: &Notice) -> String {
    said(texts, notice, |people, _, counted| {
        counted(people.len() as u64)
    })
}

/// "Ann, Bob and Cyd joined, Dan left"
fn names(texts: &Texts, notice: &Notice) -> String {
    said(texts, notice, |people, named, _| {
        let names: Vec<&str> = people.iter().map(|person| person.name.as_str()).collect();
        named(&(texts.list)(&names))
    })
}

fn said(
    texts: &Texts,
    notice: &Notice,
    say: impl Fn(&[Person], fn(&str) -> String, fn(u64) -> String) -> String,
) -> String {
    let joined =
        (!notice.joined.is_empty()).then(|| say(&notice.joined, texts.joined, texts.joined_count));
    let left = (!notice.left.is_empty()).then(|| say(&notice.left, texts.left, texts.left_count));
    [joined, left]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(texts.list_separator)
}
