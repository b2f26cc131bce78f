//! Gets the reader's attention: the title, the mark in the tab, notifications.

use client::RoomView;

use crate::{browser, room::Room, room_state::State};

/// Where it is kept whether notifications are wanted: `yes` or `no`, by all tabs.
const WANTED: &str = "confab notify";

/// Where a tab that is seen says when it showed a room, before the room's id.
const SHOWN: &str = "confab shown";

/// How long that holds; the tab says it again sooner.
const SHOWN_MS: u64 = 2_000;
const SHOWN_AGAIN_MS: u64 = 1_000;

/// Looks what has come since `before`, and tells who is not looking.
pub(crate) fn look(room: Room, before: &State, state: &mut State) {
    let unread: u64 = state.rooms.iter().map(RoomView::noted).sum();
    let title = format!("{} · Confab", state.room.title);
    browser::set_title(&match unread {
        0 => title,
        _ => format!("({unread}) {title}"),
    });
    browser::mark_tab(unread > 0);
    let is_seen = !browser::is_hidden();
    if is_seen {
        note_shown(room, before, state);
    }
    for view in &state.rooms {
        let is_watched = is_seen && view.is_open;
        if is_for_me(before, view) && !is_watched && !is_shown_elsewhere(view) {
            match browser::may_notify() {
                Some(true) => notify(room, view),
                Some(false) => {}
                None => state.asks_to_notify |= browser::kept_for_all(WANTED).is_none(),
            }
        }
    }
}

/// Says to the other tabs which room is shown here, when that is new or was not said for a while.
fn note_shown(room: Room, before: &State, state: &State) {
    let now = browser::time_of_day();
    let said_at = &room.base().said_shown_at;
    let has_moved = before.room.id != state.room.id;
    if has_moved {
        // Another tab that shows it says so again.
        browser::keep_for_all(&format!("{SHOWN} {}", before.room.id), "");
    }
    if has_moved || now.abs_diff(said_at.get()) >= SHOWN_AGAIN_MS {
        said_at.set(now);
        let shown = format!("{SHOWN} {}", state.room.id);
        browser::keep_for_all(&shown, &now.to_string());
    }
}

/// Whether something came in that room that is meant for the reader.
fn is_for_me(before: &State, view: &RoomView) -> bool {
    let known = before.rooms.iter().find(|known| known.id == view.id);
    let (unread, mentions) = known.map_or((0, 0), |known| (known.unread, known.mentions));
    let has_grown = view.mentions > mentions || (view.kind.is_personal() && view.unread > unread);
    has_grown && !view.muted
}

fn is_shown_elsewhere(view: &RoomView) -> bool {
    let shown = browser::kept_for_all(&format!("{SHOWN} {}", view.id));
    let at = shown.and_then(|at| at.parse().ok());
    at.is_some_and(|at: u64| browser::time_of_day().abs_diff(at) < SHOWN_MS)
}

/// One for all tabs, as browsers show one of each tag.
fn notify(room: Room, view: &RoomView) {
    let Some(last) = &view.last else {
        return;
    };
    let title = match view.kind.is_personal() {
        true => last.name.to_string(),
        false => format!("{} · #{}", last.name, view.title),
    };
    let tag = format!("{} {}", view.id, last.at);
    let id = view.id.to_string();
    browser::notify(&title, &last.body, &tag, move || {
        room.open(&id);
    });
}

/// The reader has said whether notifications are wanted.
pub(crate) fn answered(room: Room, wants: bool) {
    browser::keep_for_all(WANTED, if wants { "yes" } else { "no" });
    if wants {
        browser::ask_to_notify();
    }
    room.change(|state| state.asks_to_notify = false);
}
