//! The first page: a name, and in.

use leptos::prelude::*;
use protocol::limits;

use super::Shell;
use super::sign_in::Refused;
use crate::components::{Logo, Settings};
use crate::texts::PeopleTexts;

/// What the form shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JoinForm {
    /// The name as it was typed before, if it was refused.
    pub name: String,
    pub refused: Option<Refused>,
    /// Where joining leads.
    pub next: String,
}

/// The page that asks for a name.
pub fn join_page(shell: &Shell, form: &JoinForm) -> String {
    shell.document("Confab".to_owned(), (), || content(shell, form))
}

fn content(shell: &Shell, form: &JoinForm) -> impl IntoView + use<> {
    let texts = shell.language.texts();
    let of_people = PeopleTexts::of(shell.language);
    let sign_in = format!("/sign-in?next={}", form.next);
    let says = form.refused.map(|refused| refused.says(shell));
    let refused = says.map(|says| {
        view! {
            <p class="field__refused" id="name-refused" role="alert">
                {says}
            </p>
        }
    });
    view! {
        <main class="join">
            <div class="join__card">
                <div class="join__brand">
                    <Logo />
                    <h1 class="join__title">"Confab"</h1>
                </div>
                <p class="join__tagline">{texts.tagline}</p>
                <form class="join__form" method="post" action="/join">
                    <input type="hidden" name="next" value=form.next.clone() />
                    <label class="field__label" for="name">
                        {texts.your_name}
                    </label>
                    <input
                        class="field__input"
                        id="name"
                        name="name"
                        type="text"
                        value=form.name.clone()
                        required
                        autofocus
                        autocomplete="nickname"
                        autocapitalize="words"
                        spellcheck="false"
                        maxlength=NAME_UNITS_MAX
                        aria-invalid=form.refused.map(|_| "true")
                        aria-describedby=if form.refused.is_some() { "name-refused" } else { "name-hint" }
                    />
                    {refused}
                    <p class="field__hint" id="name-hint">
                        {texts.name_hint}
                    </p>
                    <button class="button button--primary join__button" type="submit">
                        {texts.join}
                    </button>
                </form>
                <p class="join__other">
                    {of_people.has_account} " " <a href=sign_in>{of_people.sign_in}</a>
                </p>
            </div>
            <footer class="join__footer">
                <Settings language=shell.language theme=shell.theme next=shell.path.clone() />
            </footer>
        </main>
    }
}

/// The browser counts UTF-16 units, up to two a character; a name still too long is refused with
/// its reason.
const NAME_UNITS_MAX: usize = 2 * limits::NAME_CHARS_MAX;
