//! The door of those who cannot open a WebSocket: `GET /stream` for what they are told, `POST /stream` for what they say.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::extract::rejection::StringRejection;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum_extra::extract::CookieJar;
use metrics::counter;
use protocol::limits::FRAME_BYTES_MAX;

use super::entries::shared_with;
use super::signed_in::token;
use super::socket::{refuse_page, refuse_session};
use crate::measure::POSTS_ELSEWHERE;
use crate::node::Node;
use crate::session::Arrival;
use crate::socket::Socket;
use crate::store::random_id;
use crate::stream::Refused;

/// Bytes of a command's POST: the stream's name, and a frame at its longest.
pub(super) const POST_BYTES_MAX: usize = FRAME_BYTES_MAX + 128;

/// What keeps proxies from holding it back, or changing it.
const UNHELD: [(HeaderName, &str); 3] = [
    (header::CONTENT_TYPE, "text/event-stream"),
    (header::CACHE_CONTROL, "no-store, no-transform"),
    (HeaderName::from_static("x-accel-buffering"), "no"),
];

/// What a session tells, as server-sent events: its frames, after the name of the stream, before the code of its end.
pub(super) async fn listen(
    State(node): State<Arc<Node>>,
    headers: HeaderMap,
    jar: CookieJar,
) -> Response {
    if let Some(refused) = refuse_session(&node, &headers) {
        return refused;
    }
    let (session_end, client_end) = node.streams.open();
    node.run_session(Arrival {
        chat: node.chat.clone(),
        admission: node.admission.clone(),
        socket: Socket::piped(session_end),
        token: token(&jar, &node),
        id: random_id::<8, _>(),
    });
    let events = Body::from_stream(client_end.events());
    (UNHELD, shared_with(&node, &headers), events).into_response()
}

/// Takes a command: the stream's name, a new line, the frame; without a frame it is a sign of life.
pub(super) async fn say(
    State(node): State<Arc<Node>>,
    headers: HeaderMap,
    said: Result<String, StringRejection>,
) -> Response {
    if let Some(refused) = refuse_page(&node, &headers) {
        return refused;
    }
    (shared_with(&node, &headers), answer(&node, said)).into_response()
}

fn answer(node: &Node, said: Result<String, StringRejection>) -> Response {
    let said = match said {
        Ok(said) => said,
        Err(refused) if refused.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            let text = format!("a frame has at most {FRAME_BYTES_MAX} bytes\n");
            return (StatusCode::PAYLOAD_TOO_LARGE, text).into_response();
        }
        Err(_) => return (StatusCode::BAD_REQUEST, "a command is text in UTF-8\n").into_response(),
    };
    let (name, command) = said.split_once('\n').unwrap_or((&said, ""));
    let refused = match node.streams.say(name, command) {
        Ok(()) => return StatusCode::NO_CONTENT.into_response(),
        Err(refused) => refused,
    };
    match refused {
        Refused::Elsewhere => {
            counter!(POSTS_ELSEWHERE).increment(1);
            let text = "this stream is at another node; send it again, until it comes there\n";
            (StatusCode::MISDIRECTED_REQUEST, text)
        }
        Refused::Gone => (
            StatusCode::NOT_FOUND,
            "there is no such stream; open another\n",
        ),
        Refused::Full => (
            StatusCode::TOO_MANY_REQUESTS,
            "too many commands wait; be slower\n",
        ),
    }
    .into_response()
}
