//! The WebSocket's door.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum_extra::extract::CookieJar;
use protocol::limits;

use super::signed_in::token;
use crate::line::Line;
use crate::node::Node;
use crate::session::{self, Arrival};
use crate::socket::Socket;
use crate::store::random_id;

/// The read buffer is there from the start for every session; a frame larger than it grows it for a while.
const READ_BUFFER_BYTES: usize = 2 * 1024;

/// Bytes gathered before they are written.
const WRITE_BUFFER_BYTES: usize = 8 * 1024;

/// Bytes that may wait in the socket: a write's frames at their longest.
const WRITE_BUFFER_BYTES_MAX: usize = 16 * limits::FRAME_BYTES_MAX;

pub(super) async fn upgrade(
    State(node): State<Arc<Node>>,
    headers: HeaderMap,
    jar: CookieJar,
    Extension(line): Extension<Line>,
    upgrade: WebSocketUpgrade,
) -> Response {
    if let Some(refused) = refuse_session(&node, &headers) {
        return refused;
    }
    let token = token(&jar, &node);
    sized(upgrade).on_upgrade(async move |socket| {
        let talk = async {
            session::run(Arrival {
                chat: node.chat.clone(),
                admission: node.admission.clone(),
                socket: Socket::new(socket, line),
                token,
                id: random_id::<8, _>(),
            })
            .await;
        };
        node.tasks.track_future(talk).await;
    })
}

/// With buffers for many who are mostly idle.
pub(super) fn sized(upgrade: WebSocketUpgrade) -> WebSocketUpgrade {
    upgrade
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(WRITE_BUFFER_BYTES)
        .max_write_buffer_size(WRITE_BUFFER_BYTES_MAX)
        .max_message_size(limits::FRAME_BYTES_MAX)
        .max_frame_size(limits::FRAME_BYTES_MAX)
}

/// What a page is answered that may not talk here.
pub(super) fn refuse_page(node: &Node, headers: &HeaderMap) -> Option<Response> {
    if node.origins.allow(headers) {
        return None;
    }
    let text =
        "this page may not open a socket here; start the node with --allow-origin to allow it\n";
    Some((StatusCode::FORBIDDEN, text).into_response())
}

/// What somebody is answered who may not begin a session here now.
pub(super) fn refuse_session(node: &Node, headers: &HeaderMap) -> Option<Response> {
    if !node.is_draining() {
        return refuse_page(node, headers);
    }
    let text = "this node stops; go to another one\n";
    let again = [(header::RETRY_AFTER, "5")];
    Some((StatusCode::SERVICE_UNAVAILABLE, again, text).into_response())
}
