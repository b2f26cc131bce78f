//! The pages, the socket, and what operators and proxies ask.

mod assets;
mod entries;
mod failed;
mod forms;
mod headers;
mod health;
mod look;
mod origins;
mod pages;
mod serving;
mod signed_in;
mod socket;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::routing::{any, get, post};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower_http::compression::CompressionLayer;
use tower_http::csrf::CsrfLayer;
use tower_http::timeout::TimeoutLayer;

use crate::node::Node;

pub use self::origins::Origins;

/// Bytes of a form: a message at its longest, percent-encoded.
const FORM_BYTES_MAX: usize = 64 * 1024;

/// How long a form may take to come in and be answered.
const FORM_MAX: Duration = Duration::from_secs(20);

pub async fn serve(listener: TcpListener, node: Arc<Node>, closed: CancellationToken) {
    serving::serve(listener, router(node), closed).await;
}

fn router(node: Arc<Node>) -> Router {
    let pages = Router::new()
        .route("/", get(pages::join))
        .route("/join", post(forms::join))
        .route("/leave", post(forms::leave))
        .route("/settings", post(forms::settings))
        .route("/rooms/{room}", get(pages::room))
        .route("/rooms/{room}/messages", post(forms::post))
        .route(
            "/rooms/{room}/entries",
            get(entries::page).options(entries::preflight),
        )
        .fallback(pages::not_found)
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::REQUEST_TIMEOUT,
            FORM_MAX,
        ))
        .layer(CsrfLayer::new())
        .layer(axum::middleware::from_fn(failed::explain))
        .layer(CompressionLayer::new());
    Router::new()
        .route("/ws", any(socket::upgrade))
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/metrics", get(health::metrics))
        .nest_service("/pkg", assets::service(&node.config.site))
        .merge(pages)
        .layer(axum::middleware::from_fn(headers::harden))
        .with_state(node)
}
