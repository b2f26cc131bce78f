//! The nodes of a Redis Cluster, and which of them has what.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex};

use redis::RedisResult;
use redis::aio::MultiplexedConnection;

use super::gathering::gather;
use super::nature::Nature;
use super::slots::{Place, SLOTS, Slots, places};
use super::unfit::{Error, Unfit};
use super::{Server, hosts};

#[derive(Debug, Clone)]
pub(crate) struct Cluster {
    /// Those of the address.
    pub(super) servers: Vec<Server>,
    /// All that were seen when it was asked last: the nodes of the address may all be away one day.
    pub(super) known: Arc<Mutex<BTreeSet<Place>>>,
}

impl Cluster {
    /// Asks all nodes that are known who has which slot.
    pub(crate) async fn slots(&self) -> Result<Slots, Error> {
        let known = self
            .known
            .lock()
            .expect("no holder of the lock panics")
            .clone();
        let named: BTreeSet<Place> = self.servers.iter().map(Server::place).collect();
        let asked: Vec<Server> = named
            .union(&known)
            .map(|place| self.at(place))
            .collect::<Result<_, _>>()?;
        let views = gather(asked.iter().map(ask))
            .await
            .map_err(Error::no_node)?;
        self.agree(&views)
    }

    /// Asks these who has which slot.
    pub(crate) async fn asked(
        &self,
        primaries: &HashMap<Place, MultiplexedConnection>,
    ) -> Result<Slots, Error> {
        let asked = primaries.iter().map(async |(place, link)| {
            let view = view(&mut link.clone()).await?;
            Ok((place.clone(), view))
        });
        self.agree(&gather(asked).await?)
    }

    /// Who has which slot by what several nodes said to CLUSTER NODES.
    fn agree(&self, views: &[(Place, String)]) -> Result<Slots, Error> {
        let slots = Slots::agreed(views);
        *self.known.lock().expect("no holder of the lock panics") = places(views);
        let served = slots.served();
        if served < SLOTS {
            let hosts = hosts(&self.servers);
            return Err(Unfit::Holes { hosts, served }.into());
        }
        Ok(slots)
    }

    pub(crate) fn at(&self, place: &Place) -> Result<Server, Error> {
        self.servers[0].at(place)
    }
}

async fn ask(server: &Server) -> Result<(Place, String), Error> {
    let mut link = server.commands().await?;
    let nature = Nature::ask(&server.host(), &mut link).await?;
    nature.is_cluster()?;
    nature.has_shard_channels()?;
    let view = view(&mut link)
        .await
        .map_err(|error| Error::said(&server.host(), error))?;
    Ok((server.place(), view))
}

/// What a node of a cluster knows of it.
async fn view(link: &mut MultiplexedConnection) -> RedisResult<String> {
    redis::cmd("CLUSTER").arg("NODES").query_async(link).await
}
