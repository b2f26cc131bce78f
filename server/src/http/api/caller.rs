//! Which program asks.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use protocol::{Cid, RoomId};

use super::problem::Problem;
use crate::node::Node;
use crate::store::{ProgramKey, Scope, TOKEN_MARK, Token};

/// A program with a good key (see [`Keyring`](crate::keyring::Keyring)), and what it showed for it.
pub(super) struct Caller(pub(super) Arc<ProgramKey>, pub(super) Token);

impl FromRequestParts<Arc<Node>> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, node: &Arc<Node>) -> Result<Self, Problem> {
        let Some(token) = bearer(&parts.headers) else {
            let says = "give the key: Authorization: Bearer confab_…";
            return Err(unauthorized(says, r#"Bearer realm="confab""#));
        };
        let wrong = || {
            let challenge = r#"Bearer realm="confab", error="invalid_token""#;
            unauthorized("this key is not known, or revoked", challenge)
        };
        let token = secret(token).ok_or_else(wrong)?;
        let known = node.keyring.recognise(&*node.chat.keys, &token).await?;
        let key = known.ok_or_else(wrong)?;
        let asks = node.programs.take(key.program.id.clone());
        asks.map_err(Problem::too_many)?;
        Ok(Self(key, token))
    }
}

impl Caller {
    pub(super) fn may(&self, scope: Scope) -> Result<(), Problem> {
        if self.0.may(scope) {
            return Ok(());
        }
        let says = format!("this key has no scope {scope}");
        let challenge =
            format!(r#"Bearer realm="confab", error="insufficient_scope", scope="{scope}""#);
        Err(Problem::new(StatusCode::FORBIDDEN, says).challenged(challenge))
    }

    /// Refuses a key that is for some rooms alone.
    pub(super) fn is_for_all(&self) -> Result<(), Problem> {
        if self.0.rooms.is_none() {
            return Ok(());
        }
        let says = "this key is for some rooms alone";
        Err(Problem::new(StatusCode::FORBIDDEN, says))
    }

    /// Takes a room that this key may not know for one that is not there.
    pub(super) fn knows(&self, room: &RoomId) -> Result<(), Problem> {
        if self.0.knows(room) {
            Ok(())
        } else {
            Err(Problem::not_found(format!("there is no room {room}")))
        }
    }
}

/// What a program calls its send, so that sent again it is done once; none if it does not care.
pub(super) fn idempotency_key(headers: &HeaderMap) -> Result<Option<Cid>, Problem> {
    let Some(key) = headers.get("idempotency-key") else {
        return Ok(None);
    };
    let text = key.to_str().unwrap_or_default();
    // The draft of the header has it in quotes; many send it plain.
    let plain = text
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'));
    let cid = plain.unwrap_or(text).parse();
    cid.map(Some).map_err(|_| {
        let says = "an Idempotency-Key is 1 to 64 characters of a-z, A-Z, 0-9, - and _";
        Problem::new(StatusCode::BAD_REQUEST, says)
    })
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn secret(token: &str) -> Option<Token> {
    token.strip_prefix(TOKEN_MARK).and_then(Token::received)
}

fn unauthorized(says: &str, challenge: &str) -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, says).challenged(challenge.to_owned())
}
