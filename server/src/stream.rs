//! One stream: a session's frames as server-sent events, its commands by POST. For where no WebSocket gets through.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::ws::{Message, Utf8Bytes};
use futures_util::{Stream, stream};
use metrics::gauge;
use protocol::{Close, SessionId};
use tokio::sync::mpsc::{self, error::TrySendError};
use tokio::time::timeout;

use crate::measure::STREAMS;
use crate::pipe;
use crate::store::random_id;

/// Events that may wait to be written: frames are made no faster than they are taken.
const EVENTS_MAX: usize = 16;

/// Commands that may wait for the session: above what one may say at once, so that who floods is told that code.
const COMMANDS_MAX: usize = 256;

/// How often a silent stream shows that it is there: some proxies drop what is silent for longer.
const SIGN_EVERY: Duration = Duration::from_secs(10);

/// The open streams of a node, by the secret that is told to the client alone.
pub struct Streams {
    /// Stands before the secret, so that another node knows that it is not here.
    node: String,
    open: Mutex<HashMap<String, mpsc::Sender<Message>>>,
}

/// Why a command is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// The stream is at another node.
    Elsewhere,
    /// It has ended.
    Gone,
    /// Too many commands wait.
    Full,
}

impl Streams {
    pub fn new() -> Arc<Self> {
        let node: SessionId = random_id::<8, _>();
        Arc::new(Self {
            node: node.to_string(),
            open: Mutex::default(),
        })
    }

    /// A new stream: what its session talks to, and what its client hears. Its name is told first, as the event `stream`.
    pub fn open(self: &Arc<Self>) -> (SessionEnd, ClientEnd) {
        let secret: SessionId = random_id::<16, _>();
        let name = format!("{}.{secret}", self.node);
        let (say, commands) = mpsc::channel(COMMANDS_MAX);
        let (tell, events) = mpsc::channel(EVENTS_MAX);
        let first = tell.try_send(Bytes::from(format!("event: stream\ndata: {name}\n\n")));
        first.expect("it is empty");
        self.names().insert(name.clone(), say);
        gauge!(STREAMS).increment(1);
        let session_end = SessionEnd::new(commands, tell, event);
        let streams = Arc::clone(self);
        let client_end = ClientEnd {
            streams,
            name,
            events,
        };
        (session_end, client_end)
    }

    /// Gives a command to the stream of that name; an empty one is a sign of life.
    pub fn say(&self, name: &str, command: &str) -> Result<(), Refused> {
        let names = self.names();
        let Some(say) = names.get(name) else {
            let node = name.split_once('.').map(|(node, _)| node);
            return Err(match node {
                Some(node) if node != self.node => Refused::Elsewhere,
                _ => Refused::Gone,
            });
        };
        let message = match command {
            "" => Message::Pong(Bytes::new()),
            command => Message::Text(Utf8Bytes::from(command)),
        };
        say.try_send(message).map_err(|error| match error {
            TrySendError::Full(_) => Refused::Full,
            TrySendError::Closed(_) => Refused::Gone,
        })
    }

    fn names(&self) -> std::sync::MutexGuard<'_, HashMap<String, mpsc::Sender<Message>>> {
        self.open.lock().expect("no holder panics")
    }
}

/// What the session has in place of a WebSocket.
pub type SessionEnd = pipe::SessionEnd<Bytes>;

/// A message as an event: a frame has no name, so that it is what `EventSource` calls a message.
fn event(message: Message) -> Option<Bytes> {
    let text = match message {
        Message::Text(frame) => format!("data: {}\n\n", frame.as_str()),
        Message::Ping(_) => "event: ping\ndata: ping\n\n".to_owned(),
        Message::Close(frame) => {
            let code = frame.map_or(Close::Normal.code(), |frame| frame.code);
            format!("event: close\ndata: {code}\n\n")
        }
        Message::Binary(_) | Message::Pong(_) => return None,
    };
    Some(Bytes::from(text))
}

