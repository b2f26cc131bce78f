//! Where a Kafka is, and which of its topics carries the frames: `kafka://host:port[,host:port…][/topic]`.

use crate::backplane::Error;
use crate::redis_address::without_password;

/// The topic of who names none.
const TOPIC: &str = "confab";

const PORT: &str = "9092";

/// What Kafka takes as a topic's name.
const TOPIC_LEN_MAX: usize = 249;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct KafkaAddress {
    /// `host:port`, each a way in; the brokers tell of each other.
    pub(super) brokers: Vec<String>,
    pub(super) topic: String,
}

impl KafkaAddress {
    pub(super) fn parse(address: &str) -> Result<Self, Error> {
        if address.contains('@') {
            return Err(Error::Refused {
                address: without_password(address),
                cause: "this build does not sign in to Kafka".to_owned(),
                remedy: "use kafka://host:port in a private network".to_owned(),
            });
        }
        let parsed = address.strip_prefix("kafka://").and_then(|rest| {
            let (brokers, topic) = match rest.trim_end_matches('/').split_once('/') {
                Some((brokers, topic)) => (brokers, topic),
                None => (rest.trim_end_matches('/'), TOPIC),
            };
            let brokers: Option<Vec<String>> = brokers.split(',').map(broker).collect();
            Some(Self {
                brokers: brokers?,
                topic: is_topic(topic).then(|| topic.to_owned())?,
            })
        });
        parsed.ok_or_else(|| Error::Address(without_password(address)))
    }

    pub(super) fn shown(&self) -> String {
        format!("kafka://{}/{}", self.brokers.join(","), self.topic)
    }
}

/// The host and the port of one broker.
fn broker(text: &str) -> Option<String> {
    let text = match text.rsplit_once(':') {
        Some((_, port)) if !port.ends_with(']') => text.to_owned(),
        _ => format!("{text}:{PORT}"),
    };
    let (host, port) = text.rsplit_once(':')?;
    let is_v6 = host.starts_with('[') && host.ends_with(']');
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let is_host = is_v6 || (!host.is_empty() && host.chars().all(fits));
    let is_port = port.parse::<u16>().is_ok_and(|port| port > 0);
    (is_host && is_port).then_some(text)
}

fn is_topic(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    !matches!(text, "" | "." | "..") && text.len() <= TOPIC_LEN_MAX && text.chars().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_brokers_and_a_topic() {
        for (address, shown) in [
            ("kafka://k1", "kafka://k1:9092/confab"),
            ("kafka://k1:19092/", "kafka://k1:19092/confab"),
            (
                "kafka://k1:1,10.0.0.2,[::1]:3,[::2]/chat.frames",
                "kafka://k1:1,10.0.0.2:9092,[::1]:3,[::2]:9092/chat.frames",
            ),
        ] {
            let parsed = KafkaAddress::parse(address).expect(address);
            assert_eq!(parsed.shown(), shown);
        }
    }

    #[test]
    fn what_is_no_address_is_refused_without_its_password() {
        for address in [
            "kafka:",
            "kafka://",
            "kafka:///topic",
            "kafka://k1,/topic",
            "kafka://k1:0",
            "kafka://k1:port",
            "kafka://k1/a/b",
            "kafka://k1/a b",
            "kafka://k1/..",
            "kafka://ann:secret@k1:9092",
        ] {
            let error = KafkaAddress::parse(address).expect_err(address);
            assert!(!error.to_string().contains("secret"), "{error}");
        }
    }
}
