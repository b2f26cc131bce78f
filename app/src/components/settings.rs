//! Language and colours. Each choice is a button of a plain form, so that it works without scripts.

use crate::{
    Language, Theme,
    piece::{Piece, piece},
};

/// `next` is the address of the page, to come back to.
pub(crate) fn settings(language: Language, theme: Theme, next: &str) -> Piece {
    let texts = language.texts();
    let languages = Language::ALL.map(|choice| {
        choose("language", choice.as_str(), choice == language)
            .attr("lang", choice.tag())
            .says(choice.name())
    });
    let themes = Theme::ALL.map(|choice| {
        choose("theme", choice.as_str(), choice == theme)
            .attr("data-do", "theme")
            .attr("data-value", choice.as_str())
            .says(choice.label(texts))
    });
    let next = piece("input", "")
        .attr("type", "hidden")
        .attr("name", "next")
        .attr("value", next);
    piece("form", "settings")
        .attr("method", "post")
        .attr("action", "/settings")
        .with(next)
        .with(choices(texts.language).with_all(languages.into()))
        .with(choices(texts.theme).with_all(themes.into()))
}

fn choices(label: &str) -> Piece {
    piece("div", "settings__choices")
        .attr("role", "group")
        .attr("aria-label", label)
}

fn choose(name: &str, value: &str, is_chosen: bool) -> Piece {
    piece("button", "choice")
        .attr("type", "submit")
        .attr("name", name)
        .attr("value", value)
        .is("aria-pressed", is_chosen)
}

#[cfg(feature = "ssr")]
mod page {
    use leptos::prelude::*;

    use crate::{Language, Theme};

    /// [`settings`](super::settings), for the server's own pages.
    #[component]
    pub(crate) fn Settings(language: Language, theme: Theme, next: String) -> impl IntoView {
        super::settings(language, theme, &next)
    }
}

#[cfg(feature = "ssr")]
pub(crate) use page::Settings;
