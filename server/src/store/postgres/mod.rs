//! The store in a PostgreSQL database. Nodes of several hosts may share it.

mod accounts;
mod ahead;
mod batch;
mod check;
pub(super) mod copying;
mod desk;
mod directory;
mod embedding;
mod fence;
mod invites;
mod link;
mod listing;
mod log;
mod opening;
mod page;
mod programs;
mod readers;
mod rooms;
mod rows;
mod shelf;
mod sign_ins;
mod standing;
mod tickets;
pub(super) mod upkeep;
mod visits;
mod writer;

use std::sync::Arc;

use self::{readers::Readers, writer::Writer};
use super::{Error, Store};

/// Opens the database at `address`, and makes the log in it if there is none.
pub(super) fn connect(address: &str) -> Result<Store, Error> {
    let config = link::settings(address)?;
    let (writer, opened) = Writer::start(config.clone())?;
    let (writer, readers) = (Arc::new(writer), Arc::new(Readers::new(config)));
    macro_rules! side {
        ($side:path) => {{
            use $side as Side;
            Box::new(Side {
                readers: readers.clone(),
                writer: writer.clone(),
            })
        }};
    }
    Ok(Store {
        log: Box::new(log::Log {
            fence: opened.fence,
            readers: readers.clone(),
            writer: writer.clone(),
        }),
        directory: side!(directory::Directory),
        visits: side!(directory::Directory),
        accounts: side!(accounts::Accounts),
        bans: side!(accounts::Accounts),
        rooms: side!(rooms::Rooms),
        shelf: side!(shelf::Shelf),
        order: side!(rooms::Rooms),
        keys: side!(programs::Programs),
        podium: side!(programs::Programs),
        invites: side!(invites::Invites),
        embedding: side!(embedding::Embedding),
        tickets: Box::new(tickets::Tickets { writer }),
        key: opened.key,
    })
}
