//! What a supervisor or a proxy asks.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;

use crate::measure;
use crate::node::Node;
use crate::store::Reader;

/// The process lives.
pub(super) async fn healthz() -> &'static str {
    "ok\n"
}

/// Whether new clients are welcome: 200 `ready`, 200 `degraded: …` (chat goes on by the log, presence may be stale), or 503.
pub(super) async fn readyz(State(node): State<Arc<Node>>) -> (StatusCode, String) {
    if node.is_draining() {
        return (StatusCode::SERVICE_UNAVAILABLE, "draining\n".to_owned());
    }
    let lobby = protocol::RoomId::lobby();
    let span = crate::store::Span::newest(0);
    if let Err(error) = node
        .chat
        .delivery
        .log
        .read(Reader::Node, &lobby, span)
        .await
    {
        return (StatusCode::SERVICE_UNAVAILABLE, format!("{error}\n"));
    }
    let mut degraded = Vec::new();
    if !node.chat.delivery.is_healthy() {
        degraded.push("the backplane is away");
    }
    if node.chat.roster.is_stale() {
        degraded.push("presence is stale");
    }
    match degraded.as_slice() {
        [] => (StatusCode::OK, "ready\n".to_owned()),
        reasons => (
            StatusCode::OK,
            format!("degraded: {}\n", reasons.join(", ")),
        ),
    }
}

/// What this node has counted, for Prometheus.
pub(super) async fn metrics(State(node): State<Arc<Node>>) -> impl IntoResponse {
    let kind = [(header::CONTENT_TYPE, "text/plain; version=0.0.4")];
    (kind, measure::text(&node.chat))
}
