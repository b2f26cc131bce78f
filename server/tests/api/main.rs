//! What other programs ask of Confab with a key. Every answer here is one that `openapi.json` tells of.

mod document;
mod embedding;
mod enclosing;
mod examples;
mod figures;
mod framed;
mod keys;
mod kicking;
mod listening;
mod online;
mod program;
mod pushing;
mod refusals;
mod signalling;
mod tickets;
#[path = "../world/mod.rs"]
mod world;
