//! What a node asks of the database, each in one statement.

use std::collections::{HashMap, HashSet};

use async_trait::async_trait;
use deadpool_postgres::ClientWrapper;
use protocol::{Person, SessionId, UserId};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use crate::presence::book::{Beaten, Calls, Entered, people};
use crate::presence::{Error, Member, Online, Place};

const REGISTER: &str = "SELECT presence_register($1, $2, $3)";
const ENTER: &str = "SELECT * FROM presence_enter($1, $2, $3, $4, $5)";
const LEAVE: &str = "SELECT presence_leave($1, $2, $3)";
const BEAT: &str = "SELECT * FROM presence_beat($1, $2, $3)";
const RETIRE: &str = "SELECT presence_retire($1, $2)";

/// In one statement, so that both are of one moment.
const ONLINE: &str = "SELECT c.version, p.id, p.name FROM presence_cluster c
    LEFT JOIN presence_person p ON p.cluster = c.cluster WHERE c.cluster = $1";

const SESSIONS: &str = "SELECT s.person, s.session, n.url FROM presence_session s
    LEFT JOIN presence_node n ON n.cluster = s.cluster AND n.node = s.node
    WHERE s.cluster = $1 AND s.person = ANY ($2)";

/// A connection, and for whom.
pub(super) struct Link {
    pub(super) link: ClientWrapper,
    pub(super) member: Member,
}

impl Link {
    async fn ask(&self, sql: &str, more: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>, Error> {
        let statement = self.link.prepare_cached(sql).await?;
        let prefix: &(dyn ToSql + Sync) = &self.member.prefix;
        let params: Vec<_> = [prefix].into_iter().chain(more.iter().copied()).collect();
        Ok(self.link.query(&statement, &params).await?)
    }

    fn node(&self) -> &str {
        self.member.node.as_str()
    }
}

#[async_trait]
impl Calls for Link {
    async fn register(&self, public_url: &str) -> Result<HashSet<String>, Error> {
        let rows = self.ask(REGISTER, &[&self.node(), &public_url]).await?;
        let there = rows.iter().map(|row| row.try_get(0));
        Ok(there.collect::<Result<_, _>>()?)
    }

    async fn enter(&self, sessions: &[(SessionId, Person)]) -> Result<Option<Entered>, Error> {
        let ids: Vec<&str> = sessions.iter().map(|(id, _)| id.as_str()).collect();
        let people: Vec<&str> = sessions.iter().map(|(_, one)| one.id.as_str()).collect();
        let names: Vec<&str> = sessions.iter().map(|(_, one)| one.name.as_str()).collect();
        let params: [&(dyn ToSql + Sync); 4] = [&self.node(), &ids, &people, &names];
        let entered = |row: &Row| {
            Ok(Entered {
                version: number(row, 0)?,
                count: number(row, 1)?,
                joined: row.try_get(2)?,
            })
        };
        self.ask(ENTER, &params)
            .await?
            .first()
            .map(entered)
            .transpose()
    }

    async fn leave(&self, sessions: &[String]) -> Result<(), Error> {
        let ids = sessions.iter().filter_map(|text| text.split_once(' '));
        let ids: Vec<&str> = ids.map(|(session, _)| session).collect();
        self.ask(LEAVE, &[&self.node(), &ids]).await.map(drop)
    }

    async fn beat(&self, known_version: u64) -> Result<Beaten, Error> {
        let known = i64::try_from(known_version).unwrap_or(i64::MAX);
        let rows = self.ask(BEAT, &[&self.node(), &known]).await?;
        let row = rows.first().ok_or_else(unanswered)?;
        let (ids, names): (Vec<String>, Vec<String>) = (row.try_get(4)?, row.try_get(5)?);
        Ok(Beaten {
            known: row.try_get(0)?,
            sessions: usize::try_from(number(row, 1)?).unwrap_or(usize::MAX),
            version: number(row, 2)?,
            count: number(row, 3)?,
            left: people(ids.into_iter().zip(names)),
            reaped: number(row, 6)?,
            urls: row.try_get(7)?,
        })
    }

    async fn online(&self) -> Result<Online, Error> {
        let rows = self.ask(ONLINE, &[]).await?;
        let version = number(rows.first().ok_or_else(unanswered)?, 0)?;
        let mut found = Vec::with_capacity(rows.len());
        for row in &rows {
            let (id, name): (Option<String>, Option<String>) = (row.try_get(1)?, row.try_get(2)?);
            found.extend(id.zip(name));
        }
        let people = people(found);
        Ok(Online { version, people })
    }

    async fn sessions(&self, users: &[UserId]) -> Result<Vec<Vec<Place>>, Error> {
        let ids: Vec<&str> = users.iter().map(UserId::as_str).collect();
        let mut places: HashMap<String, Vec<Place>> = HashMap::new();
        for row in self.ask(SESSIONS, &[&ids]).await? {
            let (person, session, node): (String, String, _) =
                (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
            // Which is not as a node writes it was not written by one.
            if let Ok(session) = session.parse() {
                let theirs = places.entry(person).or_default();
                theirs.push(Place { session, node });
            }
        }
        Ok(ids
            .into_iter()
            .map(|id| places.get(id).cloned().unwrap_or_default())
            .collect())
    }

    async fn retire(&self) -> Result<(), Error> {
        self.ask(RETIRE, &[&self.node()]).await.map(drop)
    }
}

fn number(row: &Row, at: usize) -> Result<u64, Error> {
    let number: i64 = row.try_get(at)?;
    Ok(u64::try_from(number).unwrap_or_default())
}

/// As in a cluster that nobody has registered in, or whose rows are gone.
fn unanswered() -> Error {
    Error::Away("its tables are empty".to_owned())
}
