//! Where a link leads that works once, the second time.

use leptos::prelude::*;

use super::Shell;
use crate::components::{Logo, Settings};
use crate::texts::PeopleTexts;

/// Says what to do. There is no way back to the chat here: the page that made the link has it.
pub fn spent_ticket_page(shell: &Shell) -> String {
    let texts = PeopleTexts::of(shell.language);
    let title_line = format!("{} · Confab", texts.spent);
    shell.document(title_line, (), || {
        view! {
            <main class="problem">
                <Logo />
                <h1 class="problem__title">{texts.spent}</h1>
                <p class="problem__says">{texts.spent_says}</p>
                <Settings language=shell.language theme=shell.theme next=shell.path.clone() />
            </main>
        }
    })
}
