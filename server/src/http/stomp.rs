//! The door of STOMP clients: `/ws-stomp`, a WebSocket or SockJS.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{DefaultBodyLimit, FromRequestParts, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{any, get, post};
use axum::{Extension, Router};
use axum_extra::extract::CookieJar;
use protocol::limits::FRAME_BYTES_MAX;
use tower_http::timeout::TimeoutLayer;

use super::address::Address;
use super::signed_in::token;
use super::socket::{refuse_session, sized};
use super::sockjs;
use crate::line::Line;
use crate::node::Node;
use crate::socket::Socket;
use crate::stomp::{self, Arrival, Outside};

/// What the versions are called in a WebSocket's handshake, the best first.
const SUBPROTOCOLS: [&str; 3] = ["v12.stomp", "v11.stomp", "v10.stomp"];

/// Bytes of what SockJS posts: a frame at its longest, written once more as JSON.
const POST_BYTES_MAX: usize = 2 * FRAME_BYTES_MAX;

/// How long a post may take to come in.
const POST_MAX: Duration = Duration::from_secs(20);

pub(super) fn router() -> Router<Arc<Node>> {
    let send = post(sockjs::send).options(sockjs::preflight).layer((
        DefaultBodyLimit::max(POST_BYTES_MAX),
        TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, POST_MAX),
    ));
    let session = Router::new()
        .route("/websocket", any(upgrade_sockjs))
        .route(
            "/xhr_streaming",
            post(sockjs::stream).options(sockjs::preflight),
        )
        .route("/xhr", post(sockjs::poll).options(sockjs::preflight))
        .route("/xhr_send", send);
    Router::new()
        .route("/ws-stomp", any(upgrade))
        .route("/ws-stomp/", any(upgrade))
        .route("/ws-stomp/websocket", any(upgrade))
        .route(
            "/ws-stomp/info",
            get(sockjs::about).options(sockjs::preflight),
        )
        .nest("/ws-stomp/{server}/{session}", session)
}

/// Who comes, and how.
#[derive(FromRequestParts)]
#[from_request(state(Arc<Node>))]
struct Way {
    #[from_request(via(State))]
    node: Arc<Node>,
    headers: HeaderMap,
    jar: CookieJar,
    from: Address,
    #[from_request(via(Extension))]
    line: Line,
}

type Upgrade = Result<WebSocketUpgrade, WebSocketUpgradeRejection>;

async fn upgrade(way: Way, upgrade: Upgrade) -> Response {
    // A browser that looks here shall see what it is.
    let Ok(upgrade) = upgrade else {
        return "Welcome to SockJS!\nThis is the address of STOMP clients.\n".into_response();
    };
    way.open(upgrade.protocols(SUBPROTOCOLS), Outside::plain)
}

async fn upgrade_sockjs(way: Way, upgrade: Upgrade) -> Response {
    match upgrade {
        Ok(upgrade) => way.open(upgrade, Outside::sockjs),
        Err(refused) => refused.into_response(),
    }
}

impl Way {
    fn open(self, upgrade: WebSocketUpgrade, outside: fn(Socket) -> Outside) -> Response {
        let Self {
            node,
            headers,
            jar,
            from: Address(from),
            line,
        } = self;
        if let Some(refused) = refuse_session(&node, &headers) {
            return refused;
        }
        let cookie = token(&jar, &node);
        sized(upgrade).on_upgrade(async move |socket| {
            let tasks = node.tasks.clone();
            let talk = stomp::run(Arrival {
                node,
                outside: outside(Socket::new(socket, line)),
                cookie,
                from,
                guard: None,
            });
            tasks.track_future(talk).await;
        })
    }
}
