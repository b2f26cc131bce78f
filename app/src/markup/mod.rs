//! The small part of Markdown that messages may use, read into blocks and spans: never into HTML.
//!
//! Blocks: paragraphs, `> quotes`, `- lists`, `1. lists`, fenced code. Spans: `**strong**`, `*emphasis*` or `_emphasis_`,
//! `~~struck~~`, `` `code` ``, web addresses as they are, and `[text](https://address)`. A backslash before a mark makes it a
//! plain character. What fits none of these stays as it was written.

mod blocks;
mod links;
mod spans;

pub(crate) use blocks::{Block, blocks};
pub(crate) use spans::Span;

use spans::spans;
