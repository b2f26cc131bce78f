//! Whatever comes in gets a clear answer, and the node goes on.

mod channels;
mod flags;
mod frames;
mod hellos;
mod pages;
mod sends;
#[path = "../world/mod.rs"]
mod world;

use world::{Client, Node, Visitor};

async fn ann(node: &Node) -> Client {
    Visitor::joins(node, "Ann").await.enters(node).await
}
