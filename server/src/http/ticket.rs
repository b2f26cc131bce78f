//! Coming in by a ticket: a link that works once, for the page of another product.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use protocol::{Reason, RoomId};
use serde::Deserialize;

use super::address::Address;
use super::failed::{Failed, refused_page};
use super::look::Look;
use super::signed_in::{Visitor, sign_in};
use crate::node::Node;
use crate::store::{Error, Token};

/// What opens this address is not to be told to other pages, nor kept.
const PRIVATE: [(HeaderName, HeaderValue); 2] = [
    (
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    ),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
];

#[derive(Deserialize)]
pub(super) struct Shown {
    #[serde(default)]
    ticket: String,
}

/// `GET /enter?ticket=…`: signs in whom the ticket was made for, and goes on to their room. A ticket is made for the page that opens
/// it at once, so the first who opens it has it.
pub(super) async fn enter(
    State(node): State<Arc<Node>>,
    visitor: Visitor,
    look: Look,
    Address(from): Address,
    headers: HeaderMap,
    Query(Shown { ticket }): Query<Shown>,
) -> Result<Response, Failed> {
    if is_fetched_ahead(&headers) {
        return Ok((StatusCode::SERVICE_UNAVAILABLE, PRIVATE).into_response());
    }
    let redeemed = match Token::received(&ticket) {
        Some(ticket) => node.chat.redeem(&ticket, visitor.token.as_ref()).await,
        None => Ok(None),
    };
    let redeemed = match redeemed {
        Ok(Some(redeemed)) => redeemed,
        Ok(None) => return Ok((PRIVATE, spent(&look)).into_response()),
        Err(Error::Banned) => {
            return Ok((PRIVATE, refused_page(&look, Reason::Banned)).into_response());
        }
        Err(error) => return Err(error.into()),
    };
    tracing::info!(user = %redeemed.person.id, address = %from, "entered by ticket");
    let room = redeemed.room.unwrap_or_else(RoomId::lobby);
    let go_on = Redirect::to(&format!("/rooms/{room}"));
    let signed_in = redeemed.token.map(|token| sign_in(&node, &token));
    Ok((PRIVATE, signed_in, go_on).into_response())
}

/// `HEAD`: a look at a link does not use it up.
pub(super) async fn look_at() -> Response {
    (StatusCode::NO_CONTENT, PRIVATE).into_response()
}

/// A browser guesses where somebody might go (`Sec-Purpose: prefetch`), and asks again when they do.
fn is_fetched_ahead(headers: &HeaderMap) -> bool {
    let purpose = headers.get("sec-purpose");
    purpose.is_some_and(|purpose| purpose.as_bytes().starts_with(b"prefetch"))
}

/// The same page for what was used, is too old or never was.
fn spent(look: &Look) -> Response {
    let shell = look.shell();
    let page = Html(app::pages::spent_ticket_page(&shell));
    (StatusCode::GONE, look.policy(&shell, &[]), page).into_response()
}
