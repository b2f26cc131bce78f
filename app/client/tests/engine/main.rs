//! The client engine through its front door: what Ann's client is told, shows, says and dials.

mod ann;
mod attending;
mod catching_up;
mod change_storm;
mod changing;
mod closed_gaps;
mod connecting;
mod counting;
mod fallback;
mod heartbeat;
mod house;
mod leaving;
mod older;
mod people;
mod programs;
mod sending;
mod storm;
mod switching;
mod world;
