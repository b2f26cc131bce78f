//! The sentinels that know which server is the master now.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use redis::aio::MultiplexedConnection;
use redis::{RedisError, RedisResult};

use super::gathering::gather;
use super::slots::Place;
use super::unfit::{Error, Unfit};
use super::{Server, hosts};

#[derive(Debug, Clone)]
pub(super) struct Sentinels {
    /// With the user and password of the address; one that asks for none gets none.
    pub(super) servers: Vec<Server>,
    /// What they call the master.
    pub(super) name: String,
    /// Kept from one question to the next, by the server's place in the list.
    pub(super) links: Links,
}

pub(super) type Links = Arc<Mutex<HashMap<usize, MultiplexedConnection>>>;

impl Sentinels {
    /// Where the master is, as the sentinel says that knows the newest configuration: one that was cut off is not believed.
    pub(super) async fn master(&self) -> Result<Place, Error> {
        let asked = (0..self.servers.len()).map(|number| self.ask(number));
        let answers = gather(asked).await.map_err(Error::no_sentinel)?;
        let newest = answers.into_iter().max_by_key(|(epoch, _)| *epoch);
        Ok(newest.expect("a gathering without an answer fails").1)
    }

    /// The configuration's epoch, and the master's place.
    async fn ask(&self, number: usize) -> Result<(u64, Place), Error> {
        let server = &self.servers[number];
        let kept = self.links().remove(&number);
        let mut link = match kept {
            Some(link) => link,
            None => self.connect(server).await?,
        };
        let mut question = redis::pipe();
        for what in ["MASTER", "GET-MASTER-ADDR-BY-NAME"] {
            question.cmd("SENTINEL").arg(what).arg(&self.name);
        }
        // The fields tell of a promoted master only when all replicas follow it, the address at once.
        type Answer = (
            RedisResult<HashMap<String, String>>,
            RedisResult<Option<Place>>,
        );
        let answer: RedisResult<Answer> = question.ignore_errors().query_async(&mut link).await;
        let (fields, place) = answer.map_err(|error| self.told(server, error))?;
        let fields = fields.map_err(|error| self.told(server, error))?;
        let place = place.map_err(|error| self.told(server, error))?;
        self.links().insert(number, link);
        let epoch = fields
            .get("config-epoch")
            .and_then(|epoch| epoch.parse().ok());
        epoch.zip(place).ok_or_else(|| self.unknown())
    }

    async fn connect(&self, server: &Server) -> Result<MultiplexedConnection, Error> {
        let mut link = server.without_login()?.commands().await?;
        let open = redis::cmd("PING").exec_async(&mut link).await;
        match open {
            Err(error) if error.code() == Some("NOAUTH") => server.commands().await,
            open => open
                .map(|()| link)
                .map_err(|error| self.told(server, error)),
        }
    }

    fn told(&self, server: &Server, error: RedisError) -> Error {
        let detail = error.detail().unwrap_or_default().to_lowercase();
        if detail.contains("no such master") {
            self.unknown()
        } else if detail.contains("unknown command") {
            Unfit::NoSentinel(server.host()).into()
        } else {
            Error::said(&server.host(), error)
        }
    }

    fn unknown(&self) -> Error {
        let (hosts, name) = (hosts(&self.servers), self.name.clone());
        Unfit::UnknownMaster { hosts, name }.into()
    }

    fn links(&self) -> std::sync::MutexGuard<'_, HashMap<usize, MultiplexedConnection>> {
        self.links.lock().expect("no holder of the lock panics")
    }
}
