//! The frame of a page with a few parts to read and fill in, one below the other.

use leptos::prelude::*;

use super::Shell;
use crate::components::Logo;

/// `done` says what was just done.
#[component]
pub(super) fn Sheet(
    shell: Shell,
    title: String,
    done: Option<&'static str>,
    children: Children,
) -> impl IntoView {
    let texts = shell.language.texts();
    let done = done.map(|done| {
        view! {
            <p class="sheet__done" role="status">
                {done}
            </p>
        }
    });
    view! {
        <main class="sheet">
            <header class="sheet__top">
                <a class="sheet__back" href="/rooms/lobby">
                    <Logo />
                    {texts.back}
                </a>
                <h1 class="sheet__title">{title}</h1>
            </header>
            {done}
            {children()}
        </main>
    }
}
