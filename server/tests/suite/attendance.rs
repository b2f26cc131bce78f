//! Nodes that keep presence together, as far as presence knows them.

use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use protocol::{Person, SessionId};
use server::presence::{self, Change, Error, Member, Online, Presence};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};

use crate::postgres_server::PostgresServer;
use crate::presence_server::{Database, Server};
use crate::redis_server::RedisServer;

/// How often a node beats.
const BEAT_EVERY: Duration = Duration::from_secs(1);

/// How often a test looks whether what it waits for is true.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// How long it waits.
const PATIENCE: Duration = Duration::from_secs(20);

/// One place where presence is kept, and all that its nodes were told.
pub struct World {
    server: Option<Box<dyn Server>>,
    url: String,
    told: Arc<Mutex<Told>>,
}

#[derive(Default)]
struct Told {
    changes: Vec<Change>,
    /// The public addresses of the last good beat.
    nodes: Vec<String>,
}

impl World {
    pub fn memory() -> Self {
        Self::at("memory:".to_owned())
    }

    pub fn redis() -> Self {
        Self::on(RedisServer::start())
    }

    /// In a server that all worlds share, and that ends with the process.
    pub fn postgres() -> Self {
        static SERVER: LazyLock<PostgresServer> = LazyLock::new(PostgresServer::start);
        Self::at(SERVER.database())
    }

    pub fn own_postgres() -> Self {
        Self::on(Database::start())
    }

    pub fn on(server: impl Server + 'static) -> Self {
        Self {
            url: server.url(),
            server: Some(Box::new(server)),
            told: Arc::default(),
        }
    }

    /// Where somebody else looks after the servers.
    pub fn at(url: String) -> Self {
        Self {
            server: None,
            url,
            told: Arc::default(),
        }
    }

    pub fn server(&mut self) -> &mut dyn Server {
        self.server
            .as_deref_mut()
            .expect("a world with a server of its own")
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// A node that beats.
    pub async fn node(&self, name: &str) -> Node {
        let presence = self.joins(name).await;
        let presence: Arc<dyn Presence> = presence.into();
        let beating = tokio::spawn(beat(presence.clone(), self.told.clone()));
        Node {
            presence,
            told: self.told.clone(),
            beating,
        }
    }

    /// On a busy machine a server may take longer than a node waits for it.
    async fn joins(&self, name: &str) -> Box<dyn Presence> {
        let joining = async {
            loop {
                match connect(&self.url, name).await {
                    Ok(presence) => return presence,
                    Err(Error::Away(_)) => sleep(LOOK_EVERY).await,
                    Err(other) => panic!("{other}"),
                }
            }
        };
        let joined = timeout(PATIENCE, joining).await;
        joined.expect("presence is there in time")
    }

    /// Waits until this is told to have left; how long it took.
    pub async fn tells_that_left(&self, person: &Person) -> Duration {
        let start = Instant::now();
        until(|| async { self.left(person) > 0 }).await;
        start.elapsed()
    }

    /// How often they were told to have left.
    pub fn left(&self, person: &Person) -> usize {
        self.told
            .lock()
            .expect("unpoisoned")
            .changes
            .iter()
            .filter(|c| c.left.contains(person))
            .count()
    }

    /// How often they were told to have joined.
    pub fn joined(&self, person: &Person) -> usize {
        let told = self.told.lock().expect("unpoisoned");
        told.changes
            .iter()
            .filter(|change| change.joined.contains(person))
            .count()
    }

    pub fn nodes(&self) -> Vec<String> {
        self.told.lock().expect("unpoisoned").nodes.clone()
    }

    /// All changes in order; their versions are without holes, their counts and people agree with each other.
    pub fn replay(&self) -> Vec<Person> {
        let mut changes = self.told.lock().expect("unpoisoned").changes.clone();
        changes.sort_by_key(|change| change.version);
        let mut online: Vec<Person> = Vec::new();
        let mut before = None;
        for change in changes {
            assert!(
                before.is_none_or(|version| change.version == version + 1),
                "{change:?}"
            );
            before = Some(change.version);
            assert!(
                change.joined.iter().all(|person| !online.contains(person)),
                "{change:?}"
            );
            assert!(
                change.left.iter().all(|person| online.contains(person)),
                "{change:?}"
            );
            online.retain(|person| !change.left.contains(person));
            online.extend(change.joined);
            assert_eq!(change.count, online.len() as u64);
        }
        online.sort_by(|a, b| a.name.cmp(&b.name));
        online
    }
}

pub struct Node {
    pub presence: Arc<dyn Presence>,
    told: Arc<Mutex<Told>>,
    beating: JoinHandle<()>,
}

impl Node {
    /// A session begins; whether its user joined by it.
    pub async fn enters(&self, session: &SessionId, person: &Person) -> bool {
        let change = self
            .presence
            .enter(session, person)
            .await
            .expect("presence is there");
        let joined = change.is_some();
        self.told.lock().expect("unpoisoned").changes.extend(change);
        joined
    }

