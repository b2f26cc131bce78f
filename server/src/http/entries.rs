//! Pages of a room's log for the app, also when its page came from another node.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse as _, Response};
use protocol::{RoomId, limits};
use serde::Deserialize;

use super::failed::Failed;
use super::signed_in::Visitor;
use crate::node::Node;
use crate::store::Span;

#[derive(Deserialize)]
pub(super) struct Wanted {
    before: Option<u64>,
    limit: Option<usize>,
}

/// `GET /rooms/{room}/entries?before=SEQ&limit=N`: the N entries (at most 50) before that seq, oldest first; without `before`
/// the newest.
pub(super) async fn page(
    State(node): State<Arc<Node>>,
    visitor: Visitor,
    room: Result<Path<RoomId>, axum::extract::rejection::PathRejection>,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> Result<Response, Failed> {
    let Ok(Path(room)) = room else {
        return Err(Failed::NotFound);
    };
    let Some(person) = visitor.person else {
        return Ok(StatusCode::UNAUTHORIZED.into_response());
    };
    let limit = wanted
        .limit
        .unwrap_or(limits::PAGE_ENTRIES)
        .clamp(1, limits::PAGE_ENTRIES);
    let span = wanted
        .before
        .map_or(Span::newest(limit), |seq| Span::Before { seq, limit });
    let page = node.chat.page(&person, &room, span).await?;
    let private = [(header::CACHE_CONTROL, "private, no-store")];
    Ok((private, shared_with(&node, &headers), Json(page)).into_response())
}

/// Lets a page of another node of ours ask with its resume token.
pub(super) async fn preflight(State(node): State<Arc<Node>>, headers: HeaderMap) -> Response {
    let allowed = [
        (
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            HeaderValue::from_static("authorization"),
        ),
        (
            header::ACCESS_CONTROL_ALLOW_METHODS,
            HeaderValue::from_static("GET"),
        ),
        (
            header::ACCESS_CONTROL_MAX_AGE,
            HeaderValue::from_static("600"),
        ),
    ];
    (
        StatusCode::NO_CONTENT,
        shared_with(&node, &headers),
        allowed,
    )
        .into_response()
}

pub(super) fn shared_with(
    node: &Node,
    headers: &HeaderMap,
) -> AppendHeaders<Vec<(HeaderName, HeaderValue)>> {
    let mut shared = vec![(header::VARY, HeaderValue::from_static("origin"))];
    if let Some(origin) = headers.get(header::ORIGIN)
        && origin
            .to_str()
            .is_ok_and(|origin| node.origins.knows(origin))
    {
        shared.push((header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone()));
    }
    AppendHeaders(shared)
}
