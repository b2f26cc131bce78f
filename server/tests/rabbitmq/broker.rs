//! A RabbitMQ as the promises see it, and what somebody does there who is no node.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use futures_util::StreamExt as _;
use lapin::message::Delivery;
use lapin::options::*;
use lapin::types::{AMQPValue, FieldTable};
use lapin::{BasicProperties, Channel, Connection, ConnectionProperties, Consumer, ExchangeKind};
use server::backplane::{self, Backplane, Member};
use server::seal::Key;
use tokio_util::sync::CancellationToken;

use crate::listener::{Server, World};
use crate::rabbitmq_server::RabbitmqServer;

/// For tests that leave it alone: each has a virtual host of its own there.
static SHARED: LazyLock<RabbitmqServer> = LazyLock::new(RabbitmqServer::start);

impl World {
    /// On a broker of its own, for tests that do something to it.
    pub fn rabbitmq() -> Self {
        Self::on(RabbitmqServer::start())
    }

    /// On a virtual host of its own, of a broker that stays as it is.
    pub fn rabbitmq_vhost() -> Self {
        static MADE: AtomicU64 = AtomicU64::new(1);
        let vhost = format!("v{}", MADE.fetch_add(1, Ordering::Relaxed));
        SHARED.rabbitmqctl(&["add_vhost", &vhost]);
        SHARED.rabbitmqctl(&["set_permissions", "-p", &vhost, "guest", ".*", ".*", ".*"]);
        Self::on(Vhost(format!("{}/{vhost}", SHARED.url())))
    }

    pub fn broker(&mut self) -> &mut RabbitmqServer {
        self.server_as()
    }

    /// A node with a log that was put back: this is its epoch, and that it had before.
    pub async fn restored(&mut self, epoch: &str, former: &str) -> Box<dyn Backplane> {
        let member = Member {
            node: "restored".parse().expect("an id"),
            epoch: epoch.parse().expect("an id"),
            former: Some(former.parse().expect("an id")),
            key: Key::new([7; 32]),
            prefix: "test:".to_owned(),
        };
        let url = self.server().url();
        let joined = backplane::connect(&url, member, CancellationToken::new());
        joined.await.expect("it may").0
    }

    /// From now on the broker tells what it delivers.
    pub fn trace(&mut self) {
        SHARED.rabbitmqctl(&["trace_on", "-p", &self.vhost()]);
    }

    /// This of each queue that is there.
    pub fn queues_with(&mut self, column: &str) -> Vec<String> {
        let vhost = self.vhost();
        let listed = ["list_queues", "-p", &vhost, "--no-table-headers", column];
        let told = SHARED.rabbitmqctl(&listed);
        told.lines().map(str::to_owned).collect()
    }

    pub fn close_connections(&mut self) {
        SHARED.rabbitmqctl(&["close_all_connections", "-p", &self.vhost(), "for a test"]);
    }

    /// Of the shared broker, and of this test alone.
    pub fn vhost(&mut self) -> String {
        let url = self.server().url();
        url.rsplit('/').next().expect("a path").to_owned()
    }

    /// Somebody on the broker who is no node.
    pub async fn stranger(&mut self) -> Stranger {
        Stranger::enters(&self.server().url()).await
    }
}

/// What an operator of the shared broker does.
pub fn operate(arguments: &[&str]) {
    SHARED.rabbitmqctl(arguments);
}

impl RabbitmqServer {
    /// It takes no messages from now on.
    pub fn is_out_of_memory(&self) {
        self.rabbitmqctl(&["set_vm_memory_high_watermark", "0.0000001"]);
    }

    pub fn has_memory_again(&self) {
        self.rabbitmqctl(&["set_vm_memory_high_watermark", "0.9"]);
    }
}

struct Vhost(String);

#[async_trait]
impl Server for Vhost {
    fn url(&self) -> String {
        self.0.clone()
    }

    async fn publish(&self, topic: &str, payload: &[u8]) {
        Stranger::enters(&self.0)
            .await
            .publishes(topic, payload)
            .await;
    }
}

#[async_trait]
impl Server for RabbitmqServer {
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

    async fn publish(&self, topic: &str, payload: &[u8]) {
        Stranger::enters(&self.url())
            .await
            .publishes(topic, payload)
            .await;
    }
}

pub struct Stranger {
    _connection: Connection,
    pub channel: Channel,
}

impl Stranger {
    pub async fn enters(url: &str) -> Self {
        let connection = Connection::connect(url, ConnectionProperties::default())
            .await
            .expect("the broker is there");
        let channel = connection.create_channel().await.expect("a channel");
        let confirms = channel.confirm_select(ConfirmSelectOptions::default());
        confirms.await.expect("the broker confirms");
        Self {
            _connection: connection,
            channel,
        }
    }

    /// To the nodes' exchange. Returns when the broker has it.
    pub async fn publishes(&self, key: &str, payload: &[u8]) {
        let options = BasicPublishOptions::default();
        let sent = self.channel.basic_publish(
            "test:topics".into(),
            key.into(),
            options,
            payload,
            BasicProperties::default(),
        );
        let confirmed = sent.await.expect("it is sent").await;
        confirmed.expect("the broker takes it");
    }

    /// What comes to this exchange with such a routing key from now on.
    pub async fn listens(&self, exchange: &str, key: &str) -> Consumer {
        let exclusive = QueueDeclareOptions {
            exclusive: true,
            ..QueueDeclareOptions::default()
        };
        let queue = self
            .channel
            .queue_declare("".into(), exclusive, FieldTable::default())
            .await
            .expect("a queue");
        let name = queue.name().clone();
        self.channel
            .queue_bind(
                name.clone(),
                exchange.into(),
                key.into(),
                QueueBindOptions::default(),
                FieldTable::default(),
            )
            .await
            .expect("the exchange is there");
        let no_ack = BasicConsumeOptions {
            no_ack: true,
            ..BasicConsumeOptions::default()
        };
        self.channel
            .basic_consume(name, "".into(), no_ack, FieldTable::default())
            .await
            .expect("the queue is there")
    }

    /// Takes the claim for another log.
    pub async fn claims(&self, epoch: &str) {
        self.gives_claims_up().await;
        let mut arguments = FieldTable::default();
        let alternate = AMQPValue::LongString(format!("test:epoch:{epoch}").into());
        arguments.insert("alternate-exchange".into(), alternate);
        let options = ExchangeDeclareOptions {
            auto_delete: true,
            ..ExchangeDeclareOptions::default()
        };
        self.channel
            .exchange_declare(
                "test:epoch".into(),
                ExchangeKind::Direct,
                options,
                arguments,
            )
            .await
            .expect("there is no claim");
        // Somebody is behind it.
        self.listens("test:epoch", "other").await;
    }

    pub async fn gives_claims_up(&self) {
        let options = ExchangeDeleteOptions::default();
        self.channel
            .exchange_delete("test:epoch".into(), options)
            .await
            .expect("the broker does it");
    }
}

/// The next message, within seconds.
pub async fn next(consumer: &mut Consumer) -> Delivery {
    let next = tokio::time::timeout(std::time::Duration::from_secs(10), consumer.next());
    let next = next.await.expect("something comes in time");
    next.expect("the queue lives").expect("the broker lives")
}
