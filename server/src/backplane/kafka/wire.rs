//! What the client library cannot ask a Kafka: one topic's partitions, its settings, and a new topic with settings of ours.
//! Formats: <https://kafka.apache.org/protocol>; these versions are spoken by brokers 2.4 to 4.

use std::io;

use bytes::{Buf, Bytes, TryGetError};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::link::Lost;

/// The longest answer to what is asked here.
const ANSWER_BYTES_MAX: usize = 1 << 20;

/// What a broker answers where all is well.
pub(super) const OK: i16 = 0;
pub(super) const UNKNOWN_TOPIC: i16 = 3;
pub(super) const NO_LEADER: i16 = 5;
pub(super) const TOPIC_EXISTS: i16 = 36;

const METADATA: (i16, i16) = (3, 4);
const CREATE_TOPICS: (i16, i16) = (19, 4);
const DESCRIBE_CONFIGS: (i16, i16) = (32, 1);

/// A resource's kind in questions for settings.
const TOPIC_RESOURCE: u8 = 2;

/// How long brokers may take to make a topic.
const CREATED_WITHIN_MS: u32 = 5_000;

/// A connection to one broker, for one question after the other.
pub(super) struct Wire {
    stream: TcpStream,
    asked: u32,
}

/// One topic, as a broker knows it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Partitions {
    pub(super) error: i16,
    pub(super) count: usize,
    /// Whether each of them has a leader.
    pub(super) are_led: bool,
}

/// A refusal, and the broker's words for it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Verdict {
    pub(super) error: i16,
    pub(super) words: String,
}

impl Wire {
    /// Takes for ever if the network does.
    pub(super) async fn connect(broker: &str) -> Result<Self, Lost> {
        let stream = TcpStream::connect(broker).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, asked: 0 })
    }

    pub(super) async fn partitions(&mut self, topic: &str) -> Result<Partitions, Lost> {
        let mut question = Question::new(METADATA);
        question.count(1).text(topic).byte(0);
        let mut answer = self.ask(question).await?;
        answer.int()?; // throttled so long
        for _ in 0..answer.int()? {
            answer.int()?; // a broker's id
            answer.text()?; // host
            answer.int()?; // port
            answer.text()?; // rack
        }
        answer.text()?; // cluster
        answer.int()?; // controller
        answer.int()?; // one topic
        let error = answer.short()?;
        answer.text()?; // its name
        answer.byte()?; // whether it is Kafka's own
        let count = answer.int()?;
        let mut are_led = true;
        for _ in 0..count {
            let (_error, _index, leader) = (answer.short()?, answer.int()?, answer.int()?);
            are_led &= leader >= 0;
            for _ in 0..2 {
                let replicas = answer.int()?;
                answer.skip(4 * usize::try_from(replicas).unwrap_or(0))?;
            }
        }
        Ok(Partitions {
            error,
            count: usize::try_from(count).unwrap_or(0),
            are_led,
        })
    }

    /// Makes a topic, replicated as the brokers do by default.
    pub(super) async fn create(
        &mut self,
        topic: &str,
        partitions: u32,
        settings: &[(&str, &str)],
    ) -> Result<Verdict, Lost> {
        let mut question = Question::new(CREATE_TOPICS);
        question.count(1).text(topic).int(partitions).short(-1);
        question.count(0).count(settings.len());
        for (name, value) in settings {
            question.text(name).text(value);
        }
        question.int(CREATED_WITHIN_MS).byte(0);
        let mut answer = self.ask(question).await?;
        answer.int()?; // throttled so long
        answer.int()?; // one topic
        answer.text()?; // its name
        let error = answer.short()?;
        let words = answer.text()?;
        Ok(Verdict { error, words })
    }

    /// The values of these settings of a topic, in no order.
    pub(super) async fn settings(
        &mut self,
        topic: &str,
        names: &[&str],
    ) -> Result<Result<Vec<(String, String)>, Verdict>, Lost> {
        let mut question = Question::new(DESCRIBE_CONFIGS);
        question.count(1).byte(TOPIC_RESOURCE).text(topic);
        question.count(names.len());
        for name in names {
            question.text(name);
        }
        question.byte(0);
        let mut answer = self.ask(question).await?;
        answer.int()?; // throttled so long
        answer.int()?; // one resource
        let error = answer.short()?;
        let words = answer.text()?;
        if error != OK {
            return Ok(Err(Verdict { error, words }));
        }
        answer.byte()?; // a topic
        answer.text()?; // its name
        let mut settings = Vec::new();
        for _ in 0..answer.int()? {
            settings.push((answer.text()?, answer.text()?));
            answer.skip(3)?; // read only, source, sensitive
            for _ in 0..answer.int()? {
                answer.text()?; // a synonym
                answer.text()?; // its value
                answer.byte()?; // its source
            }
        }
        Ok(Ok(settings))
    }

    async fn ask(&mut self, question: Question) -> Result<Answer, Lost> {
        self.asked += 1;
        self.stream.write_all(&question.framed(self.asked)).await?;
        let bytes = self.stream.read_u32().await.map_err(closed)? as usize;
        if !(4..ANSWER_BYTES_MAX).contains(&bytes) {
            return Err(Lost::NotKafka);
        }
        let mut answer = vec![0; bytes];
        self.stream.read_exact(&mut answer).await?;
        let mut answer = Answer(answer.into());
        if answer.int()? as u32 != self.asked {
            return Err(Lost::NotKafka);
        }
        Ok(answer)
    }
}

