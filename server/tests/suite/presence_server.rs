//! The server where presence is kept, as a test needs it: what it does to the server, and what may happen to it.

use async_trait::async_trait;
use redis::aio::MultiplexedConnection;

use crate::postgres_server::PostgresServer;
use crate::redis_server::RedisServer;

#[async_trait]
pub trait Server: Send + Sync {
    fn url(&self) -> String;

    /// The address with a password in it, and how it is told.
    fn secret_url(&self) -> (String, String);

    /// Loses all it has.
    async fn empty(&self);

    /// Loses that n1 has a session, and that Ann is online.
    async fn lose(&self);

    /// What it has now it has again after the next kill.
    async fn save(&mut self);

    /// As kill -9 does.
    fn kill(&mut self);

    fn start_again(&mut self);

    /// Stops it without ending it: sockets stay open, nothing is answered.
    fn freeze(&self);

    fn thaw(&self);
}

#[async_trait]
impl Server for RedisServer {
    fn url(&self) -> String {
        self.url()
    }

    fn secret_url(&self) -> (String, String) {
        (self.url().replace("//", "//:secret@"), self.url())
    }

    async fn empty(&self) {
        self.ask(&redis::cmd("FLUSHALL")).await;
    }

    async fn lose(&self) {
        lose(&mut self.connection().await, "test:").await;
    }

    async fn save(&mut self) {
        self.ask(&redis::cmd("SAVE")).await;
    }

    fn kill(&mut self) {
        self.kill();
    }

    fn start_again(&mut self) {
        self.start_again();
    }

    fn freeze(&self) {
        self.freeze();
    }

    fn thaw(&self) {
        self.thaw();
    }
}

/// Loses in a Redis what [`Server::lose`] tells.
pub async fn lose(link: &mut MultiplexedConnection, prefix: &str) {
    let key = |name: &str| format!("{prefix}{name}");
    let mut lose = redis::pipe();
    lose.srem(key("node:n1"), &["s1 id-ann", "s2 id-bob"]);
    lose.del(key("user:id-ann")).srem(key("online"), "id-ann");
    lose.hdel(key("names"), "id-ann");
    lose.exec_async(link).await.expect("Redis does it");
}

/// A PostgreSQL with one database.
pub struct Database {
    server: PostgresServer,
    url: String,
    is_saved: bool,
}

/// Where presence is kept there.
const TABLES: [&str; 4] = ["cluster", "node", "person", "session"];

impl Database {
    pub fn start() -> Self {
        let server = PostgresServer::start();
        let url = server.database();
        Self {
            server,
            url,
            is_saved: false,
        }
    }

    /// The lines that an administrator is answered.
    pub fn ask(&self, sql: &str) -> Vec<String> {
        let told = self.server.perform(self.name(), sql);
        told.lines().map(str::to_owned).collect()
    }

    fn name(&self) -> &str {
        self.url.rsplit('/').next().expect("it names the database")
    }
}

#[async_trait]
impl Server for Database {
    fn url(&self) -> String {
        self.url.clone()
    }

    fn secret_url(&self) -> (String, String) {
        let with = |login: &str| self.url.replace("//node@", login);
        (with("//node:secret@"), with("//***@"))
    }

    async fn empty(&self) {
        let tables = TABLES.map(|table| format!("presence_{table}"));
        self.ask(&format!("TRUNCATE {}", tables.join(", ")));
    }

    async fn lose(&self) {
        self.ask("DELETE FROM presence_session WHERE node = 'n1'; DELETE FROM presence_person WHERE id = 'id-ann'");
    }

    async fn save(&mut self) {
        let save = |table| format!("CREATE TABLE kept_{table} AS TABLE presence_{table}");
        self.ask(&TABLES.map(save).join(";"));
        self.is_saved = true;
    }

    fn kill(&mut self) {
        if !self.is_saved {
            return self.server.kill();
        }
        // A crash empties it; what it is to come back with it has to be stopped with, and no node may write there before.
        let back = |table| {
            format!("TRUNCATE presence_{table}; INSERT INTO presence_{table} TABLE kept_{table}")
        };
        let back = TABLES.map(back).join(";");
        self.ask("ALTER ROLE node NOLOGIN; SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'node'");
        self.ask(&format!("BEGIN; {back}; COMMIT"));
        self.server.stop();
    }

    fn start_again(&mut self) {
        self.server.start_again();
        self.server.perform("postgres", "ALTER ROLE node LOGIN");
    }

    fn freeze(&self) {
        self.server.freeze();
    }

    fn thaw(&self) {
        self.server.thaw();
    }
}
