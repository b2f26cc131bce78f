//! A node on a store in memory. It is alone: no frame goes from it to another, they have the log's tail.

use std::sync::Arc;

use clap::Parser as _;
use protocol::NodeId;
use server::chat::Sides;
use server::config::Config;
use server::node::{self, Node, Parts};
use server::seal::Key;
use server::store::{Store, random_id};
use server::{backplane, presence};
use tokio_util::sync::CancellationToken;

pub async fn open(store: Store) -> Arc<Node> {
    let id = random_id::<8, NodeId>();
    let member = backplane::Member {
        node: id.clone(),
        epoch: store.log.epoch().clone(),
        former: None,
        key: Key::new([7; 32]),
        prefix: "test:".to_owned(),
    };
    let joined = backplane::connect("memory:", member, CancellationToken::new()).await;
    let (backplane, heard) = joined.expect("memory is there");
    let member = presence::Member {
        node: id,
        public_url: "http://node".to_owned(),
        prefix: "test:".to_owned(),
    };
    let presence = presence::connect("memory:", member).await;
    let parts = Parts {
        log: store.log,
        sides: Sides {
            directory: store.directory,
            accounts: store.accounts,
            bans: store.bans,
            rooms: store.rooms,
            shelf: store.shelf,
            order: store.order,
            keys: store.keys,
            podium: store.podium,
            invites: store.invites,
        },
        backplane,
        heard,
        presence: presence.expect("memory is there"),
    };
    let config = Config::try_parse_from(["confab"]).expect("no flag is needed");
    let assembled = node::assemble(config, "http://node".to_owned(), parts).await;
    let (node, loops) = assembled.expect("the store is there");
    for task in loops {
        tokio::spawn(task);
    }
    node
}
