//! The topic in Kafka that carries the frames of all nodes: made if it is missing, refused if frames would be lost or kept in it.

use std::time::Duration;

use tokio::time::{sleep, timeout};
use tracing::{info, warn};

use super::address::KafkaAddress;
use super::link::{ANSWER_MAX, BATCH_BYTES_MAX, Lost};
use super::wire::{NO_LEADER, OK, Partitions, TOPIC_EXISTS, UNKNOWN_TOPIC, Wire};

/// Every node reads all partitions, so more of them only spread the load over more brokers.
const PARTITIONS: u32 = 4;

/// Longer than any node is behind, shorter than anybody expects words to stay that were taken back.
const RETENTION_MS: u64 = 600_000;

/// A topic that keeps frames for longer is worth a warning.
const RETENTION_MS_MAX: u64 = 86_400_000;

/// Records in one request, with room for what stands around them.
const MESSAGE_BYTES_MIN: u64 = 2 * BATCH_BYTES_MAX as u64;

/// Kafka deletes closed segments alone, so they are closed soon.
const SETTINGS: [(&str, &str); 6] = [
    ("cleanup.policy", "delete"),
    ("retention.ms", "600000"),
    ("segment.ms", "60000"),
    ("segment.bytes", "16777216"),
    ("message.timestamp.type", "LogAppendTime"),
    ("max.message.bytes", "1048588"),
];

/// How often to look whether a new topic can be used.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// The number of its partitions; the topic is made if it is missing. Takes for ever if the brokers do.
pub(super) async fn ready(address: &KafkaAddress) -> Result<usize, Lost> {
    let (mut wire, mut found) = ask(address).await?;
    let mut is_made = false;
    loop {
        match found {
            Partitions {
                error: OK,
                count: 1..,
                are_led: true,
            } => return Ok(found.count),
            Partitions {
                error: UNKNOWN_TOPIC,
                ..
            } if !is_made => {
                make(&mut wire, &address.topic).await?;
                is_made = true;
            }
            Partitions {
                error: OK | UNKNOWN_TOPIC | NO_LEADER,
                ..
            } => sleep(LOOK_EVERY).await,
            Partitions { error, .. } => {
                let topic = &address.topic;
                return Err(Lost::Unfit {
                    cause: format!("it keeps the topic {topic} from us (error {error})"),
                    remedy: "let nodes read, write and describe it".to_owned(),
                });
            }
        }
        found = wire.partitions(&address.topic).await?;
    }
}

/// The number of its partitions now; 0 without the topic.
pub(super) async fn partitions(address: &KafkaAddress) -> Result<usize, Lost> {
    let (_, found) = ask(address).await?;
    Ok(if found.error == OK { found.count } else { 0 })
}

/// Refuses a topic that would lose or garble frames, and warns of one that keeps them for long.
pub(super) async fn check(address: &KafkaAddress) -> Result<(), Lost> {
    let names = [
        "cleanup.policy",
        "compression.type",
        "max.message.bytes",
        "retention.ms",
    ];
    let topic = &address.topic;
    let (mut wire, _) = ask(address).await?;
    let settings = match wire.settings(topic, &names).await? {
        Ok(settings) => settings,
        Err(verdict) => {
            warn!(
                topic,
                words = verdict.words,
                "the topic's settings cannot be read"
            );
            return Ok(());
        }
    };
    for (name, value) in &settings {
        if let Some(fit) = unfit(name, value) {
            return Err(Lost::Unfit {
                cause: format!("the topic {topic} has {name}={value}"),
                remedy: format!("give it {name}={fit}, or name another topic after the address"),
            });
        }
        let keeps_for_long = value
            .parse()
            .map_or(true, |keeps: u64| keeps > RETENTION_MS_MAX);
        if name == "retention.ms" && keeps_for_long {
            warn!(
                topic,
                retention_ms = value,
                "the topic keeps the words of messages for long, of deleted ones too; give it retention.ms={RETENTION_MS}"
            );
        }
    }
    Ok(())
}

/// What a setting should be instead.
fn unfit(name: &str, value: &str) -> Option<String> {
    match name {
        "cleanup.policy" => (value != "delete").then(|| "delete".to_owned()),
        "compression.type" => {
            (!matches!(value, "producer" | "uncompressed")).then(|| "producer".to_owned())
        }
        "max.message.bytes" => {
            let is_small = value
                .parse()
                .is_ok_and(|bytes: u64| bytes < MESSAGE_BYTES_MIN);
            is_small.then(|| "1048588".to_owned())
        }
        _ => None,
    }
}

async fn make(wire: &mut Wire, topic: &str) -> Result<(), Lost> {
    let verdict = wire.create(topic, PARTITIONS, &SETTINGS).await?;
    match verdict.error {
        OK => info!(topic, partitions = PARTITIONS, "made the topic"),
        // Another node was faster.
        TOPIC_EXISTS => {}
        error => {
            let words = verdict.words;
            return Err(Lost::Unfit {
                cause: format!("it has no topic {topic} and makes none (error {error}: {words})"),
                remedy: format!(
                    "make it, with {PARTITIONS} partitions and retention.ms={RETENTION_MS}"
                ),
            });
        }
    }
    Ok(())
}

/// What the first broker that answers knows of the topic. Each time another one is asked first: one may be frozen.
pub(super) async fn ask(address: &KafkaAddress) -> Result<(Wire, Partitions), Lost> {
    let first = getrandom::u32().unwrap_or(0) as usize % address.brokers.len();
    let (later, sooner) = address.brokers.split_at(first);
    let mut refusal = Lost::NotKafka;
    for broker in sooner.iter().chain(later) {
        let asked = async {
            let mut wire = Wire::connect(broker).await?;
            let found = wire.partitions(&address.topic).await?;
            Ok((wire, found))
        };
        match timeout(ANSWER_MAX, asked).await {
            Ok(Ok(answer)) => return Ok(answer),
            Ok(Err(lost)) => refusal = lost,
            Err(elapsed) => refusal = elapsed.into(),
        }
    }
    Err(refusal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_we_make_is_what_we_take() {
        for (name, value) in SETTINGS {
            assert_eq!(unfit(name, value), None, "{name}");
        }
        let retention = SETTINGS
            .iter()
            .find(|(name, _)| *name == "retention.ms")
            .map(|(_, value)| *value);
        assert_eq!(retention, Some(RETENTION_MS.to_string().as_str()));
    }
}
