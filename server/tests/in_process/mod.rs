//! Nodes within a test's own process, and connections to them that no network carries.

#![allow(dead_code, reason = "each test file uses its part")]

mod node;
mod wire;

pub use node::open;
pub use wire::{GuestEnd, connect};
