//! Where a message is written. A plain form until the page is live, and again if it fails.

use protocol::{Cid, limits};

use super::{
    avatar::avatar,
    icon::{Icon, drawing},
};
use crate::{
    composing::{Purpose, Written},
    mentioning::Mentioning,
    piece::{Piece, button, piece},
    room::Room,
    room_state::State,
};

/// How near to the limit a counter shows: a few lines before it.
const COUNT_FROM_LEFT: usize = 400;

/// `cid` and `body` are those of the plain form: of its next message, and of the one that was refused.
pub(crate) fn composer(
    room: Room,
    (cid, body): (&Cid, &str),
    state: &State,
    written: &Written,
) -> Piece {
    let texts = room.texts();
    let cid = piece("input", "")
        .attr("type", "hidden")
        .attr("name", "cid")
        .attr("value", cid.as_str());
    let send = piece("button", "composer__send")
        .attr("type", "submit")
        .label(texts.send)
        .with(drawing(Icon::SEND));
    let written_in = piece("div", "composer__box")
        .with(textarea(room, body, state, written))
        .with(send);
    piece("form", "composer")
        .attr("method", "post")
        .attr("action", &format!("/rooms/{}/messages", state.room.id))
        .flag("hidden", state.room.id.is_for_notices())
        .with(cid)
        .with(purpose(room, written))
        .with(written_in)
        .with(says(room, written))
}

fn textarea(room: Room, body: &str, state: &State, written: &Written) -> Piece {
    let texts = room.texts();
    // The parser drops a line break right after the tag.
    let body = match body {
        "" => String::new(),
        _ => format!("\n{body}"),
    };
    let textarea = piece("textarea", "composer__text");
    let textarea = match &written.mentioning {
        None => textarea,
        Some(found) => textarea
            .attr("role", "combobox")
            .attr("aria-autocomplete", "list")
            .attr("aria-expanded", "true")
            .attr("aria-controls", "offered")
            .attr("aria-activedescendant", &Mentioning::place(found.chosen)),
    };
    textarea
        .attr("id", "message")
        .attr("name", "body")
        .attr("rows", "1")
        .attr("autofocus", "")
        .attr("autocomplete", "off")
        .attr("enterkeyhint", "send")
        .attr("aria-label", texts.message)
        .attr("aria-describedby", "message-says")
        .is("aria-invalid", written.refused.is_some())
        .attr("placeholder", &(texts.message_placeholder)(&state.title()))
        .says(&body)
}

/// Above the box: what is answered or edited, and who may be meant.
fn purpose(room: Room, written: &Written) -> Piece {
    let texts = room.texts();
    let bar = match &written.purpose {
        Purpose::Say => None,
        Purpose::Edit(_) => Some(bar(room, texts.editing, "")),
        Purpose::Answer(message) => {
            let to = (texts.answering)(message.sender.name.as_str());
            Some(bar(
                room,
                &to,
                message.body.lines().next().unwrap_or_default(),
            ))
        }
    };
    let offered = written
        .mentioning
        .as_ref()
        .map(|found| offered(room, found));
    piece("div", "composer__above")
        .with_some(offered)
        .with_some(bar)
}

fn bar(room: Room, says: &str, body: &str) -> Piece {
    let cancel = button("icon-button composer__cancel", "say")
        .attr("aria-label", room.texts().cancel)
        .attr("title", room.texts().cancel)
        .with(drawing(Icon::CLOSE));
    piece("div", "composer__purpose")
        .part("span", "composer__purpose-says", says)
        .written("span", "composer__purpose-body", body)
        .with(cancel)
}

fn offered(room: Room, found: &Mentioning) -> Piece {
    let people = found.people.iter().enumerate().map(|(at, person)| {
        let is_chosen = at == found.chosen;
        button("composer__offered-person", "mention")
            .key(person.id.as_str())
            .attr("id", &Mentioning::place(at))
            .attr("role", "option")
            .attr("tabindex", "-1")
            .attr("data-value", &at.to_string())
            .is("aria-selected", is_chosen)
            .with(avatar(person))
            .written("span", "", person.name.as_str())
    });
    piece("div", "composer__offered")
        .attr("id", "offered")
        .attr("role", "listbox")
        .attr("aria-label", room.texts().mention)
        .with_all(people.collect())
}

/// The line below the box: why it was refused, or how much room is left.
fn says(room: Room, written: &Written) -> Piece {
    let texts = room.texts();
    let characters = written.characters;
    let (class, count) = match limits::BODY_CHARS_MAX.checked_sub(characters) {
        None => (
            "composer__count composer__count--over",
            (texts.characters_over)((characters - limits::BODY_CHARS_MAX) as u64),
        ),
        Some(left) if left <= COUNT_FROM_LEFT => {
            ("composer__count", (texts.characters_left)(left as u64))
        }
        Some(_) => ("composer__count", String::new()),
    };
    let refused = written.refused.map(texts.refused).unwrap_or_default();
    let refused = piece("p", "composer__refused")
        .attr("role", "alert")
        .says(&refused);
    piece("div", "composer__says")
        .attr("id", "message-says")
        .with(refused)
        .part("p", class, &count)
}
