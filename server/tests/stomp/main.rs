//! Clients that speak STOMP talk with all others, over a WebSocket and over SockJS.

#[path = "../world/mod.rs"]
mod world;

mod beats;
mod broken;
mod direct;
mod doors;
mod ends;
mod frame;
mod guests;
mod line;
mod rooms;
mod slow;
mod sockjs;
mod speaker;
mod talking;
