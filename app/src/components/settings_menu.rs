//! The settings in the room, folded away, and the way out.

use protocol::Person;

use super::{
    icon::{Icon, drawing},
    settings::settings,
};
use crate::{
    Theme,
    piece::{Piece, piece},
    room::Room,
};

/// `path` is where changed settings lead back to.
pub(crate) fn settings_menu(room: Room, me: &Person, theme: Theme, path: &str) -> Piece {
    let texts = room.texts();
    let summary = piece("summary", "icon-button settings-menu__summary")
        .label(texts.settings)
        .with(drawing(Icon::SETTINGS));
    let me = piece("p", "settings-menu__me")
        .attr("dir", "auto")
        .says(&(texts.signed_in_as)(me.name.as_str()));
    let account = piece("a", "button settings-menu__link")
        .attr("href", "/account")
        .says(texts.account);
    let shortcuts = piece("button", "button settings-menu__link")
        .attr("type", "button")
        .attr("popovertarget", "help")
        .says(texts.shortcuts);
    let leave = piece("form", "")
        .attr("method", "post")
        .attr("action", "/leave")
        .with(
            piece("button", "button settings-menu__leave")
                .attr("type", "submit")
                .says(texts.leave),
        );
    let panel = piece("div", "settings-menu__panel")
        .with(me)
        .with(settings(room.language(), theme, path))
        .with(account)
        .with(shortcuts)
        .with(leave);
    piece("details", "settings-menu").with(summary).with(panel)
}
