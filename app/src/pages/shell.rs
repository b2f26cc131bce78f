//! What every document has around its content.

use leptos::{prelude::*, tachys::view::RenderHtml};

use crate::{Language, Theme};

/// Run under a watching build only: loads the page again when it was built anew.
const RELOAD: &str = include_str!("reload.js");

/// How a document is to be, whichever page it is.
#[derive(Debug, Clone)]
pub struct Shell {
    pub language: Language,
    pub theme: Theme,
    /// Lets this document's own script through its content security policy.
    pub nonce: String,
    pub assets: Assets,
    /// The address of the page, where changed settings lead back to.
    pub path: String,
    /// The port a watching build tells its news on.
    pub live_reload: Option<u16>,
}

/// The addresses of the built files, from `/pkg/` on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assets {
    pub js: String,
    pub wasm: String,
    pub css: String,
}

impl Shell {
    /// The whole document. `head` and `body` are rendered in an owner of their own, which ends with
    /// them.
    pub(super) fn document<H, B>(&self, title: String, head: H, body: impl FnOnce() -> B) -> String
    where
        H: IntoView,
        B: IntoView,
    {
        let owner = Owner::new_root(None);
        let html = owner.with(|| self.html(title, head, body()).to_html());
        owner.cleanup();
        format!("<!DOCTYPE html>{html}")
    }

    fn html(&self, title: String, head: impl IntoView, body: impl IntoView) -> impl IntoView {
        let reload = self.live_reload.map(|port| {
            let script = RELOAD.replace("PORT", &port.to_string());
            view! { <script nonce=self.nonce.clone()>{script}</script> }
        });
        view! {
            <html
                lang=self.language.tag()
                data-theme=self.theme.as_str()
                data-state="plain"
            >
                <head>
                    <meta charset="utf-8" />
                    <meta
                        name="viewport"
                        content="width=device-width, initial-scale=1, interactive-widget=resizes-content"
                    />
                    <meta name="color-scheme" content="light dark" />
                    <title>{title}</title>
                    <link
                        rel="icon"
                        id="icon"
                        href=FAVICON
                        data-read=FAVICON
                        data-unread=format!("{}{UNREAD_DOT}%3C/svg%3E", FAVICON.trim_end_matches("%3C/svg%3E"))
                    />
                    <link rel="stylesheet" href=self.assets.css.clone() />
                    {head}
                    {reload}
                </head>
                <body>{body}</body>
            </html>
        }
    }
}

/// The mark, small (the shapes of `Logo`).
const FAVICON: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E\
    %3Cpath fill='%230f7a66' d='M5 4h14a4 4 0 0 1 4 4v5a4 4 0 0 1-4 4h-8l-5 4.5v-4.6A4 4 0 0 1 2 13V7a3 3 0 0 1 3-3z'/%3E\
    %3Cpath fill='%23d9902f' d='M26.5 12A3.5 3.5 0 0 1 30 15.5v6a3.5 3.5 0 0 1-3 3.46V29l-4.6-4H15a3.5 3.5 0 0 1-3.4-3H19a8 8 0 0 0 7.5-8z'/%3E\
    %3C/svg%3E";

/// On the mark while something is unread.
const UNREAD_DOT: &str = "%3Ccircle cx='25' cy='7' r='7' fill='%23d6336c'/%3E";
