//! Says that the connection is away, and what can be done.

use leptos::prelude::*;

use super::icon::{Drawing, Icon};
use crate::{room::Room, room_state::Connection};

#[component]
pub(crate) fn ConnectionBanner(room: Room) -> impl IntoView {
    let texts = room.texts();
    let is_quiet = room.knows(|state| !state.connection.is_away());
    // Only what does not change each second is read out.
    let says = room.says(|state| match state.connection {
        Connection::Open | Connection::Connecting => String::new(),
        Connection::Trying | Connection::Waiting { .. } => {
            format!("{} {}", texts.connection_lost, texts.will_be_sent)
        }
        Connection::Stopped(code) => (texts.stopped)(code),
    });
    let next = room.says(|state| match state.connection {
        Connection::Trying => texts.trying.to_owned(),
        Connection::Waiting { seconds } => (texts.trying_in)(seconds),
        _ => String::new(),
    });
    view! {
        <div class="connection-banner" class:connection-banner--quiet=is_quiet>
            <Drawing icon=Icon::ALERT />
            <p class="connection-banner__says" role="status">
                {says}
            </p>
            <p class="connection-banner__next" aria-hidden="true">
                {next}
            </p>
            <button class="button button--small" type="button" on:click=move |_| room.try_now()>
                {texts.try_now}
            </button>
        </div>
    }
}
