//! The page of people: whom one can talk with; for administrators also who may not come in.

use leptos::prelude::*;
use protocol::{Person, limits};

use super::{Shell, sheet::Sheet};
use crate::components::Avatar;
use crate::texts::PeopleTexts;

/// What the page shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeopleView {
    pub me: Person,
    /// What was looked for.
    pub begins: String,
    pub found: Vec<Person>,
    /// There are more than those found.
    pub more: bool,
    /// Who is banned, and why; only for administrators.
    pub banned: Option<Vec<(Person, String)>>,
    pub done: Option<PeopleDone>,
}

/// What was just done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PeopleDone {
    Banned,
    Unbanned,
}

pub fn people_page(shell: &Shell, view: &PeopleView) -> String {
    let title = PeopleTexts::of(shell.language).people;
    shell.document(format!("{title} · Confab"), (), || content(shell, view))
}

fn content(shell: &Shell, view: &PeopleView) -> impl IntoView + use<> {
    let texts = PeopleTexts::of(shell.language);
    let done = view.done.map(|done| match done {
        PeopleDone::Banned => texts.now_banned,
        PeopleDone::Unbanned => texts.now_unbanned,
    });
    let banned = view
        .banned
        .clone()
        .map(|banned| who_is_banned(texts, banned));
    let begins = view.begins.clone();
    let found = who_is_found(texts, view);
    view! {
        <Sheet shell=shell.clone() title=texts.people.to_owned() done>
            <section class="sheet__part">
                <form class="sheet__search" method="get" action="/people" role="search">
                    <label class="field__label" for="name">
                        {texts.name_begins}
                    </label>
                    <input
                        class="field__input"
                        id="name"
                        name="name"
                        type="search"
                        value=begins
                        autocomplete="off"
                        spellcheck="false"
                        maxlength=2 * limits::NAME_CHARS_MAX
                    />
                    <button class="button" type="submit">
                        {texts.find}
                    </button>
                </form>
                {found}
            </section>
            {banned}
        </Sheet>
    }
}

fn who_is_found(texts: &'static PeopleTexts, view: &PeopleView) -> impl IntoView + use<> {
    let is_admin = view.banned.is_some();
    let me = view.me.id.clone();
    let row = |person: Person| {
        let is_me = person.id == me;
        let name = person.name.to_string();
        let id = person.id.to_string();
        let ban = (is_admin && !is_me).then(|| ban_form(texts, &person));
        view! {
            <li class="person-row">
                <Avatar person />
                <span class="person-row__name" dir="auto">
                    {name} {is_me.then(|| format!(" {}", texts.you))}
                </span>
                {(!is_me)
                    .then(|| {
                        view! {
                            <form method="post" action="/talk">
                                <input type="hidden" name="user" value=id />
                                <button class="button button--small" type="submit">
                                    {texts.talk}
                                </button>
                            </form>
                        }
                    })}
                {ban}
            </li>
        }
    };
    let nobody = view.found.is_empty().then(|| {
        view! { <p class="sheet__says">{texts.nobody_found}</p> }
    });
    let more = view.more.then(|| {
        view! { <p class="sheet__says">{texts.more_found}</p> }
    });
    view! {
        {nobody}
        <ul class="person-rows">{view.found.clone().into_iter().map(row).collect_view()}</ul>
        {more}
    }
}

/// Folded away: it takes two steps, and a reason.
fn ban_form(texts: &'static PeopleTexts, person: &Person) -> impl IntoView + use<> {
    let action = format!("/people/{}/ban", person.id);
    let field = format!("why-{}", person.id);
    view! {
        <details class="person-row__ban">
            <summary class="person-row__ban-open" aria-label=(texts.ban_of)(person.name.as_str())>
                {texts.ban}
            </summary>
            <form class="sheet__form" method="post" action=action>
                <p class="sheet__says">{texts.ban_says}</p>
                <label class="field__label" for=field.clone()>
                    {texts.why}
                </label>
                <input
                    class="field__input"
                    id=field
                    name="why"
                    type="text"
                    maxlength=limits::TOPIC_CHARS_MAX
                />
                <button class="button" type="submit">
                    {(texts.ban_of)(person.name.as_str())}
                </button>
            </form>
        </details>
    }
}

fn who_is_banned(
    texts: &'static PeopleTexts,
    banned: Vec<(Person, String)>,
) -> impl IntoView + use<> {
    let nobody = banned.is_empty().then(|| {
        view! { <p class="sheet__says">{texts.nobody_banned}</p> }
    });
    let row = |(person, why): (Person, String)| {
        let name = person.name.to_string();
        let action = format!("/people/{}/unban", person.id);
        view! {
            <li class="person-row">
                <Avatar person />
                <span class="person-row__name" dir="auto">
                    {name}
                    <span class="person-row__says">{why}</span>
                </span>
                <form method="post" action=action>
                    <button class="button button--small" type="submit">
                        {texts.unban}
                    </button>
                </form>
            </li>
        }
    };
    view! {
        <section class="sheet__part">
            <h2 class="sheet__heading">{texts.banned}</h2>
            {nobody}
            <ul class="person-rows">{banned.into_iter().map(row).collect_view()}</ul>
        </section>
    }
}
