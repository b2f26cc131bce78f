//! The built page's files.

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use tower_http::services::ServeDir;
use tower_http::services::fs::Backend;

use crate::site::{Site, Source};

/// `/pkg`: the page's files, compressed where they lie compressed beside themselves. Hashed names may be kept for ever.
pub(super) fn service(site: &Site) -> Router {
    let kept = if site.is_hashed() {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let files = match &site.source {
        Source::Folder(site) => compressed(ServeDir::new(site.join("pkg"))),
        Source::Program(files) => compressed(ServeDir::with_backend("pkg", files.clone())),
    };
    files.layer(from_fn(async move |request: Request, next: Next| {
        let mut response: Response = next.run(request).await;
        if response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED {
            let headers = response.headers_mut();
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(kept));
            headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        }
        response
    }))
}

fn compressed<B: Backend>(
    files: ServeDir<tower_http::services::fs::DefaultServeDirFallback, B>,
) -> Router {
    let files = files.precompressed_br().precompressed_gzip();
    Router::new().fallback_service(files)
}

#[cfg(test)]
mod tests;
