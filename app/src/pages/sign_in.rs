//! The page for coming back: a kept name, and its password.

use leptos::prelude::*;
use protocol::{Reason, limits};

use super::Shell;
use crate::components::{Logo, Settings};
use crate::texts::PeopleTexts;

/// What the form shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SignInForm {
    /// The name as it was typed before.
    pub name: String,
    pub refused: Option<Refused>,
    /// Where signing in leads.
    pub next: String,
}

/// Why a form with a name or a password was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    Because(Reason),
    /// Too many attempts: so many seconds to wait.
    Wait(u64),
}

impl Refused {
    pub(super) fn says(self, shell: &Shell) -> String {
        match self {
            Self::Because(reason) => (shell.language.texts().refused)(reason),
            Self::Wait(seconds) => (PeopleTexts::of(shell.language).wait)(seconds),
        }
    }
}

/// The page that asks for a name and its password.
pub fn sign_in_page(shell: &Shell, form: &SignInForm) -> String {
    let title = PeopleTexts::of(shell.language).sign_in;
    shell.document(format!("{title} · Confab"), (), || content(shell, form))
}

fn content(shell: &Shell, form: &SignInForm) -> impl IntoView + use<> {
    let texts = PeopleTexts::of(shell.language);
    let join = format!("/?next={}", form.next);
    view! {
        <main class="join">
            <div class="join__card">
                <div class="join__brand">
                    <Logo />
                    <h1 class="join__title">{texts.sign_in}</h1>
                </div>
                <form class="join__form" method="post" action="/sign-in">
                    <input type="hidden" name="next" value=form.next.clone() />
                    <label class="field__label" for="name">
                        {texts.name}
                    </label>
                    <input
                        class="field__input"
                        id="name"
                        name="name"
                        type="text"
                        value=form.name.clone()
                        required
                        autofocus=form.name.is_empty()
                        autocomplete="username"
                        autocapitalize="words"
                        spellcheck="false"
                        maxlength=2 * limits::NAME_CHARS_MAX
                    />
                    <label class="field__label" for="password">
                        {texts.password}
                    </label>
                    <input
                        class="field__input"
                        id="password"
                        name="password"
                        type="password"
                        required
                        autofocus=!form.name.is_empty()
                        autocomplete="current-password"
                        maxlength=limits::PASSWORD_BYTES_MAX
                        aria-invalid=form.refused.map(|_| "true")
                        aria-describedby=form.refused.map(|_| "refused")
                    />
                    {refusal(shell, form.refused)}
                    <button class="button button--primary join__button" type="submit">
                        {texts.sign_in}
                    </button>
                </form>
                <p class="join__other">
                    {texts.no_account} " " <a href=join>{texts.join_as_guest}</a>
                </p>
            </div>
            <footer class="join__footer">
                <Settings language=shell.language theme=shell.theme next=shell.path.clone() />
            </footer>
        </main>
    }
}

/// Why the form was refused, beside its last field.
pub(super) fn refusal(shell: &Shell, refused: Option<Refused>) -> impl IntoView + use<> {
    let says = refused.map(|refused| refused.says(shell));
    says.map(|says| {
        view! {
            <p class="field__refused" id="refused" role="alert">
                {says}
            </p>
        }
    })
}
