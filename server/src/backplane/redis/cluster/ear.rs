//! A connection to one primary that listens to channels, one command each: of several in one command the server takes none
//! unless all are of one slot. The library cannot tell its answers from what the server says by itself when a slot moves, so this
//! speaks to the socket.

use std::io;
use std::pin::Pin;

use futures_util::stream::{Stream, unfold};
use redis::Cmd;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::time::timeout;

use crate::backplane::redis::link::Lost;
use crate::redis_address::{ANSWER_MAX, Server};

/// What is kept of one text of an answer: more than any frame, so that a longer one is seen to be too long.
const TEXT_BYTES_MAX: u64 = 1 << 20;

/// What a server says to one who listens.
#[derive(Debug)]
pub(super) enum Said {
    Message {
        channel: String,
        payload: Vec<u8>,
    },
    /// This channel is heard from now on.
    Heard(String),
    /// This channel is not heard any more, because we wished so or because its slot went elsewhere.
    Unheard(String),
    /// It does not have this slot.
    Moved(usize),
    Other,
}

/// What it says, until the connection is lost; the last word tells why.
pub(super) type Saying = Pin<Box<dyn Stream<Item = Result<Said, Lost>> + Send>>;

pub(super) struct Ear {
    writer: OwnedWriteHalf,
}

impl Ear {
    /// Connects and signs in. Takes for ever if the network does.
    pub(super) async fn open(server: &Server) -> Result<(Self, Saying), Lost> {
        let (reader, writer) = server.stream().await?.into_split();
        let (mut reader, mut ear) = (BufReader::new(reader), Self { writer });
        let settings = server.settings().redis_settings();
        if let Some(password) = settings.password() {
            let mut login = redis::cmd("AUTH");
            login.arg(settings.username()).arg(password);
            ear.write(&login.get_packed_command()).await?;
            // The connection for commands is open: the password is right.
            read(&mut reader).await?;
        }
        let saying = unfold(Some(reader), |reader| async {
            let mut reader = reader?;
            let said = read(&mut reader).await;
            let goes_on = said.is_ok().then_some(reader);
            Some((said, goes_on))
        });
        Ok((ear, Box::pin(saying)))
    }

    pub(super) async fn listen(&mut self, channels: &[String]) -> Result<(), Lost> {
        self.each("SSUBSCRIBE", channels).await
    }

    pub(super) async fn unlisten(&mut self, channels: &[String]) -> Result<(), Lost> {
        self.each("SUNSUBSCRIBE", channels).await
    }

    async fn each(&mut self, command: &str, channels: &[String]) -> Result<(), Lost> {
        let mut bytes = Vec::new();
        for channel in channels {
            bytes.extend(Cmd::new().arg(command).arg(channel).get_packed_command());
        }
        self.write(&bytes).await
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<(), Lost> {
        Ok(timeout(ANSWER_MAX, self.writer.write_all(bytes)).await??)
    }
}

async fn read(reader: &mut BufReader<OwnedReadHalf>) -> Result<Said, Lost> {
    let (kind, rest) = line(reader).await?;
    Ok(match kind {
        '*' => {
            let mut texts = Vec::new();
            for _ in 0..number(&rest)? {
                texts.push(text(reader).await?);
            }
            said(texts)
        }
        '-' => match moved(&rest) {
            Some(slot) => Said::Moved(slot),
            None => return Err(io::Error::other(rest).into()),
        },
        _ => Said::Other,
    })
}

fn said(texts: Vec<Vec<u8>>) -> Said {
    let mut texts = texts.into_iter();
    let (kind, channel) = (texts.next(), texts.next());
    let Some(Ok(channel)) = channel.map(String::from_utf8) else {
        return Said::Other;
    };
    match (kind.as_deref(), texts.next()) {
        (Some(b"smessage"), Some(payload)) => Said::Message { channel, payload },
        (Some(b"ssubscribe"), _) => Said::Heard(channel),
        (Some(b"sunsubscribe"), _) => Said::Unheard(channel),
        _ => Said::Other,
    }
}

/// `MOVED slot host:port`, or `ASK` on the way to that.
fn moved(error: &str) -> Option<usize> {
    let mut words = error.split(' ');
    matches!(words.next()?, "MOVED" | "ASK").then_some(())?;
    words.next()?.parse().ok()
}

/// One element of an answer: a text, or a number as a text.
async fn text(reader: &mut BufReader<OwnedReadHalf>) -> Result<Vec<u8>, Lost> {
    let (kind, rest) = line(reader).await?;
    if kind != '$' || rest.starts_with('-') {
        return Ok(rest.into_bytes());
    }
    let length = number(&rest)?;
    let mut text = Vec::new();
    reader
        .take(length.min(TEXT_BYTES_MAX))
        .read_to_end(&mut text)
        .await?;
    let beyond = length - length.min(TEXT_BYTES_MAX) + 2;
    tokio::io::copy(&mut reader.take(beyond), &mut tokio::io::sink()).await?;
    Ok(text)
}

/// The first character of a line, and the others without its end.
async fn line(reader: &mut BufReader<OwnedReadHalf>) -> Result<(char, String), Lost> {
    let mut line = String::new();
    reader.take(TEXT_BYTES_MAX).read_line(&mut line).await?;
    let mut chars = line.trim_end_matches(['\r', '\n']).chars();
    let kind = chars.next().ok_or(Lost::Closed)?;
    Ok((kind, chars.as_str().to_owned()))
}

fn number(text: &str) -> Result<u64, Lost> {
    text.parse()
        .map_err(|_| io::Error::other(format!("no length: {text:?}")).into())
}
