//! A Confab node.

#[doc(hidden)]
pub mod admission;
#[doc(hidden)]
pub mod attempts;
pub mod backplane;
pub mod chat;
pub mod command;
pub mod config;
pub mod delivery;
pub mod failpoint;
pub mod frame;
mod guest;
pub mod http;
pub mod hub;
pub mod keyring;
pub mod limits;
#[doc(hidden)]
pub mod line;
pub mod measure;
mod network;
pub mod node;
#[doc(hidden)]
pub mod password;
mod pipe;
mod postgres_address;
pub mod presence;
mod rate;
mod redis_address;
pub mod roster;
pub mod seal;
#[doc(hidden)]
pub mod session;
pub mod site;
#[doc(hidden)]
pub mod socket;
pub mod soundness;
mod stomp;
pub mod store;
mod stream;
pub mod supervisor;
