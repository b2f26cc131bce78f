//! The connections to a Kafka: all partitions of the topic, each written to and read from its end. They are made together and
//! dropped together.

use std::io;
use std::time::Duration;

use bytes::TryGetError;
use futures_util::future::try_join_all;
use rskafka::BackoffConfig;
use rskafka::client::ClientBuilder;
use rskafka::record::{Record, RecordAndOffset};
use tokio::time::error::Elapsed;

use super::address::KafkaAddress;
use super::claim::{CLAIM_LIFE, Claim, Holder};
use super::partition::{Partition, place, quiet, record};
use super::{serving, topic};
use crate::backplane::link::{self, Node, SILENCE_MAX, Unused};
use crate::backplane::{Member, envelope};
use crate::frame::Frame;

/// How long one answer of a Kafka may take. A slower one counts as away.
pub(super) const ANSWER_MAX: Duration = Duration::from_secs(2);

/// How long making a link may take.
const OPEN_MAX: Duration = Duration::from_secs(5);

/// Records in one request: a topic takes a megabyte at once, unless it was made otherwise.
pub(super) const BATCH_BYTES_MAX: usize = 262_144;

/// Why a link is of no use any more.
#[derive(Debug, thiserror::Error)]
pub(super) enum Lost {
    #[error("{0}")]
    Kafka(#[from] rskafka::client::error::Error),
    #[error("{0}")]
    Socket(#[from] io::Error),
    #[error("no answer within {} s", ANSWER_MAX.as_secs())]
    Slow(#[from] Elapsed),
    #[error("what answers there does not speak Kafka")]
    NotKafka,
    #[error(
        "it closed the connection, as a Kafka does that is older than 2.4, or wants a sign-in or TLS"
    )]
    Closed,
    #[error("its own messages did not come back for {} s", .0.as_secs())]
    Deaf(Duration),
    #[error("the topic has {0} partitions now")]
    Changed(usize),
    #[error("it serves a cluster with another log ({0})")]
    OtherLog(String),
    #[error("{cause}; {remedy}")]
    Unfit { cause: String, remedy: String },
}

impl From<TryGetError> for Lost {
    fn from(_: TryGetError) -> Self {
        Self::NotKafka
    }
}

impl link::Lost for Lost {
    fn deaf() -> Self {
        Self::Deaf(SILENCE_MAX)
    }

    fn is_other_log(&self) -> bool {
        matches!(self, Self::OtherLog(_))
    }
}

pub(super) struct Link {
    pub(super) address: KafkaAddress,
    pub(super) partitions: Vec<Partition>,
    pub(super) holder: Holder,
    pub(super) member: Member,
}

impl link::Link for Link {
    type Address = KafkaAddress;
    type Lost = Lost;

    const OPEN_MAX: Duration = OPEN_MAX;

    /// Finds the end of each partition, too.
    async fn open(address: &KafkaAddress, member: &Member) -> Result<Self, Lost> {
        let count = topic::ready(address).await?;
        // Whether and when to try again is decided by who holds the link.
        let never_again = BackoffConfig {
            deadline: Some(Duration::ZERO),
            ..BackoffConfig::default()
        };
        let client = ClientBuilder::new(address.brokers.clone())
            .client_id("confab")
            .backoff_config(never_again);
        let client = quiet(client.build()).await?;
        let numbers = 0..i32::try_from(count).expect("Kafka counts them so");
        let partitions = numbers.map(|number| Partition::open(&client, &address.topic, number));
        let mut link = Self {
            address: address.clone(),
            partitions: try_join_all(partitions).await?,
            holder: Holder::default(),
            member: member.clone(),
        };
        link.claim_first().await?;
        Ok(link)
    }

    async fn serve(&mut self, node: &mut Node) -> Result<Unused, Lost> {
        serving::serve(self, node).await
    }
}

impl Link {
    /// Claims the epoch, unless another log's claim stands before ours.
    async fn claim_first(&mut self) -> Result<(), Lost> {
        let key = claim_key(&self.member);
        let partition = &self.partitions[place(key.as_bytes(), self.partitions.len())];
        // What was refused 15 s ago must not look as if it had been the first.
        let mut at = partition.since(2 * CLAIM_LIFE).await?;
        let mut until = partition.end;
        let mut is_claimed = false;
        while at < until || !is_claimed {
            if at >= until {
                if let Some(other) = self.holder.other(&self.member) {
                    return Err(Lost::OtherLog(other));
                }
                until = claim(&self.partitions, &self.member).await? + 1;
                is_claimed = true;
            }
            for RecordAndOffset { record, offset } in partition.read(at).await? {
                at = offset + 1;
                if record.key.as_deref() == Some(key.as_bytes()) {
                    self.holder.read(record.value.as_deref());
                }
            }
        }
        self.holder.is_ours(&self.member).map_err(Lost::OtherLog)
    }
}

/// Claims the epoch, or keeps it claimed; the offset of the claim.
pub(super) async fn claim(partitions: &[Partition], member: &Member) -> Result<i64, Lost> {
    let key = claim_key(member);
    let claim = record(&key, Claim::of(member).to_string());
    let partition = &partitions[place(key.as_bytes(), partitions.len())];
    partition.write(vec![claim]).await
}

/// The end of a link that publishes.
#[derive(Clone, Copy)]
pub(super) struct Speaker<'a> {
    pub(super) partitions: &'a [Partition],
    pub(super) member: &'a Member,
}

impl link::Speaker for Speaker<'_> {
    type Lost = Lost;

    /// Writes all frames, those of a partition with one request.
    async fn publish(&mut self, frames: &[Frame]) -> Result<(), Lost> {
        let Self { partitions, member } = *self;
        let mut batches = vec![Vec::new(); partitions.len()];
        for frame in frames {
            let key = format!("{}{}", member.prefix, frame.topic);
            let record = record(&key, envelope::seal(frame, member));
            batches[place(key.as_bytes(), partitions.len())].push(record);
        }
        let written = partitions.iter().zip(batches);
        let written = written.map(async |(partition, batch)| {
            for batch in requests(batch) {
                partition.write(batch).await?;
            }
            Ok(())
        });
        try_join_all(written).await.map(drop)
    }

    /// To each partition.
    async fn probe(&mut self) -> Result<(), Lost> {
        let key = probe_key(self.member);
        let probes = self.partitions.iter().map(|partition| {
            let probe = record(&key, "probe".to_owned());
            partition.write(vec![probe])
        });
        try_join_all(probes).await.map(drop)
    }
}

/// Cuts what is too much for one request.
fn requests(batch: Vec<Record>) -> Vec<Vec<Record>> {
    let mut requests: Vec<Vec<Record>> = Vec::new();
    let mut bytes = 0;
    for record in batch {
        let more = record.approximate_size();
        match requests.last_mut() {
            Some(last) if bytes + more <= BATCH_BYTES_MAX => {
                bytes += more;
                last.push(record);
            }
            _ => {
                bytes = more;
                requests.push(vec![record]);
            }
        }
    }
    requests
}

pub(super) fn claim_key(member: &Member) -> String {
    format!("{}epoch", member.prefix)
}

pub(super) fn probe_key(member: &Member) -> String {
    format!("{}probe:{}", member.prefix, member.node)
}
