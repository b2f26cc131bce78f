//! Where a backplane's Redis is several servers.

use async_trait::async_trait;
use redis::aio::MultiplexedConnection;

use crate::listener::{Server, World};
use crate::redis_cluster::RedisCluster;
use crate::redis_sentinels::RedisSentinels;

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

    async fn redis(&self, key: &str) -> MultiplexedConnection {
        self.connection(key).await
    }

    async fn publish(&self, topic: &str, payload: &[u8]) {
        let channel = format!("test:{topic}");
        let mut owner = self.connection(&channel).await;
        let mut publish = redis::cmd("SPUBLISH");
        publish.arg(channel).arg(payload);
        publish
            .exec_async(&mut owner)
            .await
            .expect("Redis takes it");
    }
}

/// What happens to it happens to the master.
#[async_trait]
impl Server for RedisSentinels {
    fn url(&self) -> String {
        self.url()
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

    async fn redis(&self, _key: &str) -> MultiplexedConnection {
        self.servers[0].connection().await
    }

    async fn publish(&self, topic: &str, payload: &[u8]) {
        let mut publish = redis::cmd("PUBLISH");
        publish.arg(format!("test:{topic}")).arg(payload);
        self.servers[0].ask(&publish).await;
    }
}
