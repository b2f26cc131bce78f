//! What went wrong, as a person reads it.

use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use protocol::Reason;

use super::look::Look;
use crate::store::Error;

/// Why a page could not be served.
pub(super) enum Failed {
    /// No such page, or none for this visitor: the same answer.
    NotFound,
    Store(Error),
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        match error {
            Error::RoomUnknown => Self::NotFound,
            error => Self::Store(error),
        }
    }
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND.into_response(),
            Self::Store(error) => {
                tracing::error!(%error, "cannot serve a page");
                (
                    StatusCode::SERVICE_UNAVAILABLE,
                    [(header::RETRY_AFTER, "2")],
                )
                    .into_response()
            }
        }
    }
}

/// What a refusal is in HTTP.
pub(super) fn status(reason: Reason) -> StatusCode {
    match reason {
        Reason::RoomUnknown => StatusCode::NOT_FOUND,
        Reason::NotAllowed | Reason::Banned | Reason::Silenced => StatusCode::FORBIDDEN,
        Reason::CidConflict | Reason::RoomNameTaken | Reason::RoomFull | Reason::TooManyRooms => {
            StatusCode::CONFLICT
        }
        Reason::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        reason if reason.is_retryable() => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

/// The page of a refusal where there is no form to show again.
pub(super) fn refused_page(look: &Look, reason: Reason) -> Response {
    let (status, shell) = (status(reason), look.shell());
    let page = app::pages::problem_page(&shell, status.as_u16(), Some(reason));
    (status, look.policy(&shell, &[]), Html(page)).into_response()
}

/// Puts words a person understands, and a way back, into an answer that only has a status.
pub(super) async fn explain(look: Look, request: Request, next: Next) -> Response {
    let wants_page = request.headers().get(header::ACCEPT);
    let wants_page = wants_page.is_some_and(|accept| accept.as_bytes().starts_with(b"text/html"));
    let response = next.run(request).await;
    let status = response.status();
    let is_page = response.headers().get(header::CONTENT_TYPE);
    let is_page = is_page.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if !wants_page || is_page || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let shell = look.shell();
    let page = Html(app::pages::problem_page(&shell, status.as_u16(), None));
    (status, look.policy(&shell, &[]), page).into_response()
}
