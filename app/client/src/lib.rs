//! What a chat client knows and does, without a browser: no socket, no clock, no storage.
//!
//! [`Engine`] is a state machine. Its driver (the page, a load generator, a test) tells it what
//! happened (`opened`, `hear`, `send`, `tick` …) and then does what [`Engine::take_actions`] asks
//! for. What is on the screen is read from it: [`Engine::rooms`], [`Engine::lines`],
//! [`Engine::people`], [`Engine::link`].

mod action;
mod attendance;
mod backoff;
mod catch_up;
mod connection;
mod engine;
mod line;
mod link;
mod message;
mod nodes;
mod notices;
mod older;
mod outbox;
mod pulse;
mod room;
mod room_view;
mod rooms;
mod roster;
mod timeline;
mod typists;
mod unread;
mod way;

pub use action::Action;
pub use engine::{Engine, Start};
pub use line::{Fact, Key, Line, Notice};
pub use link::Link;
pub use message::{Message, Quote, Reaction, Sending};
pub use outbox::{Failed, OUTBOX_MAX, Outgoing};
pub use room_view::{Gone, RoomView};
pub use timeline::WINDOW_MAX;

/// Milliseconds since any fixed start, never going back (`performance.now()`). Not the time of
/// day: an entry's `at` is that.
pub type Millis = u64;