    pub async fn leaves(&self, session: &SessionId, person: &Person) {
        self.presence
            .leave(session, person)
            .await
            .expect("presence is there");
    }

    pub async fn online(&self) -> Online {
        self.presence.online().await.expect("presence is there")
    }

    pub async fn sees(&self, people: &[&Person]) -> bool {
        let online = self.presence.online().await;
        online.is_ok_and(|online| online.people.iter().eq(people.iter().copied()))
    }

    /// Waits until these, in the order of their names, are online.
    pub async fn comes_to_see(&self, people: &[&Person]) {
        until(|| self.sees(people)).await;
    }

    /// As SIGSTOP does to the whole node.
    pub fn freeze(&self) {
        self.beating.abort();
    }

    pub fn thaw(&mut self) {
        self.beating = tokio::spawn(beat(self.presence.clone(), self.told.clone()));
    }
}

/// Dropping a node is kill -9.
impl Drop for Node {
    fn drop(&mut self) {
        self.beating.abort();
    }
}

pub async fn connect(url: &str, name: &str) -> Result<Box<dyn Presence>, Error> {
    connect_as(url, name, "test:").await
}

/// A node of another cluster.
pub async fn connect_as(url: &str, name: &str, prefix: &str) -> Result<Box<dyn Presence>, Error> {
    let member = Member {
        node: name.parse().expect("an id"),
        public_url: format!("http://{name}"),
        prefix: prefix.to_owned(),
    };
    presence::connect(url, member).await
}

/// Waits until this is true, not for ever.
pub async fn until<F: Future<Output = bool>>(is_true: impl Fn() -> F) {
    let wait = async {
        while !is_true().await {
            sleep(LOOK_EVERY).await;
        }
    };
    timeout(PATIENCE, wait)
        .await
        .expect("it comes true in time");
}

pub fn person(name: &str) -> Person {
    Person {
        id: format!("id-{name}").parse().expect("an id"),
        name: name.to_owned().try_into().expect("a name"),
    }
}

pub fn session(name: &str) -> SessionId {
    name.parse().expect("an id")
}

/// Beats, and checks what every answer promises; a failure poisons the lock, which the test's next look finds.
async fn beat(presence: Arc<dyn Presence>, told: Arc<Mutex<Told>>) {
    let mut tick = tokio::time::interval(BEAT_EVERY);
    let mut version = 0;
    loop {
        tick.tick().await;
        let Ok(beat) = presence.beat().await else {
            continue;
        };
        let mut told = told.lock().expect("unpoisoned");
        assert!(beat.version >= version, "{beat:?} after {version}");
        let change_version = beat.change.as_ref().map(|change| change.version);
        assert!(
            change_version.is_none_or(|version| version <= beat.version),
            "{beat:?}"
        );
        version = beat.version;
        told.changes.extend(beat.change);
        told.nodes = beat.nodes;
    }
}
