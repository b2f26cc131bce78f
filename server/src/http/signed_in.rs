//! Who asks.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use protocol::Person;

use crate::node::Node;
use crate::store::{SignedIn, Token};

/// Seconds a browser keeps a cookie: as long as browsers do. The store ends a sign-in sooner that is not used, and whoever comes
/// each day is not to be put out by their own browser.
const COOKIE_SECS: i64 = 400 * 24 * 60 * 60;

/// Who asks, by cookie or, where the cookie does not reach, by the resume token. `person` is none for who has not joined.
pub(super) struct Visitor {
    pub(super) person: Option<Person>,
    pub(super) token: Option<Token>,
    pub(super) is_admin: bool,
    /// A program made them; they come in by ticket alone.
    pub(super) is_programs: bool,
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
        let is = |what: fn(&SignedIn) -> bool| signed_in.as_ref().is_some_and(what);
        Ok(Self {
            is_admin: is(|signed_in| signed_in.is_admin),
            is_programs: is(|signed_in| signed_in.is_programs),
            person: signed_in.map(|signed_in| signed_in.person),
            token,
        })
    }
}

/// The token in the cookie, good or not.
pub(super) fn token(jar: &CookieJar, node: &Node) -> Option<Token> {
    let mut names = cookie_names(node).iter();
    let cookie = names.find_map(|name| jar.get(name));
    cookie.and_then(|cookie| Token::received(cookie.value()))
}

/// Signs the browser in.
pub(super) fn sign_in(node: &Node, token: &Token) -> CookieJar {
    let name = cookie_names(node)[0];
    CookieJar::new().add(keep(node, name, token.reveal().to_owned(), true))
}

/// Takes from the browser what it is signed in by.
pub(super) fn sign_out(node: &Node) -> CookieJar {
    let names = cookie_names(node).iter();
    names.fold(CookieJar::new(), |jar, name| {
        let mut cookie = keep(node, name, String::new(), true);
        if *name != cookie_names(node)[0] {
            cookie.set_partitioned(false);
        }
        cookie.make_removal();
        jar.add(cookie)
    })
}

/// A cookie for this host alone, sent by its own pages. In an iframe on another site browsers send only what is meant for that, and
/// keep it apart for each such site; what asks for something to be done is told from what other sites send by its `Origin`.
pub(super) fn keep(
    node: &Node,
    name: &'static str,
    value: String,
    http_only: bool,
) -> Cookie<'static> {
    let is_framed = is_framed(node);
    let mut cookie = Cookie::build((name, value))
        .path("/")
        .http_only(http_only)
        .same_site(if is_framed {
            SameSite::None
        } else {
            SameSite::Lax
        })
        .secure(is_https(node))
        .max_age(time::Duration::seconds(COOKIE_SECS));
    if is_framed {
        cookie = cookie.partitioned(true);
    }
    cookie.build()
}

/// What the cookie is called, the one that is set first. Browsers take the prefix only over https. One that is kept apart for each
/// site has a name of its own: a browser may have one from before, and sends both.
fn cookie_names(node: &Node) -> &'static [&'static str] {
    match (is_https(node), is_framed(node)) {
        (_, true) => &["__Host-confab-framed", "__Host-confab"],
        (true, false) => &["__Host-confab"],
        (false, false) => &["confab"],
    }
}

/// Whether pages of other sites may show ours. Browsers take cookies there over https alone.
fn is_framed(node: &Node) -> bool {
    is_https(node) && !node.config.frame_ancestors.is_empty()
}

fn is_https(node: &Node) -> bool {
    node.public_url.starts_with("https:")
}
