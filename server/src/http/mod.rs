//! The pages, the socket, and what operators and proxies ask.

mod about;
mod account;
mod address;
mod api;
mod assets;
mod deeds;
mod entries;
mod failed;
mod forms;
mod headers;
mod health;
mod inside;
mod invites;
mod joining;
mod look;
mod moving;
mod origins;
mod pages;
mod people;
mod rooms;
mod serving;
mod sign_in;
mod signed_in;
mod socket;
mod sockjs;
mod stomp;
mod stream;
mod ticket;

use std::sync::Arc;
use std::time::Duration;

use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::routing::{any, get, post};
use axum::{Extension, Router};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower_http::compression::CompressionLayer;
use tower_http::csrf::CsrfLayer;
use tower_http::timeout::TimeoutLayer;

use self::deeds::Verb;
use crate::node::Node;

pub use self::origins::Origins;

/// Bytes of a form: a message at its longest, percent-encoded.
const FORM_BYTES_MAX: usize = 64 * 1024;

/// How long a form may take to come in and be answered.
const FORM_MAX: Duration = Duration::from_secs(20);

pub async fn serve(listener: TcpListener, node: Arc<Node>, closed: CancellationToken) {
    serving::serve(listener, router(node), closed).await;
}

/// The pages about rooms, and what their forms do.
fn rooms() -> Router<Arc<Node>> {
    let rooms = Router::new()
        .route("/talk", post(rooms::talk))
        .route("/rooms", get(rooms::browse))
        .route("/rooms/new", get(rooms::new_room).post(rooms::make))
        .route("/rooms/{room}/join", get(joining::ask).post(joining::join))
        .route("/rooms/{room}/leave", post(joining::leave))
        .route("/rooms/{room}/link", post(invites::make))
        .route("/invite/{link}", get(invites::ask).post(invites::accept))
        .route(
            "/rooms/{room}/about",
            get(about::about).options(entries::preflight),
        );
    Verb::ALL.iter().fold(rooms, |rooms, &(verb, path)| {
        let perform = async move |node, inside, look, form| {
            deeds::perform(verb, node, inside, look, form).await
        };
        rooms.route(&format!("/rooms/{{room}}/{path}"), post(perform))
    })
}

fn router(node: Arc<Node>) -> Router {
    let pages = Router::new()
        .merge(rooms())
        .route("/", get(pages::join))
        .route("/join", post(forms::join))
        .route("/leave", post(forms::leave))
        .route("/sign-in", get(sign_in::page).post(sign_in::sign_in))
        .route("/enter", get(ticket::enter).head(ticket::look_at))
        .route("/api", get(api::page))
        .route("/account", get(account::page))
        .route("/account/password", post(account::set_password))
        .route(
            "/account/sign-out-everywhere",
            post(account::sign_out_everywhere),
        )
        .route("/people", get(people::page))
        .route("/people/{user}/ban", post(people::ban))
        .route("/people/{user}/unban", post(people::unban))
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
        .route(
            "/stream",
            get(stream::listen).post(stream::say).layer((
                DefaultBodyLimit::max(stream::POST_BYTES_MAX),
                TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, FORM_MAX),
            )),
        )
        .merge(stomp::router())
        .route(
            "/enter",
            post(moving::enter).layer((
                DefaultBodyLimit::max(moving::FORM_BYTES_MAX),
                TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, FORM_MAX),
                axum::middleware::from_fn(failed::explain),
            )),
        )
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/metrics", get(health::metrics))
        .nest_service("/pkg", assets::service(&node.site))
        .merge(pages)
        .merge(api::router())
        .layer(axum::middleware::from_fn_with_state(
            node.clone(),
            headers::harden,
        ))
        .layer(Extension(node.site.assets.clone()))
        .with_state(node)
}
