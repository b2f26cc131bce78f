//! Starts the page's island in the browser, nothing else.

use wasm_bindgen::prelude::wasm_bindgen;

/// Smaller than the standard one by 5 KB.
#[global_allocator]
static MEMORY: rlsf::GlobalTlsf = rlsf::GlobalTlsf::new();

/// Called once by the page before it hands the island its element.
#[wasm_bindgen]
pub fn hydrate() {
    app::fail_visibly();
    leptos::mount::hydrate_islands();
}
