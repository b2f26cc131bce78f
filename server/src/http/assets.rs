//! The built page's files.

use std::path::Path;
use std::sync::LazyLock;

use app::pages::Assets;
use axum::Router;
use axum::http::{HeaderValue, Request, header};
use axum::response::Response;
use tower_http::services::ServeDir;

/// The names of the page's files. A release build hashes them and leaves `hash.txt` beside the executable.
pub(crate) fn names() -> Assets {
    let hash = |kind: &str| {
        let line = HASHES
            .iter()
            .flat_map(|hashes| hashes.lines())
            .find_map(|line| {
                line.split_once(':')
                    .filter(|(name, _)| name.trim() == kind)
                    .map(|(_, hash)| hash.trim().to_owned())
            });
        line.map_or(String::new(), |hash| format!(".{hash}"))
    };
    Assets {
        js: format!("/pkg/confab{}.js", hash("js")),
        wasm: format!("/pkg/confab{}.wasm", hash("wasm")),
        css: format!("/pkg/confab{}.css", hash("css")),
    }
}

/// Read once: a build's names do not change while its program runs, and every page asks for them.
static HASHES: LazyLock<Option<String>> = LazyLock::new(|| {
    let executable = std::env::current_exe().ok()?;
    std::fs::read_to_string(executable.with_file_name("hash.txt")).ok()
});

/// `/pkg`: files as they lie in the site folder, compressed ones beside them. Hashed names may be kept for ever.
pub(super) fn service(site: &Path) -> Router {
    let files = ServeDir::new(site.join("pkg"))
        .precompressed_br()
        .precompressed_gzip();
    let kept = if HASHES.is_some() {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    Router::new()
        .fallback_service(files)
        .layer(axum::middleware::from_fn(
            async move |request: Request<axum::body::Body>,
                        next: axum::middleware::Next|
                        -> Response {
                let mut response = next.run(request).await;
                if response.status().is_success() {
                    response
                        .headers_mut()
                        .insert(header::CACHE_CONTROL, HeaderValue::from_static(kept));
                    response
                        .headers_mut()
                        .insert(header::VARY, HeaderValue::from_static("accept-encoding"));
                }
                response
            },
        ))
}
