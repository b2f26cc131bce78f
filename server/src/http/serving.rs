//! Takes connections, and ends those that ask for nothing in time.

use std::io;
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::line::Line;

/// A request's head has to be there within this, counted from the connection's start or the last answer's end.
const HEAD_MAX: Duration = Duration::from_secs(15);

/// How long to wait when the system has no more connections to give.
const ACCEPT_AGAIN: Duration = Duration::from_millis(500);

/// Answers on the listener until `closed`, then waits for the requests under way. Each request carries its [`Line`].
pub(super) async fn serve(listener: TcpListener, router: Router, closed: CancellationToken) {
    let connections = TaskTracker::new();
    while let Some(accepted) = closed.run_until_cancelled(listener.accept()).await {
        match accepted.and_then(|(stream, _)| Line::new(stream)) {
            Ok(line) => {
                connections.spawn(answer(line, router.clone(), closed.clone()));
            }
            Err(error) if is_of_one_client(&error) => {}
            Err(error) => {
                tracing::warn!(%error, "cannot take connections now");
                tokio::time::sleep(ACCEPT_AGAIN).await;
            }
        }
    }
    drop(listener);
    connections.close();
    connections.wait().await;
}

/// Answers one connection's requests, until it ends or becomes a WebSocket.
async fn answer(line: Line, router: Router, closed: CancellationToken) {
    let routed = TowerToHyperService::new(router);
    let shared = line.clone();
    let service = service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(shared.clone());
        routed.call(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_MAX)
        .serve_connection(TokioIo::new(line), service)
        .with_upgrades();
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = closed.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection broke");
    }
}

/// Whether it is gone already, and the next connection may be well.
fn is_of_one_client(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::InvalidInput // options cannot be set on what is closed
            | io::ErrorKind::NotConnected
    )
}
