//! SockJS's requests (protocol 0.3.3): what it is here, what a client says, and the answers in which it hears.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::rejection::StringRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse as _, Response};
use axum_extra::extract::CookieJar;
use protocol::SessionId;
use serde_json::{Value, json};

use super::address::Address;
use super::entries::shared_with;
use super::signed_in::token;
use super::socket::{refuse_page, refuse_session};
use crate::node::Node;
use crate::stomp::{Arrival, Length, Refused};
use crate::store::random_id;

/// Characters of the names that a client gives its connection.
const NAME_BYTES_MAX: usize = 64;

/// What keeps proxies from holding an answer back, or changing it.
const UNHELD: [(HeaderName, &str); 3] = [
    (
        header::CONTENT_TYPE,
        "application/javascript; charset=UTF-8",
    ),
    (header::CACHE_CONTROL, "no-store, no-transform"),
    (HeaderName::from_static("x-accel-buffering"), "no"),
];

/// The client's own names for a server and a connection.
type Names = Path<(String, String)>;

/// `GET /ws-stomp/info`
pub(super) async fn about(State(node): State<Arc<Node>>, headers: HeaderMap) -> Response {
    if let Some(refused) = refuse_page(&node, &headers) {
        return refused;
    }
    let chance: SessionId = random_id::<4, _>();
    let entropy = u32::from_str_radix(chance.as_str(), 16).unwrap_or_default();
    let about = json!({
        "websocket": true,
        "origins": ["*:*"],
        "cookie_needed": false,
        "entropy": entropy,
    });
    let fresh = [(header::CACHE_CONTROL, "no-store, no-transform")];
    (fresh, open_to(&node, &headers), Json(about)).into_response()
}

/// Lets a page of an allowed origin ask.
pub(super) async fn preflight(State(node): State<Arc<Node>>, headers: HeaderMap) -> Response {
    if let Some(refused) = refuse_page(&node, &headers) {
        return refused;
    }
    let allowed = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, OPTIONS"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "content-type"),
        (header::ACCESS_CONTROL_MAX_AGE, "600"),
    ];
    (StatusCode::NO_CONTENT, open_to(&node, &headers), allowed).into_response()
}

/// `POST …/xhr_streaming`: the connection's frames as they come.
pub(super) async fn stream(
    node: State<Arc<Node>>,
    headers: HeaderMap,
    jar: CookieJar,
    from: Address,
    names: Names,
) -> Response {
    listen(node, (headers, jar, from), names, Length::Streamed)
}

/// `POST …/xhr`: its next frame.
pub(super) async fn poll(
    node: State<Arc<Node>>,
    headers: HeaderMap,
    jar: CookieJar,
    from: Address,
    names: Names,
) -> Response {
    listen(node, (headers, jar, from), names, Length::One)
}

fn listen(
    State(node): State<Arc<Node>>,
    (headers, jar, Address(from)): (HeaderMap, CookieJar, Address),
    names: Names,
    length: Length,
) -> Response {
    if let Some(refused) = refuse_page(&node, &headers) {
        return refused;
    }
    let Some(name) = name(names) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    if !node.polled.has(&name) {
        if let Some(refused) = refuse_session(&node, &headers) {
            return refused;
        }
        if let Some((outside, guard)) = node.polled.open(&name) {
            node.run_stomp(Arrival {
                cookie: token(&jar, &node),
                node: node.clone(),
                outside,
                from,
                guard: Some(guard),
            });
        }
    }
    match node.polled.listen(&name, length) {
        Some(frames) => {
            let frames = Body::from_stream(frames);
            (UNHELD, open_to(&node, &headers), frames).into_response()
        }
        None => (StatusCode::NOT_FOUND, open_to(&node, &headers)).into_response(),
    }
}

/// `POST …/xhr_send`: takes an array of texts.
pub(super) async fn send(
    State(node): State<Arc<Node>>,
    headers: HeaderMap,
    names: Names,
    said: Result<String, StringRejection>,
) -> Response {
    if let Some(refused) = refuse_page(&node, &headers) {
        return refused;
    }
    (open_to(&node, &headers), answer(&node, names, said)).into_response()
}

fn answer(node: &Node, names: Names, said: Result<String, StringRejection>) -> Response {
    let said = match said {
        Ok(said) => said,
        Err(refused) => return refused.into_response(),
    };
    if said.is_empty() {
        return (StatusCode::INTERNAL_SERVER_ERROR, "Payload expected.").into_response();
    }
    if serde_json::from_str::<Value>(&said).is_err() {
        return (StatusCode::INTERNAL_SERVER_ERROR, "Broken JSON encoding.").into_response();
    }
    let taken = name(names).ok_or(Refused::Gone);
    match taken.and_then(|name| node.polled.say(&name, said)) {
        Ok(()) => {
            let kind = [(header::CONTENT_TYPE, "text/plain; charset=UTF-8")];
            (StatusCode::NO_CONTENT, kind).into_response()
        }
        Err(Refused::Gone) => {
            let text = "there is no such connection here; open another one\n";
            (StatusCode::NOT_FOUND, text).into_response()
        }
        Err(Refused::Full) => {
            let text = "too much waits; be slower\n";
            (StatusCode::TOO_MANY_REQUESTS, text).into_response()
        }
    }
}

fn name(Path((server, session)): Names) -> Option<String> {
    let is_fit = |name: &str| {
        (1..=NAME_BYTES_MAX).contains(&name.len())
            && name
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
    };
    (is_fit(&server) && is_fit(&session)).then(|| format!("{server}/{session}"))
}

/// What lets a page of an allowed origin read the answer. SockJS asks with cookies.
fn open_to(node: &Node, headers: &HeaderMap) -> AppendHeaders<Vec<(HeaderName, HeaderValue)>> {
    let AppendHeaders(mut shared) = shared_with(node, headers);
    shared.push((
        header::ACCESS_CONTROL_ALLOW_CREDENTIALS,
        HeaderValue::from_static("true"),
    ));
    AppendHeaders(shared)
}
