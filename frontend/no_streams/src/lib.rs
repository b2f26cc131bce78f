//! Stands where Leptos's server functions look for the crate of this name: what it gives to the browser would stay in the
//! page's program, 4 KB compressed, though this page has no server functions.

use futures_core::Stream;
use futures_util::stream;
use wasm_bindgen::JsValue;

const NO_FUNCTIONS: &str = "this page has no server functions, which alone stream";

/// As much as server functions are compiled against.
#[derive(Debug)]
pub struct ReadableStream(web_sys::ReadableStream);

impl ReadableStream {
    /// # Panics
    /// Always.
    pub fn from_stream(_: impl Stream<Item = Result<JsValue, JsValue>> + 'static) -> Self {
        unreachable!("{NO_FUNCTIONS}")
    }

    pub fn from_raw(raw: web_sys::ReadableStream) -> Self {
        Self(raw)
    }

    pub fn into_raw(self) -> web_sys::ReadableStream {
        self.0
    }

    /// # Panics
    /// When it is asked for something.
    pub fn into_stream(self) -> impl Stream<Item = Result<JsValue, JsValue>> {
        stream::poll_fn(|_| unreachable!("{NO_FUNCTIONS}"))
    }
}
