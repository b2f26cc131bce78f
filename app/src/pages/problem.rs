//! A page that says what went wrong, and leads back.

use leptos::prelude::*;
use protocol::Reason;

use super::Shell;
use crate::components::{Logo, Settings};

/// What an HTTP status means, in words, or the reason where one is known.
pub fn problem_page(shell: &Shell, status: u16, reason: Option<Reason>) -> String {
    let texts = shell.language.texts();
    let (title, usual) = (texts.problem)(status);
    let says = reason.map_or_else(|| usual.to_owned(), texts.refused);
    let title_line = format!("{title} · Confab");
    shell.document(title_line, (), || {
        view! {
            <main class="problem">
                <Logo />
                <h1 class="problem__title">{title}</h1>
                <p class="problem__says">{says}</p>
                <a class="button button--primary" href="/">
                    {texts.back}
                </a>
                <p class="problem__status">{status}</p>
                <Settings language=shell.language theme=shell.theme next=shell.path.clone() />
            </main>
        }
    })
}
