//! The page of the public rooms, and the one that asks before joining a room.

use leptos::prelude::*;
use protocol::Reason;

use super::about::{refusal, topic};
use super::{Shell, sheet::Sheet};
use crate::texts::RoomsTexts;

/// What the page of rooms shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RoomsView {
    pub rooms: Vec<RoomRow>,
    /// There are more after this name.
    pub more_after: Option<String>,
}

/// A public room, as who looks for one sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomRow {
    pub id: String,
    pub name: String,
    pub topic: String,
    /// How many are in it.
    pub people: u64,
    /// The reader is one of them.
    pub is_in: bool,
}

/// The page of the public rooms there are.
pub fn rooms_page(shell: &Shell, view: &RoomsView) -> String {
    let texts = RoomsTexts::of(shell.language);
    let title = format!("{} · Confab", texts.rooms);
    shell.document(title, (), || {
        let list = list(texts, view);
        view! {
            <Sheet shell=shell.clone() title=texts.rooms.to_owned() done=None>
                {list}
            </Sheet>
        }
    })
}

fn list(texts: &'static RoomsTexts, view: &RoomsView) -> AnyView {
    let nobody = view.rooms.is_empty().then(|| {
        view! { <p class="sheet__says">{texts.no_rooms}</p> }
    });
    let rows = view.rooms.iter().map(|room| row(texts, room));
    let more = view.more_after.as_ref().map(|name| {
        let query: String = form_encoded(name);
        view! {
            <p class="sheet__says">
                <a href=format!("/rooms?after={query}")>{texts.more}</a>
            </p>
        }
    });
    view! {
        <section class="sheet__part">
            <p class="sheet__says">{texts.rooms_says}</p>
            <p>
                <a class="button button--primary" href="/rooms/new">
                    {texts.new_room}
                </a>
            </p>
            {nobody}
            <ul class="room-rows">{rows.collect_view()}</ul>
            {more}
        </section>
    }
    .into_any()
}

fn row(texts: &'static RoomsTexts, room: &RoomRow) -> impl IntoView + use<> {
    let path = format!("/rooms/{}", room.id);
    let label = format!(
        "{} {}",
        if room.is_in { texts.open } else { texts.join },
        room.name
    );
    let action = if room.is_in {
        view! {
            <a class="button button--small" href=path.clone() aria-label=label>
                {texts.open}
            </a>
        }
        .into_any()
    } else {
        view! {
            <form method="post" action=format!("{path}/join")>
                <button class="button button--small" type="submit" aria-label=label>
                    {texts.join}
                </button>
            </form>
        }
        .into_any()
    };
    let topic = (!room.topic.is_empty()).then(|| {
        view! {
            <p class="room-row__topic" dir="auto">
                {room.topic.clone()}
            </p>
        }
    });
    view! {
        <li class="room-row">
            <div class="room-row__text">
                <a class="room-row__name" href=path dir="auto">
                    {room.name.clone()}
                </a>
                <span class="room-row__people">{(texts.people)(room.people)}</span>
                {topic}
            </div>
            {action}
        </li>
    }
}

/// Percent-encodes what a query cannot hold.
fn form_encoded(text: &str) -> String {
    let encode = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => {
            char::from(byte).to_string()
        }
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(encode).collect()
}

/// What is asked before joining.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinRoomView {
    /// By what name, and how many are in it.
    pub name: String,
    pub topic: String,
    pub people: u64,
    /// Where the form goes.
    pub action: String,
    /// By a link to a room that others do not see.
    pub is_invited: bool,
    pub refused: Option<Reason>,
}

/// The page that asks before joining a room.
pub fn join_room_page(shell: &Shell, view: &JoinRoomView) -> String {
    let texts = RoomsTexts::of(shell.language);
    let title = if view.is_invited {
        (texts.invited_to)(&view.name)
    } else {
        (texts.join_title)(&view.name)
    };
    shell.document(format!("{title} · Confab"), (), || {
        let refused = refusal(shell, view.refused);
        let topic = topic(&view.topic);
        let part = view! {
            <section class="sheet__part">
                {topic}
                <p class="sheet__says">{(texts.people)(view.people)}</p>
                {refused}
                <form class="sheet__form" method="post" action=view.action.clone()>
                    <button class="button button--primary" type="submit">
                        {texts.join}
                    </button>
                </form>
            </section>
        };
        let part = part.into_any();
        view! {
            <Sheet shell=shell.clone() title=title.clone() done=None>
                {part}
            </Sheet>
        }
    })
}
