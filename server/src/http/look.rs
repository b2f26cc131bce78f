//! How a visitor wants to see the pages.

use std::convert::Infallible;
use std::sync::Arc;

use app::pages::{Assets, Shell};
use app::{Language, Theme};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderName, header};
use axum_extra::extract::CookieJar;

use super::headers;
use crate::store::Token;

pub(super) const LANGUAGE: &str = "confab_language";
pub(super) const THEME: &str = "confab_theme";

/// The language and the colours, by what was chosen before, else by what the browser likes.
pub(super) struct Look {
    language: Language,
    theme: Theme,
    path: String,
    assets: Arc<Assets>,
}

impl<S: Sync> FromRequestParts<S> for Look {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let jar = CookieJar::from_headers(&parts.headers);
        let accepted = parts
            .headers
            .get(header::ACCEPT_LANGUAGE)
            .and_then(|value| value.to_str().ok());
        let chosen = jar
            .get(LANGUAGE)
            .and_then(|cookie| Language::parse(cookie.value()));
        Ok(Self {
            language: chosen.unwrap_or_else(|| Language::from_accept(accepted.unwrap_or_default())),
            theme: jar
                .get(THEME)
                .and_then(|cookie| Theme::parse(cookie.value()))
                .unwrap_or_default(),
            path: parts.uri.path().to_owned(),
            assets: parts
                .extensions
                .get::<Arc<Assets>>()
                .expect("every request of the router has them")
                .clone(),
        })
    }
}

impl Look {
    /// What every page has around its content.
    pub(super) fn shell(&self) -> Shell {
        Shell {
            language: self.language,
            theme: self.theme,
            nonce: Token::random().reveal().to_owned(),
            assets: (*self.assets).clone(),
            path: self.path.clone(),
            live_reload: live_reload(),
        }
    }

    /// The policy that goes with the shell, and what else a page for one visitor says.
    pub(super) fn policy(&self, shell: &Shell, nodes: &[String]) -> [(HeaderName, String); 3] {
        let reload = shell
            .live_reload
            .map(|port| format!("http://127.0.0.1:{port}"));
        let nodes: Vec<String> = nodes.iter().cloned().chain(reload).collect();
        [
            (
                header::CONTENT_SECURITY_POLICY,
                headers::content_security_policy(&shell.nonce, &nodes),
            ),
            (header::CACHE_CONTROL, "private, no-store".to_owned()),
            (header::VARY, "cookie, accept-language".to_owned()),
        ]
    }
}

/// The port where `cargo leptos watch` tells that something has changed.
fn live_reload() -> Option<u16> {
    std::env::var_os("LEPTOS_WATCH")?;
    std::env::var("LEPTOS_RELOAD_PORT").ok()?.parse().ok()
}
