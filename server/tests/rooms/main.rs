//! Rooms, through the front door: who makes them, comes in, talks, leaves and is put out, on two nodes.

mod direct;
mod foreign;
mod invited;
mod making;
mod many;
mod messages;
mod order;
mod present;
mod reading;
mod rooms;
#[path = "../world/mod.rs"]
mod world;
