//! Who cannot open a WebSocket is told everything as server-sent events, and says what they say by POST.

#[path = "../world/mod.rs"]
mod world;

mod doors;
mod ends;
mod listener;
mod slow;
mod talking;