fn closed(error: io::Error) -> Lost {
    match error.kind() {
        io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset => Lost::Closed,
        _ => error.into(),
    }
}

/// A request, without its length.
struct Question {
    kind: (i16, i16),
    body: Vec<u8>,
}

impl Question {
    fn new(kind: (i16, i16)) -> Self {
        Self {
            kind,
            body: Vec::new(),
        }
    }

    fn byte(&mut self, byte: u8) -> &mut Self {
        self.body.push(byte);
        self
    }

    fn short(&mut self, short: i16) -> &mut Self {
        self.body.extend(short.to_be_bytes());
        self
    }

    fn int(&mut self, int: u32) -> &mut Self {
        self.body.extend(int.to_be_bytes());
        self
    }

    fn count(&mut self, count: usize) -> &mut Self {
        self.int(u32::try_from(count).expect("a few"))
    }

    fn text(&mut self, text: &str) -> &mut Self {
        self.short(i16::try_from(text.len()).expect("names are short"));
        self.body.extend(text.as_bytes());
        self
    }

    fn framed(&self, number: u32) -> Vec<u8> {
        let mut framed = Self::new(self.kind);
        framed.int(0).short(self.kind.0).short(self.kind.1);
        framed.int(number).text("confab");
        framed.body.extend(&self.body);
        let bytes = u32::try_from(framed.body.len() - 4).expect("a question is short");
        framed.body[..4].copy_from_slice(&bytes.to_be_bytes());
        framed.body
    }
}

/// A response behind its length.
struct Answer(Bytes);

impl Answer {
    fn byte(&mut self) -> Result<u8, TryGetError> {
        self.0.try_get_u8()
    }

    fn short(&mut self) -> Result<i16, TryGetError> {
        self.0.try_get_i16()
    }

    fn int(&mut self) -> Result<i32, TryGetError> {
        self.0.try_get_i32()
    }

    /// A text; an empty one for none.
    fn text(&mut self) -> Result<String, TryGetError> {
        let bytes = usize::try_from(self.short()?).unwrap_or(0);
        let text = self.0.get(..bytes).map(String::from_utf8_lossy);
        let text = text.map(|text| text.into_owned());
        self.skip(bytes)?;
        Ok(text.unwrap_or_default())
    }

    fn skip(&mut self, bytes: usize) -> Result<(), TryGetError> {
        if bytes > self.0.remaining() {
            return Err(TryGetError {
                requested: bytes,
                available: self.0.remaining(),
            });
        }
        self.0.advance(bytes);
        Ok(())
    }
}