/// What the client hears. Dropped, the client has gone.
pub struct ClientEnd {
    streams: Arc<Streams>,
    name: String,
    events: mpsc::Receiver<Bytes>,
}

impl ClientEnd {
    /// The events, with a sign in each long silence, until the session has told its last one.
    pub fn events(self) -> impl Stream<Item = Result<Bytes, Infallible>> + Send {
        stream::unfold(self, async |mut end| {
            let event = match timeout(SIGN_EVERY, end.events.recv()).await {
                Ok(event) => event?,
                Err(_) => Bytes::from_static(b":\n\n"),
            };
            Some((Ok(event), end))
        })
    }
}

impl Drop for ClientEnd {
    fn drop(&mut self) {
        self.streams.names().remove(&self.name);
        gauge!(STREAMS).decrement(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::{FutureExt as _, SinkExt as _, StreamExt as _};
    use std::pin::pin;
    use tokio::time::Instant;

    fn text(text: &'static str) -> Message {
        Message::Text(text.into())
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_stream_shows_that_it_is_there() {
        let (_session, client) = Streams::new().open();
        let mut events = pin!(client.events());
        let first = events.next().await.expect("its name").expect("bytes");
        assert!(first.starts_with(b"event: stream\ndata: "), "{first:?}");
        let began = Instant::now();
        for nth in 1..=3 {
            assert_eq!(events.next().await, Some(Ok(Bytes::from(":\n\n"))));
            assert_eq!(began.elapsed(), SIGN_EVERY * nth);
        }
    }

    #[tokio::test]
    async fn a_client_that_does_not_listen_makes_the_session_wait() {
        let (mut session, client) = Streams::new().open();
        for _ in 1..EVENTS_MAX {
            session
                .feed(text("{}"))
                .now_or_never()
                .expect("room")
                .expect("open");
        }
        assert!(session.feed(text("{}")).now_or_never().is_none());
        drop(client);
        assert!(session.feed(text("{}")).await.is_err());
        assert!(session.next().await.is_none());
    }

    #[tokio::test]
    async fn only_its_name_reaches_a_stream_and_only_as_long_as_it_lives() {
        let streams = Streams::new();
        let (mut session, client) = streams.open();
        let name = client.name.clone();
        assert_eq!(streams.say(&name, "{}"), Ok(()));
        assert_eq!(streams.say(&name, ""), Ok(()));
        assert_eq!(session.next().await.and_then(Result::ok), Some(text("{}")));
        let sign = Message::Pong(Bytes::new());
        assert_eq!(session.next().await.and_then(Result::ok), Some(sign));
        assert_eq!(Streams::new().say(&name, "{}"), Err(Refused::Elsewhere));
        for other in [
            "",
            ".",
            "x",
            &format!("{}.", streams.node),
            &format!("{name}x"),
        ] {
            let refused = streams.say(other, "{}").expect_err(other);
            assert_ne!(refused, Refused::Full, "{other}");
        }
        for _ in 0..COMMANDS_MAX {
            assert_eq!(streams.say(&name, "{}"), Ok(()));
        }
        assert_eq!(streams.say(&name, "{}"), Err(Refused::Full));
        drop(client);
        assert_eq!(streams.say(&name, "{}"), Err(Refused::Gone));
    }

    #[tokio::test]
    async fn the_last_event_is_the_code() {
        let (mut session, client) = Streams::new().open();
        let frame = axum::extract::ws::CloseFrame {
            code: Close::Restart.code(),
            reason: "".into(),
        };
        session.feed(text("{}")).await.expect("open");
        session
            .feed(Message::Close(Some(frame)))
            .await
            .expect("open");
        assert!(session.next().await.is_none(), "nobody waits for an answer");
        drop(session);
        let told: Vec<_> = client
            .events()
            .map(|event| event.expect("bytes"))
            .collect()
            .await;
        assert_eq!(told[1..], ["data: {}\n\n", "event: close\ndata: 1012\n\n"]);
    }
}
