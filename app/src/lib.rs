//! What runs in the browser, and is rendered once on the server.
//!
//! The server calls [`pages`] (feature `ssr`) and gets whole HTML documents. In the browser one
//! island, [`ChatRoom`](components::ChatRoom), goes on from the room's document (feature
//! `hydrate`); the other pages need no script.

mod acts;
mod attention;
mod browser;
mod calendar;
mod clock;
pub mod components;
mod composing;
mod connection;
mod drafts;
mod driver;
mod finding;
#[doc(hidden)]
pub mod json;
mod language;
mod markup;
mod mentioning;
#[cfg(feature = "ssr")]
pub mod pages;
mod piece;
mod room;
mod room_state;
mod rows;
mod showing;
mod snapshot;
mod switching;
mod texts;
mod theme;

pub use browser::fail_visibly;
pub use language::Language;
pub use snapshot::Snapshot;
pub use theme::Theme;
