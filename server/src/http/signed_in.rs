//! Who asks.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use protocol::Person;

use crate::node::Node;
use crate::store::Token;

/// Seconds a browser keeps a cookie: as long as browsers do. The store ends a sign-in sooner that is not used, and whoever comes
/// each day is not to be put out by their own browser.
const COOKIE_SECS: i64 = 400 * 24 * 60 * 60;

/// Who asks, by cookie or, where the cookie does not reach, by the resume token. `person` is none for who has not joined.
pub(super) struct Visitor {
    pub(super) person: Option<Person>,
    pub(super) token: Option<Token>,
    pub(super) is_admin: bool,
}

impl FromRequestParts<Arc<Node>> for Visitor {
    type Rejection = super::failed::Failed;

    async fn from_request_parts(
        parts: &mut Parts,
        node: &Arc<Node>,
    ) -> Result<Self, Self::Rejection> {
        let bearer = parts
            .headers
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok());
        let bearer = bearer
            .and_then(|value| value.strip_prefix("Bearer "))
            .and_then(Token::received);
        let jar = CookieJar::from_headers(&parts.headers);
        let token = bearer.or_else(|| token(&jar, node));
        let signed_in = match &token {
            Some(token) => node.chat.directory.recognise(token).await?,
            None => None,
        };
        let is_admin = signed_in
            .as_ref()
            .is_some_and(|signed_in| signed_in.is_admin);
        let person = signed_in.map(|signed_in| signed_in.person);
        Ok(Self {
            person,
            token,
            is_admin,
        })
    }
}

/// The token in the cookie, good or not.
pub(super) fn token(jar: &CookieJar, node: &Node) -> Option<Token> {
    jar.get(cookie_name(node))
        .and_then(|cookie| Token::received(cookie.value()))
}

/// The cookie that signs a browser in.
pub(super) fn cookie(node: &Node, token: &Token) -> Cookie<'static> {
    keep(node, cookie_name(node), token.reveal().to_owned(), true)
}

pub(super) fn no_cookie(node: &Node) -> Cookie<'static> {
    let mut cookie = keep(node, cookie_name(node), String::new(), true);
    cookie.make_removal();
    cookie
}

/// A cookie for this host alone, sent by its own pages.
pub(super) fn keep(
    node: &Node,
    name: &'static str,
    value: String,
    http_only: bool,
) -> Cookie<'static> {
    Cookie::build((name, value))
        .path("/")
        .http_only(http_only)
        .same_site(SameSite::Lax)
        .secure(is_https(node))
        .max_age(time::Duration::seconds(COOKIE_SECS))
        .build()
}

/// Browsers take the prefix only over https.
fn cookie_name(node: &Node) -> &'static str {
    if is_https(node) {
        "__Host-confab"
    } else {
        "confab"
    }
}

fn is_https(node: &Node) -> bool {
    node.public_url.starts_with("https:")
}
