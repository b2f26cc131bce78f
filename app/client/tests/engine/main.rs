//! The client engine through its front door: what Ann's client is told, shows, says and dials.

mod ann;
mod catching_up;
mod closed_gaps;
mod connecting;
mod heartbeat;
mod older;
mod people;
mod sending;
mod storm;
mod world;
