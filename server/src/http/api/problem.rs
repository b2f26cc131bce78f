//! What went wrong, as a program reads it (RFC 9457).

use std::time::Duration;

use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use protocol::Reason;
use serde::Serialize;

use crate::chat::{ReachUnknown, Refusal};
use crate::http::failed;
use crate::presence;
use crate::store::Error;

const KIND: HeaderValue = HeaderValue::from_static("application/problem+json");

/// An answer that says why not.
#[derive(Debug)]
pub(super) struct Problem {
    status: StatusCode,
    detail: String,
    reason: Option<Reason>,
    /// Receivers that are not there.
    unknown: Vec<String>,
    /// Receivers of several that it is about; the others have been told.
    failed: Vec<String>,
    retry_after: Option<Duration>,
    challenge: Option<String>,
}

/// Its JSON. The type is a place in the reference page.
#[derive(Serialize)]
struct Told<'a> {
    r#type: String,
    title: &'a str,
    status: u16,
    #[serde(skip_serializing_if = "str::is_empty")]
    detail: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Reason>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    unknown: &'a [String],
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    failed: &'a [String],
}

impl Problem {
    pub(super) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            status,
            detail: detail.into(),
            reason: None,
            unknown: Vec::new(),
            failed: Vec::new(),
            retry_after: None,
            challenge: None,
        }
    }

    pub(super) fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, detail)
    }

    pub(super) fn unfit(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, detail)
    }

    /// One receiver alone was asked for, and is not there.
    pub(super) fn unknown(detail: impl Into<String>, unknown: String) -> Self {
        Self {
            unknown: vec![unknown],
            ..Self::not_found(detail)
        }
    }

    pub(super) fn too_many(wait: Duration) -> Self {
        Self {
            retry_after: Some(wait),
            ..Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "this key asks too often; wait as Retry-After says",
            )
        }
    }

    /// About some of several receivers.
    pub(super) fn of_some(mut self, failed: Vec<String>) -> Self {
        self.failed = failed;
        self
    }

    /// About those of several who are not there; nothing was done.
    pub(super) fn of_unknown(mut self, unknown: Vec<String>) -> Self {
        self.unknown = unknown;
        self
    }

    /// With the word for why.
    pub(super) fn because(mut self, reason: Reason) -> Self {
        self.reason = Some(reason);
        self
    }

    /// With the challenge of RFC 6750.
    pub(super) fn challenged(mut self, challenge: String) -> Self {
        self.challenge = Some(challenge);
        self
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let status = match refusal.reason {
            Reason::PersonUnknown => StatusCode::NOT_FOUND,
            reason => failed::status(reason),
        };
        Self {
            reason: Some(refusal.reason),
            retry_after: refusal.retry_after_ms.map(Duration::from_millis),
            ..Self::new(status, says(refusal.reason))
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        tracing::error!(%error, "cannot answer a program");
        let reason = match error {
            Error::Busy => Reason::StoreBusy,
            Error::Full => Reason::StoreFull,
            // Whatever else it is, its words are for the operator.
            _ => Reason::StoreUnavailable,
        };
        Self::from(Refusal {
            reason,
            retry_after_ms: None,
        })
    }
}

impl From<presence::Error> for Problem {
    fn from(error: presence::Error) -> Self {
        tracing::warn!(%error, "cannot tell a program who is online");
        let says = "who is online is not known now; ask again in a moment";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, says)
    }
}

impl From<ReachUnknown> for Problem {
    fn from(unknown: ReachUnknown) -> Self {
        match unknown {
            ReachUnknown::Presence(error) => error.into(),
            ReachUnknown::Store(error) => error.into(),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let told = Told {
            r#type: format!("/api#{}", self.status.as_u16()),
            title: self.status.canonical_reason().unwrap_or("Refused"),
            status: self.status.as_u16(),
            detail: &self.detail,
            reason: self.reason,
            unknown: &self.unknown,
            failed: &self.failed,
        };
        let json = serde_json::to_string(&told).expect("it has only string keys");
        let mut response = (self.status, [(header::CONTENT_TYPE, KIND)], json).into_response();
        let again = self
            .retry_after
            .or((self.status == StatusCode::SERVICE_UNAVAILABLE).then_some(Duration::from_secs(2)));
        if let Some(again) = again {
            let secs = again.as_secs() + u64::from(again.subsec_nanos() > 0);
            let headers = response.headers_mut();
            headers.insert(header::RETRY_AFTER, HeaderValue::from(secs.max(1)));
        }
        if let Some(challenge) = self.challenge.and_then(|text| text.parse().ok()) {
            let headers = response.headers_mut();
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

/// Tells as a problem whatever went wrong, and keeps answers out of caches.
pub(super) async fn explain(request: Request, next: Next) -> Response {
    let (method, uri) = (request.method().clone(), request.uri().clone());
    let mut response = next.run(request).await;
    let status = response.status();
    let is_told = response.headers().get(header::CONTENT_TYPE) == Some(&KIND);
    if (status.is_client_error() || status.is_server_error()) && !is_told {
        let asked = format!("{method} {}", uri.path());
        let problem = Problem::new(status, usual(status, &asked)).into_response();
        let (parts, body) = problem.into_parts();
        *response.body_mut() = body;
        response.headers_mut().remove(header::CONTENT_LENGTH);
        response.headers_mut().extend(parts.headers);
    }
    let headers = response.headers_mut();
    let no_store = HeaderValue::from_static("no-store");
    headers.entry(header::CACHE_CONTROL).or_insert(no_store);
    response
}

fn usual(status: StatusCode, asked: &str) -> String {
    match status {
        StatusCode::NOT_FOUND => format!("there is no {asked}; see /api for what there is"),
        StatusCode::METHOD_NOT_ALLOWED => {
            format!("{asked} is not among what can be done there; see the header Allow")
        }
        StatusCode::REQUEST_TIMEOUT => "the request took too long to come in".to_owned(),
        _ => String::new(),
    }
}

fn says(reason: Reason) -> &'static str {
    match reason {
        Reason::BodyEmpty => "the text has nothing that can be seen",
        Reason::BodyTooLong => "the text is over 4,000 characters or 16 KiB",
        Reason::BodyControl => "the text has control characters besides new line and tab",
        Reason::NameControl => "the reason has control or invisible characters",
        Reason::TopicTooLong => "the reason is over 200 characters",
        Reason::RoomUnknown => "there is no such room",
        Reason::PersonUnknown => "there is no such user",
        Reason::RoomNameTaken => "another public room is called so; give it another name",
        Reason::RoomFull => "a room has at most 10,000 people",
        Reason::Banned => "this user is banned, and may not sign in",
        Reason::CidConflict => "this Idempotency-Key came before with something else",
        Reason::StoreBusy => "the store is busy; send the same again",
        Reason::StoreFull => "the disk is full; send the same again when there is room",
        Reason::StoreUnavailable => "the store is away; send the same again",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_told_nothing_of_how_the_store_failed() {
        let why = "disk I/O error at /var/lib/confab.db";
        for error in [
            Error::Unavailable(why.to_owned()),
            Error::Replaced(why.to_owned()),
            Error::Busy,
            Error::Full,
        ] {
            let problem = Problem::from(error);
            assert_eq!(problem.status, StatusCode::SERVICE_UNAVAILABLE);
            assert!(
                problem.detail.contains("send the same again"),
                "{problem:?}"
            );
            assert!(!problem.detail.contains("confab.db"), "{problem:?}");
        }
    }
}
