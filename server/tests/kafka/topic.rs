//! Kafka as the promises see it, and topics on one that stays as it is.

#![allow(dead_code, reason = "each test target uses its part")]

use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use rskafka::chrono::DateTime;
use rskafka::client::partition::{Compression, PartitionClient, UnknownTopicHandling};
use rskafka::client::{Client, ClientBuilder};
use rskafka::record::Record;

use crate::kafka_server::KafkaServer;
use crate::listener::Server;

/// It ends with the tests' process.
pub fn shared() -> &'static KafkaServer {
    static SHARED: OnceLock<KafkaServer> = OnceLock::new();
    SHARED.get_or_init(KafkaServer::start)
}

impl KafkaServer {
    /// A client of the test's own.
    pub async fn client(&self) -> Client {
        let client = ClientBuilder::new(vec![self.address()]).build().await;
        client.expect("Kafka answers")
    }

    pub async fn partition(&self, topic: &str, number: i32) -> PartitionClient {
        let client = self.client().await;
        let partition = client.partition_client(topic, number, UnknownTopicHandling::Retry);
        partition.await.expect("the topic is there")
    }

    pub async fn write(&self, topic: &str, number: i32, key: &str, value: &[u8]) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let now = now.expect("it is later than 1970");
        let record = Record {
            key: Some(key.as_bytes().to_vec()),
            value: Some(value.to_vec()),
            headers: BTreeMap::new(),
            timestamp: DateTime::from_timestamp_nanos(now.as_nanos() as i64),
        };
        let partition = self.partition(topic, number).await;
        let written = partition.produce(vec![record], Compression::NoCompression);
        written.await.expect("Kafka takes it");
    }

    pub async fn delete(&self, topic: &str) {
        let controller = self.client().await.controller_client();
        let deleted = controller.expect("Kafka answers");
        let deleted = deleted.delete_topic(topic, 10_000).await;
        deleted.expect("it was there");
    }
}

#[async_trait]
impl Server for KafkaServer {
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
        let key = format!("test:{topic}");
        self.write("confab", 0, &key, payload).await;
    }
}

/// A topic of a test's own on the shared server.
pub struct KafkaTopic {
    name: String,
}

impl KafkaTopic {
    pub fn new() -> Self {
        static MADE: AtomicUsize = AtomicUsize::new(1);
        let name = format!("topic-{}", MADE.fetch_add(1, Ordering::Relaxed));
        Self { name }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// The keys and values of all that stands in a topic.
    pub async fn records(&self) -> Vec<(String, String)> {
        let server = shared();
        let topics = server.client().await.list_topics().await;
        let topics = topics.expect("Kafka answers");
        let found = topics.iter().find(|found| found.name == self.name);
        let mut all = Vec::new();
        for number in &found.expect("the topic is there").partitions {
            let partition = server.partition(&self.name, *number).await;
            let read = partition.fetch_records(0, 1..10_000_000, 100).await;
            let (records, _) = read.expect("Kafka answers");
            all.extend(records.into_iter().map(|found| {
                let text = |bytes: Option<Vec<u8>>| String::from_utf8(bytes.unwrap_or_default());
                let key = text(found.record.key).expect("text");
                (key, text(found.record.value).expect("text"))
            }));
        }
        all
    }
}

#[async_trait]
impl Server for KafkaTopic {
    fn url(&self) -> String {
        shared().topic(&self.name)
    }

    async fn publish(&self, topic: &str, payload: &[u8]) {
        let (server, key) = (shared(), format!("test:{topic}"));
        server.write(&self.name, 0, &key, payload).await;
    }
}
