//! What every answer says to the browser for its own good.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::node::Node;

const ALWAYS: [(HeaderName, HeaderValue); 4] = [
    (
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    ),
    (
        header::REFERRER_POLICY,
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(), microphone=(), geolocation=(), payment=()"),
    ),
];

pub(super) async fn harden(
    State(node): State<Arc<Node>>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.entry(name).or_insert(value);
    }
    may_be_framed(headers, &node.config.frame_ancestors);
    response
}

/// Which pages may show ours in an iframe. Browsers that know no such policy refuse all of them, unless some may.
fn may_be_framed(headers: &mut HeaderMap, ancestors: &[String]) {
    let rest = headers.get(header::CONTENT_SECURITY_POLICY);
    let rest = rest.and_then(|policy| policy.to_str().ok());
    let rest = rest.map_or(String::new(), |policy| format!("{policy}; "));
    let who = if ancestors.is_empty() {
        headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
        "'none'".to_owned()
    } else {
        ancestors.join(" ")
    };
    let policy = HeaderValue::try_from(format!("{rest}frame-ancestors {who}"));
    let policy = policy.expect("origins are plain ASCII");
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
}

/// The policy of a page: scripts by its nonce only, sockets to the nodes only. [`harden`] says who may frame it.
pub(super) fn content_security_policy(nonce: &str, nodes: &[String]) -> String {
    let connect: String = nodes
        .iter()
        .map(|url| format!(" {url} {}", url.replacen("http", "ws", 1)))
        .collect();
    // A page whose node is gone goes on at another one.
    let forms: String = nodes.iter().map(|url| format!(" {url}")).collect();
    format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self' data:; font-src 'self'; manifest-src 'self'; connect-src 'self'{connect}; \
         form-action 'self'{forms}; base-uri 'none'"
    )
}
