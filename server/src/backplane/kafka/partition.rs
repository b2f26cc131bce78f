//! One partition of the topic: a connection that writes to it, and one that reads it from its end.

use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Duration;

use rskafka::chrono::DateTime;
use rskafka::client::Client;
use rskafka::client::partition::{Compression, OffsetAt, PartitionClient, UnknownTopicHandling};
use rskafka::record::{Record, RecordAndOffset};
use tokio::time::timeout;
use tracing::Dispatch;
use tracing::instrument::{WithDispatch, WithSubscriber as _};

use super::claim::now_ms;
use super::link::{ANSWER_MAX, Lost};

/// More than a topic takes at once, so that a partition never sticks; from 1 byte on it is answered.
const FETCH_BYTES: Range<i32> = 1..4_194_304;

/// How long a broker waits for something to answer with.
const FETCH_WAIT_MS: i32 = 500;

pub(super) struct Partition {
    /// A question that waits for records would keep what is written behind it waiting.
    writes: PartitionClient,
    reads: PartitionClient,
    /// What is written from now on has this offset or a higher one.
    pub(super) end: i64,
}

impl Partition {
    pub(super) async fn open(client: &Client, topic: &str, number: i32) -> Result<Self, Lost> {
        let open = || quiet(client.partition_client(topic, number, UnknownTopicHandling::Error));
        let (writes, reads) = (open().await?, open().await?);
        let end = quiet(reads.get_offset(OffsetAt::Latest)).await?;
        Ok(Self { writes, reads, end })
    }

    /// The offset of the first of these records, when they are in the log.
    pub(super) async fn write(&self, records: Vec<Record>) -> Result<i64, Lost> {
        let written = self.writes.produce(records, Compression::NoCompression);
        let offsets = timeout(ANSWER_MAX, quiet(written)).await??;
        Ok(offsets.first().copied().unwrap_or(self.end))
    }

    /// What stands at this offset and after it; waits a moment for something to come.
    pub(super) async fn read(&self, from: i64) -> Result<Vec<RecordAndOffset>, Lost> {
        let longest = Duration::from_millis(FETCH_WAIT_MS as u64) + ANSWER_MAX;
        let read = self.reads.fetch_records(from, FETCH_BYTES, FETCH_WAIT_MS);
        Ok(timeout(longest, quiet(read)).await??.0)
    }

    /// The offset of the first record that is not older than this.
    pub(super) async fn since(&self, age: Duration) -> Result<i64, Lost> {
        let at = now_ms().saturating_sub(age.as_millis() as u64);
        let at = OffsetAt::Timestamp(DateTime::from_timestamp_nanos(at as i64 * 1_000_000));
        let offset = timeout(ANSWER_MAX, quiet(self.reads.get_offset(at))).await??;
        // Nothing is as young as that.
        Ok(if offset < 0 { self.end } else { offset })
    }
}

/// The client library logs every step and every try; who holds the link tells what matters.
pub(super) fn quiet<F: Future>(asked: F) -> WithDispatch<F> {
    asked.with_subscriber(Dispatch::none())
}

pub(super) fn record(key: &str, value: String) -> Record {
    Record {
        key: Some(key.as_bytes().to_vec()),
        value: Some(value.into_bytes()),
        headers: BTreeMap::new(),
        timestamp: DateTime::from_timestamp_nanos(now_ms() as i64 * 1_000_000),
    }
}

/// The partition of a key, as Kafka's own clients choose it: 32-bit MurmurHash2 without its sign.
pub(super) fn place(key: &[u8], partitions: usize) -> usize {
    (murmur2(key) & 0x7fff_ffff) as usize % partitions
}

/// <https://github.com/aappleby/smhasher/blob/master/src/MurmurHash2.cpp>, with the seed of Kafka's `Utils.murmur2`.
fn murmur2(bytes: &[u8]) -> u32 {
    const MIX: u32 = 0x5bd1_e995;
    let mix = |word: u32| {
        let word = word.wrapping_mul(MIX);
        (word ^ (word >> 24)).wrapping_mul(MIX)
    };
    let (words, rest) = bytes.as_chunks::<4>();
    let mut hash = 0x9747_b28c ^ bytes.len() as u32;
    for word in words {
        hash = hash.wrapping_mul(MIX) ^ mix(u32::from_le_bytes(*word));
    }
    if !rest.is_empty() {
        let mut last = [0; 4];
        last[..rest.len()].copy_from_slice(rest);
        hash = (hash ^ u32::from_le_bytes(last)).wrapping_mul(MIX);
    }
    hash = (hash ^ (hash >> 13)).wrapping_mul(MIX);
    hash ^ (hash >> 15)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From `UtilsTest.testMurmur2` of Apache Kafka.
    #[test]
    fn keys_are_placed_as_kafkas_own_clients_do() {
        for (key, hash) in [
            ("21", -973_932_308),
            ("foobar", -790_332_482),
            ("a-little-bit-long-string", -985_981_536),
            ("a-little-bit-longer-string", -1_486_304_829),
            (
                "lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8",
                -58_897_971,
            ),
            ("abc", 479_470_107),
        ] {
            assert_eq!(murmur2(key.as_bytes()) as i32, hash, "{key}");
            assert!(place(key.as_bytes(), 4) < 4);
        }
    }
}
