//! One message: who, when, what, and how far it has come.

use client::Sending;
use leptos::{either::Either, prelude::*};
use protocol::{Cid, Reason};

use super::{avatar::Avatar, message_body::MessageBody};
use crate::{calendar, room::Room, rows::MessageRow};

#[component]
pub(crate) fn MessageItem(room: Room, row: ArcRwSignal<MessageRow>) -> impl IntoView {
    let row = RwSignal::from(row);
    let at = move || row.with(|row| row.message.at);
    let state = move || row.with(|row| row.message.state);
    let (sender, mine) = row.with_untracked(|row| (row.message.sender.clone(), row.message.mine));
    let cid = row.with_untracked(|row| row.message.cid.clone());
    let body = Memo::new(move |_| row.with(|row| row.message.body.clone()));
    let name = sender.name.to_string();
    let heads = Signal::derive(move || row.with(|row| row.heads));
    let state_name = Signal::derive(move || state_name(state()).to_owned());
    let time = Signal::derive(move || room.clock.with(|clock| clock.time(at())));
    let iso = Signal::derive(move || calendar::iso(at()));
    let date_and_time = Signal::derive(move || room.clock.with(|clock| clock.date_and_time(at())));
    let label = {
        let name = name.clone();
        Signal::derive(move || format!("{name}, {}", time.get()))
    };
    view! {
        <article
            class="message"
            class:message--heads=heads
            class:message--mine=mine
            data-state=state_name
            aria-label=label
        >
            <Avatar person=sender />
            <header class="message__header">
                <span class="message__author" dir="auto">
                    {name}
                </span>
                <time
                    class="message__time"
                    datetime=iso
                    title=date_and_time
                >
                    {time}
                </time>
            </header>
            <MessageBody text=body />
            {move || status(room, state(), &cid)}
        </article>
    }
}

fn state_name(state: Sending) -> &'static str {
    match state {
        Sending::Sent => "sent",
        Sending::Pending | Sending::Unknown => "pending",
        Sending::Failed(_) => "failed",
    }
}

/// What is said below a message that is not stored.
fn status(room: Room, state: Sending, cid: &Cid) -> impl IntoView + use<> {
    let texts = room.texts();
    match state {
        Sending::Sent => None,
        Sending::Pending => Some(Either::Left(underway(texts.pending))),
        Sending::Unknown => Some(Either::Left(underway(texts.unknown))),
        Sending::Failed(reason) => Some(Either::Right(failed(room, reason, cid))),
    }
}

fn underway(text: &'static str) -> impl IntoView {
    view! { <p class="message__status">{text}</p> }
}

fn failed(room: Room, reason: Reason, cid: &Cid) -> impl IntoView + use<> {
    let texts = room.texts();
    let why = format!("{} · {}", texts.failed, (texts.refused)(reason));
    let is_unfit = matches!(
        reason,
        Reason::BodyEmpty | Reason::BodyTooLong | Reason::BodyControl
    );
    let retried = cid.clone();
    let retry = move |_| room.retry(&retried);
    let taken_back = cid.clone();
    let edit_again = move |_| room.edit_again(&taken_back);
    view! {
        <p class="message__status message__status--failed">
            <span>{why}</span>
            {(!is_unfit)
                .then(|| {
                    view! {
                        <button class="button button--small" type="button" on:click=retry>
                            {texts.retry}
                        </button>
                    }
                })}
            <button class="button button--small" type="button" on:click=edit_again>
                {texts.edit_again}
            </button>
        </p>
    }
}
