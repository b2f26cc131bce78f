//! The page of the release build, inside this program.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use rust_embed::Embed;
use server::site::{Carried, File};

#[derive(Embed)]
#[folder = "$CARGO_MANIFEST_DIR/../target/release/site"]
struct Page;

pub fn page() -> Carried {
    Carried::new(Page::iter().filter_map(|path| {
        let file = Page::get(&path)?;
        let built = Duration::from_secs(file.metadata.last_modified().unwrap_or_default());
        let bytes = match file.data {
            std::borrow::Cow::Borrowed(bytes) => Bytes::from_static(bytes),
            std::borrow::Cow::Owned(bytes) => bytes.into(),
        };
        let modified = SystemTime::UNIX_EPOCH + built;
        Some((path.into_owned(), File { bytes, modified }))
    }))
}
