//! What joins the nodes of a run: a real broker of its own, which may be down for a while.

use std::path::Path;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::task::block_in_place;
use tokio::time::{sleep, timeout};

use crate::kafka_server::KafkaServer;
use crate::rabbitmq_server::RabbitmqServer;
use crate::redis::Redis;
use crate::redis_cluster::RedisCluster;

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Kind {
    Redis,
    RedisCluster,
    Rabbitmq,
    Kafka,
}

pub enum Broker {
    Redis(Redis),
    Other {
        kind: Kind,
        url: String,
        server: Mutex<Box<dyn Server>>,
    },
}

/// One of the tests' servers. What it is told takes until it is done.
pub trait Server: Send {
    fn kill(&mut self);
    fn start_again(&mut self);
    fn freeze(&self);
    fn thaw(&self);
}

macro_rules! server {
    ($($server:ident)*) => {$(
        impl Server for $server {
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
    )*};
}

server!(RedisCluster RabbitmqServer KafkaServer);

impl Broker {
    /// Starts it, on this port if it takes one.
    pub async fn start(kind: Kind, port: u16, folder: &Path) -> anyhow::Result<Self> {
        macro_rules! other {
            ($server:ident) => {{
                let server = block_in_place($server::start);
                let url = server.url();
                let server: Box<dyn Server> = Box::new(server);
                let server = Mutex::new(server);
                Ok(Self::Other { kind, url, server })
            }};
        }
        match kind {
            Kind::Redis => {
                let redis = Redis::new(port, folder);
                redis.start().await?;
                Ok(Self::Redis(redis))
            }
            Kind::RedisCluster => other!(RedisCluster),
            Kind::Rabbitmq => other!(RabbitmqServer),
            Kind::Kafka => other!(KafkaServer),
        }
    }

    pub fn name(&self) -> &'static str {
        match self.kind() {
            Kind::Redis => "Redis",
            Kind::RedisCluster => "Redis Cluster",
            Kind::Rabbitmq => "RabbitMQ",
            Kind::Kafka => "Kafka",
        }
    }

    /// Whether presence can be kept there.
    pub fn keeps_presence(&self) -> bool {
        matches!(self.kind(), Kind::Redis | Kind::RedisCluster)
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Redis(_) => Kind::Redis,
            Self::Other { kind, .. } => *kind,
        }
    }

    pub fn url(&self) -> String {
        match self {
            Self::Redis(redis) => format!("redis://127.0.0.1:{}", redis.port),
            Self::Other { url, .. } => url.clone(),
        }
    }

    /// kill −9; comes back after a while.
    pub async fn kill(&self, lasts: Duration) -> anyhow::Result<()> {
        match self {
            Self::Redis(redis) => {
                redis.kill().await?;
                sleep(lasts).await;
                redis.start().await
            }
            Self::Other { server, .. } => {
                let mut server = server.lock().await;
                block_in_place(|| server.kill());
                sleep(lasts).await;
                block_in_place(|| server.start_again());
                Ok(())
            }
        }
    }

    /// Stops it for a while without ending it (SIGSTOP); whether it ran.
    pub async fn freeze(&self, lasts: Duration) -> anyhow::Result<bool> {
        match self {
            Self::Redis(redis) => redis.freeze(lasts).await,
            Self::Other { server, .. } => {
                let server = server.lock().await;
                server.freeze();
                sleep(lasts).await;
                server.thaw();
                Ok(true)
            }
        }
    }

    /// Forgets all it knows, if it is one that can; whether it did.
    pub async fn empty(&self) -> bool {
        match self {
            // While it is away there is nothing to forget.
            Self::Redis(redis) => {
                let emptied = timeout(Duration::from_secs(1), redis.empty()).await;
                matches!(emptied, Ok(Ok(())))
            }
            Self::Other { .. } => false,
        }
    }

    /// Has it run at the end.
    pub async fn end(&self) -> anyhow::Result<()> {
        match self {
            Self::Redis(redis) => redis.start().await,
            Self::Other { .. } => Ok(()), // who kills it starts it again
        }
    }
}
