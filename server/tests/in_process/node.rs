//! A node on a store in memory. It is alone: no frame goes from it to another, they have the log's tail.

use std::sync::Arc;

use clap::Parser as _;
use server::config::Config;
use server::node::{self, Node, Parts};
use server::store::Store;
use tokio_util::sync::CancellationToken;

pub async fn open(store: Store) -> Arc<Node> {
    let config = Config::try_parse_from(["confab"]).expect("no flag is needed");
    let public_url = "http://node";
    let joined = Parts::join(&config, store, public_url, CancellationToken::new()).await;
    let parts = joined.expect("memory is there");
    let assembled = node::assemble(config, public_url.to_owned(), parts).await;
    let (node, loops) = assembled.expect("the store is there");
    for task in loops {
        tokio::spawn(task);
    }
    node
}
