//! A Confab node.

pub mod backplane;
pub mod chat;
pub mod config;
pub mod delivery;
pub mod frame;
pub mod http;
pub mod hub;
mod line;
pub mod measure;
pub mod node;
pub mod presence;
mod rate;
mod redis_address;
pub mod roster;
#[doc(hidden)]
pub mod session;
#[doc(hidden)]
pub mod socket;
pub mod store;
