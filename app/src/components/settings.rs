//! Language and colours. Each choice is a button of a plain form, so that it works without scripts.

use leptos::prelude::*;

use crate::{Language, Theme, browser, connection};

/// `next` is the address of the page, to come back to.
#[component]
pub(crate) fn Settings(language: Language, theme: Theme, next: String) -> impl IntoView {
    let texts = language.texts();
    let chosen = RwSignal::new(theme);
    let languages = Language::ALL.map(|choice| {
        let is_chosen = choice == language;
        view! {
            <button
                class="choice"
                type="submit"
                name="language"
                value=choice.as_str()
                lang=choice.tag()
                aria-pressed=is_chosen.to_string()
            >
                {choice.name()}
            </button>
        }
    });
    let themes = Theme::ALL.map(|choice| {
        let is_chosen = Signal::derive(move || (chosen.get() == choice).to_string());
        view! {
            <button
                class="choice"
                type="submit"
                name="theme"
                value=choice.as_str()
                aria-pressed=is_chosen
                on:click=move |event| {
                    event.prevent_default();
                    choose(choice, chosen);
                }
            >
                {choice.label(texts)}
            </button>
        }
    });
    view! {
        <form class="settings" method="post" action="/settings">
            <input type="hidden" name="next" value=next />
            <div class="settings__choices" role="group" aria-label=texts.language>
                {languages.into_iter().collect_view()}
            </div>
            <div class="settings__choices" role="group" aria-label=texts.theme>
                {themes.into_iter().collect_view()}
            </div>
        </form>
    }
}

/// Shows the colours at once, and has them remembered.
fn choose(theme: Theme, chosen: RwSignal<Theme>) {
    chosen.set(theme);
    browser::set_theme(theme);
    connection::post("/settings", format!("theme={}&next=/", theme.as_str()));
}
