//! Whatever bytes come, a reader of them answers and goes on. Each target replays its corpus, `__fuzz__/<target>/corpus`, then
//! takes random bytes and damaged pieces of the corpus for a second each; `bin/fuzz` for longer.
//!
//! A failure prints its seed and its input: what was found once belongs into the corpus, as a file named for what it shows.

mod commands;
mod damage;
mod envelopes;
mod events;
#[path = "../in_process/mod.rs"]
mod in_process;
mod resumes;
