//! The room's page: readable and usable as it comes, live when its scripts have started.

use leptos::prelude::*;

use super::{Assets, Shell, room_title};
use crate::{Language, Snapshot, components::ChatRoom, snapshot::Given, texts::HelpTexts};

const START: &str = include_str!("start.js");

/// The page of a room. An older page of it is not live: it says how to get back to the newest
/// messages.
pub fn room_page(shell: &Shell, snapshot: &Snapshot) -> String {
    let title = room_title(&snapshot.room, &snapshot.me.id);
    let title = format!("{title} · Confab");
    let head = snapshot
        .is_newest()
        .then(|| start(&shell.assets, &shell.nonce));
    shell.document(title, head, || content(shell, snapshot.clone()))
}

fn content(shell: &Shell, snapshot: Snapshot) -> impl IntoView + use<> {
    let texts = shell.language.texts();
    let room_path = format!("/rooms/{}", snapshot.room.id);
    let newest = (!snapshot.is_newest()).then(|| {
        view! {
            <p class="page-note">
                <a href=room_path.clone()>{texts.newest}</a>
            </p>
        }
    });
    let given = Given {
        snapshot,
        language: shell.language,
        theme: shell.theme,
        path: shell.path.clone(),
    };
    provide_context(given.clone());
    view! {
        <a class="skip-link" href="#message">
            {texts.skip_to_message}
        </a>
        <p class="page-note page-note--failed" role="alert">
            <span>{texts.start_failed}</span>
            " "
            <a href=room_path.clone()>{texts.reload}</a>
        </p>
        {newest}
        <noscript>
            <p class="page-note">
                <span>{texts.no_scripts}</span>
                " "
                <a href=room_path>{texts.reload}</a>
            </p>
        </noscript>
        <script type="application/json" id=Given::ID>
            {given.to_page()}
        </script>
        <ChatRoom />
        {help(shell.language)}
    }
}

/// The sheet of shortcuts, which a button in the settings or `?` opens.
fn help(language: Language) -> impl IntoView {
    let texts = HelpTexts::of(language);
    let shortcuts = texts.shortcuts.map(|(keys, does)| {
        let keys = keys.into_iter().flatten();
        let keys = keys.map(|key| view! { <kbd class="help__key">{key}</kbd> });
        view! {
            <dt class="help__keys">{keys.collect_view()}</dt>
            <dd class="help__does">{does}</dd>
        }
    });
    view! {
        <div class="help" id="help" popover="auto" role="dialog" aria-label=texts.title>
            <h2 class="help__title">{texts.title}</h2>
            <dl class="help__list">{shortcuts.into_iter().collect_view()}</dl>
            <p class="help__marks">{texts.marks}</p>
            <button class="button" type="button" popovertarget="help" popovertargetaction="hide">
                {texts.close}
            </button>
        </div>
    }
}

/// Loads what the island needs as early as can be, and starts it at once.
fn start(assets: &Assets, nonce: &str) -> impl IntoView + use<> {
    let script = START
        .replace("JS_URL", &assets.js)
        .replace("WASM_URL", &assets.wasm);
    view! {
        <link rel="modulepreload" href=assets.js.clone() crossorigin="" />
        <link rel="preload" href=assets.wasm.clone() r#as="fetch" r#type="application/wasm" crossorigin="" />
        <script type="module" nonce=nonce.to_owned()>
            {script}
        </script>
    }
}
