//! Which pages may open sockets here and read from here.

use std::collections::BTreeSet;
use std::sync::{PoisonError, RwLock};

use axum::http::{HeaderMap, header};

/// The addresses of this cluster's nodes, also of those that died and left pages open, and what the operator allows.
pub struct Origins {
    known: RwLock<BTreeSet<String>>,
}

impl Origins {
    pub fn new(own: &str, allowed: &[String]) -> Self {
        let known = allowed.iter().cloned().chain([own.to_owned()]).collect();
        Self {
            known: RwLock::new(known),
        }
    }

    pub fn learn(&self, nodes: Vec<String>) {
        self.known
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .extend(nodes);
    }

    /// Whether the page that asks is one of ours. Programs send no `Origin`; browsers always do.
    pub fn allow(&self, headers: &HeaderMap) -> bool {
        match headers.get(header::ORIGIN).map(|origin| origin.to_str()) {
            None => true,
            Some(Ok(origin)) => is_same_host(origin, headers) || self.knows(origin),
            Some(Err(_)) => false,
        }
    }

    /// Where pages of ours may connect to: the nodes of now and those that may come back.
    pub fn all(&self) -> Vec<String> {
        self.known
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .cloned()
            .collect()
    }

    pub fn knows(&self, origin: &str) -> bool {
        self.known
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .contains(origin)
    }
}

/// The page came from the host it asks.
fn is_same_host(origin: &str, headers: &HeaderMap) -> bool {
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let authority = origin.split_once("://").map(|(_, authority)| authority);
    host.is_some() && host == authority
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn allows(origin: Option<&'static str>) -> bool {
        let origins = Origins::new(
            "http://127.0.0.1:8080",
            &["https://intranet.example".to_owned()],
        );
        origins.learn(vec!["http://127.0.0.2:8080".to_owned()]);
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static("chat.example"));
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, HeaderValue::from_static(origin));
        }
        origins.allow(&headers)
    }

    #[test]
    fn our_pages_and_programs_may_ask() {
        for origin in [
            None,
            Some("https://chat.example"),
            Some("http://127.0.0.2:8080"),
            Some("https://intranet.example"),
        ] {
            assert!(allows(origin), "{origin:?}");
        }
    }

    #[test]
    fn foreign_pages_may_not() {
        for origin in [
            "https://evil.example",
            "null",
            "http://127.0.0.2:8081",
            "https://chat.example.evil.example",
        ] {
            assert!(!allows(Some(origin)), "{origin}");
        }
    }
}
