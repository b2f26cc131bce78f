//! One WebSocket: text frames in, text frames out, every write under a time limit, every end with its true code.

use std::error::Error as _;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket};
use futures_util::future::Either;
use futures_util::{Sink, SinkExt as _, Stream, StreamExt as _};
use metrics::counter;
use protocol::Close;
use tokio::time::timeout;

use crate::line::Line;
use crate::measure::CLOSED;
use crate::pipe::SessionEnd;

/// A client that takes nothing for this long is too slow.
const WRITE_MAX: Duration = Duration::from_secs(20);

/// How long the other side may take to answer a close.
const CLOSE_MAX: Duration = Duration::from_secs(2);

pub struct Socket {
    inner: Either<WebSocket, Box<dyn Wire>>,
    /// What it runs over; none where it is no WebSocket.
    line: Option<Line>,
}

/// What carries frames in place of a WebSocket: a stream, and the simulation's.
#[doc(hidden)]
pub trait Wire:
    Stream<Item = Result<Message, axum::Error>> + Sink<Message, Error = axum::Error> + Unpin + Send
{
}

/// What came in.
#[derive(Debug, PartialEq, Eq)]
pub enum Received {
    Text(Utf8Bytes),
    /// A ping or pong: the other side lives.
    Sign,
    /// The other side is gone, or said goodbye.
    Gone,
    /// The other side broke the rules; it is to be told with this code.
    Broken(Close),
}

impl Socket {
    pub fn new(inner: WebSocket, line: Line) -> Self {
        Self {
            inner: Either::Left(inner),
            line: Some(line),
        }
    }

    /// The session's end of what needs no network of its own.
    pub fn piped<T: std::fmt::Debug + Send + Sync + 'static>(end: SessionEnd<T>) -> Self {
        Self {
            inner: Either::Right(Box::new(end)),
            line: None,
        }
    }

    #[doc(hidden)]
    pub fn simulated(wire: Box<dyn Wire>) -> Self {
        Self {
            inner: Either::Right(wire),
            line: None,
        }
    }

    /// Cancel safe: a frame is either returned or still to come.
    pub async fn receive(&mut self) -> Received {
        match self.inner.next().await {
            Some(Ok(Message::Text(text))) => Received::Text(text),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => Received::Sign,
            Some(Ok(Message::Binary(_))) => Received::Broken(Close::Binary),
            Some(Ok(Message::Close(_))) | None => Received::Gone,
            Some(Err(error)) => broken(&error),
        }
    }

    /// Writes all frames and flushes once. Each frame has its own time: who takes one after the other is only slow.
    pub async fn send(&mut self, frames: impl IntoIterator<Item = Utf8Bytes>) -> Result<(), Close> {
        for frame in frames {
            settle(timeout(WRITE_MAX, self.inner.feed(Message::Text(frame))).await)?;
        }
        settle(timeout(WRITE_MAX, self.inner.flush()).await)
    }

    pub async fn ping(&mut self) -> Result<(), Close> {
        settle(
            timeout(
                WRITE_MAX,
                self.inner.send(Message::Ping(Default::default())),
            )
            .await,
        )
    }

    /// Says why, and waits a moment for the other side to have heard it.
    pub async fn close(mut self, close: Close) {
        counter!(CLOSED, "code" => close.code().to_string()).increment(1);
        let frame = CloseFrame {
            code: close.code(),
            reason: close.text().into(),
        };
        let farewell = async {
            // To who closed first nothing is told any more: what is flushed is the answer to that.
            let _ = self.inner.send(Message::Close(Some(frame))).await;
            let _ = self.inner.flush().await;
            while let Some(Ok(_)) = self.inner.next().await {}
            if let Some(line) = &self.line {
                line.end().await;
            }
        };
        // Who does not answer in time is gone all the same.
        let _ = timeout(CLOSE_MAX, farewell).await;
    }
}

fn settle(
    written: Result<Result<(), axum::Error>, tokio::time::error::Elapsed>,
) -> Result<(), Close> {
    match written {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) => Err(Close::Normal), // gone: nobody is there to hear a code
        Err(_) => Err(Close::Slow),
    }
}

/// The code for what the WebSocket layer refused.
fn broken(error: &axum::Error) -> Received {
    use tungstenite::error::{Error, ProtocolError};
    match error
        .source()
        .and_then(|source| source.downcast_ref::<Error>())
    {
        Some(Error::Capacity(_)) => Received::Broken(Close::TooBig),
        Some(Error::Utf8(_)) => Received::Broken(Close::NotUtf8),
        Some(Error::Protocol(ProtocolError::ResetWithoutClosingHandshake)) => Received::Gone,
        Some(Error::Protocol(_)) => Received::Broken(Close::Protocol),
        _ => Received::Gone,
    }
}
