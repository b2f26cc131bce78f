//! What other programs ask of Confab with a key. Every answer here is one that `openapi.json` tells of.

mod document;
mod examples;
mod figures;
mod keys;
mod kicking;
mod listening;
mod online;
mod program;
mod pushing;
mod refusals;
#[path = "../world/mod.rs"]
mod world;
