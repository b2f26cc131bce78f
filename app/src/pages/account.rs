//! The page of one's account: the name and its password, the ways out, language and colours.

use leptos::prelude::*;
use protocol::{Person, limits};

use super::sign_in::{Refused, refusal};
use super::{Shell, sheet::Sheet};
use crate::components::Settings;
use crate::texts::PeopleTexts;

/// What the page shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountView {
    pub me: Person,
    /// The name is kept with a password.
    pub is_kept: bool,
    /// They come in from another product alone, and keep no password.
    pub is_programs: bool,
    pub is_admin: bool,
    pub refused: Option<Refused>,
    pub done: Option<AccountDone>,
}

/// What was just done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountDone {
    Kept,
    Changed,
}

pub fn account_page(shell: &Shell, view: &AccountView) -> String {
    let title = PeopleTexts::of(shell.language).account;
    shell.document(format!("{title} · Confab"), (), || content(shell, view))
}

fn content(shell: &Shell, view: &AccountView) -> impl IntoView + use<> {
    let texts = PeopleTexts::of(shell.language);
    let done = view.done.map(|done| match done {
        AccountDone::Kept => texts.now_kept,
        AccountDone::Changed => texts.now_changed,
    });
    let standing = match (view.is_programs, view.is_kept) {
        (true, _) => texts.of_a_product,
        (false, true) => texts.kept,
        (false, false) => texts.guest,
    };
    let administrator = view.is_admin.then(|| {
        view! {
            <p class="sheet__says">
                {texts.administrator} " " <a href="/people">{texts.people}</a>
            </p>
        }
    });
    let name = view.me.name.to_string();
    let password = (!view.is_programs).then(|| password(shell, view));
    let ways_out = ways_out(texts, view);
    let look = view! {
        <Settings language=shell.language theme=shell.theme next="/account".to_owned() />
    };
    view! {
        <Sheet shell=shell.clone() title=texts.account.to_owned() done>
            <section class="sheet__part">
                <h2 class="sheet__heading" dir="auto">
                    {name}
                </h2>
                <p class="sheet__says">{standing}</p>
                {administrator}
            </section>
            {password}
            {ways_out}
            <section class="sheet__part">
                <h2 class="sheet__heading">{texts.look}</h2>
                {look}
            </section>
        </Sheet>
    }
}

/// For a guest a first password, else another one.
fn password(shell: &Shell, view: &AccountView) -> impl IntoView + use<> {
    let texts = PeopleTexts::of(shell.language);
    let (title, says, button) = if view.is_kept {
        (texts.change_title, texts.change_says, texts.change)
    } else {
        (texts.keep_title, texts.keep_says, texts.keep)
    };
    let current = view.is_kept.then(|| {
        view! {
            <label class="field__label" for="current">
                {texts.current_password}
            </label>
            <input
                class="field__input"
                id="current"
                name="current"
                type="password"
                required
                autocomplete="current-password"
                maxlength=limits::PASSWORD_BYTES_MAX
            />
        }
    });
    let described = if view.refused.is_some() {
        "refused"
    } else {
        "password-hint"
    };
    view! {
        <section class="sheet__part">
            <h2 class="sheet__heading">{title}</h2>
            <p class="sheet__says">{says}</p>
            <form class="sheet__form" method="post" action="/account/password">
                // Password managers look for whose password it is.
                <input
                    type="text"
                    name="name"
                    value=view.me.name.to_string()
                    autocomplete="username"
                    hidden
                    readonly
                />
                {current}
                <label class="field__label" for="password">
                    {if view.is_kept { texts.new_password } else { texts.password }}
                </label>
                <input
                    class="field__input"
                    id="password"
                    name="password"
                    type="password"
                    required
                    autocomplete="new-password"
                    minlength=limits::PASSWORD_CHARS_MIN
                    maxlength=limits::PASSWORD_BYTES_MAX
                    aria-invalid=view.refused.map(|_| "true")
                    aria-describedby=described
                />
                {refusal(shell, view.refused)}
                <p class="field__hint" id="password-hint">
                    {(texts.password_hint)()}
                </p>
                <button class="button button--primary" type="submit">
                    {button}
                </button>
            </form>
        </section>
    }
}

fn ways_out(texts: &'static PeopleTexts, view: &AccountView) -> impl IntoView + use<> {
    let is_guest = !view.is_kept && !view.is_programs;
    let guest_says = is_guest.then(|| {
        view! { <p class="sheet__says">{texts.sign_out_guest_says}</p> }
    });
    let everywhere = (!is_guest).then(|| {
        view! {
            <p class="sheet__says">{texts.sign_out_everywhere_says}</p>
            <form class="sheet__form" method="post" action="/account/sign-out-everywhere">
                <button class="button" type="submit">
                    {texts.sign_out_everywhere}
                </button>
            </form>
        }
    });
    view! {
        <section class="sheet__part">
            <h2 class="sheet__heading">{texts.sign_out_title}</h2>
            {guest_says}
            <form class="sheet__form" method="post" action="/leave">
                <button class="button" type="submit">
                    {texts.sign_out}
                </button>
            </form>
            {everywhere}
        </section>
    }
}
