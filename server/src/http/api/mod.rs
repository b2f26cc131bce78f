//! What other programs ask of Confab, with a key: `/api/v1`, as `openapi.json` tells it.

mod asked;
mod called;
mod caller;
mod document;
mod events;
mod online;
mod own_rooms;
mod problem;
mod push;
mod receivers;
mod rooms;
mod signal;
mod tickets;
mod users;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::routing::{delete, get, post};
use tower_http::timeout::TimeoutLayer;

use crate::node::Node;

pub(super) use self::document::page;

/// Bytes of a request: a text at its longest, every sign of it escaped, and as many receivers as there may be.
const BODY_BYTES_MAX: usize = 256 * 1024;

/// Receivers one push may name; everyone, and a room, may be more.
const RECEIVERS_MAX: usize = 1_000;

/// Things told at once of a list, unless said, and at most.
const LISTED: usize = 100;
const LISTED_MAX: usize = 1_000;

/// How long a request may take to come in and be answered.
const ANSWER_MAX: Duration = Duration::from_secs(20);

pub(super) fn router() -> Router<Arc<Node>> {
    let v1 = Router::new()
        .route("/push", post(push::push))
        .route("/online", get(online::online))
        .route("/users", get(users::find))
        .route("/users/{user}", get(users::user).put(users::put))
        .route("/users/{user}/kick", post(users::kick))
        .route("/users/{user}/sign-out", post(users::sign_out))
        .route("/rooms", get(rooms::list))
        .route("/rooms/{room}", get(rooms::room).put(own_rooms::put_room))
        .route(
            "/rooms/{room}/members/{user}",
            delete(own_rooms::remove_member).put(own_rooms::put_member),
        )
        .route("/tickets", post(tickets::issue))
        .route("/events", get(events::events))
        .route("/openapi.json", get(document::openapi))
        .fallback(async || StatusCode::NOT_FOUND)
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::REQUEST_TIMEOUT,
            ANSWER_MAX,
        ))
        .layer(axum::middleware::from_fn(problem::explain));
    Router::new().nest("/api/v1", v1)
}
