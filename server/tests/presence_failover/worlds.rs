//! Where presence's Redis is several servers.

use async_trait::async_trait;

use crate::attendance::World;
use crate::presence_server::{Server, lose};
use crate::redis_cluster::RedisCluster;
use crate::redis_sentinels::RedisSentinels;

/// Of any key of presence: all are in one slot.
pub const KEY: &str = "{test:}online";

impl World {
    pub fn redis_cluster() -> Self {
        Self::on(RedisCluster::start())
    }

    pub fn redis_sentinels() -> Self {
        Self::on(RedisSentinels::start())
    }
}

#[async_trait]
impl Server for RedisCluster {
    fn url(&self) -> String {
        self.url()
    }

    fn secret_url(&self) -> (String, String) {
        (self.url().replace("//", "//:secret@"), self.url())
    }

    async fn empty(&self) {
        for server in &self.servers {
            server.ask(&redis::cmd("FLUSHALL")).await;
        }
    }

    async fn lose(&self) {
        lose(&mut self.connection(KEY).await, "{test:}").await;
    }

    async fn save(&mut self) {
        for server in &self.servers {
            server.ask(&redis::cmd("SAVE")).await;
        }
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

/// What happens to it happens to the master.
#[async_trait]
impl Server for RedisSentinels {
    fn url(&self) -> String {
        self.url()
    }

    fn secret_url(&self) -> (String, String) {
        (self.url().replace("//", "//:secret@"), self.url())
    }

    async fn empty(&self) {
        self.servers[0].empty().await;
    }

    async fn lose(&self) {
        self.servers[0].lose().await;
    }

    async fn save(&mut self) {
        self.servers[0].save().await;
    }

    fn kill(&mut self) {
        self.servers[0].kill();
    }

    fn start_again(&mut self) {
        self.servers[0].start_again();
    }

    fn freeze(&self) {
        self.servers[0].freeze();
    }

    fn thaw(&self) {
        self.servers[0].thaw();
    }
}
