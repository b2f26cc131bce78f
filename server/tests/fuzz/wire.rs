//! A connection inside the test: nothing is slow, nothing is lost.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::extract::ws::Message;
use futures_util::{Sink, Stream};
use server::socket::Wire;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// One end of it.
pub struct End {
    to_other: UnboundedSender<Message>,
    from_other: UnboundedReceiver<Message>,
}

pub fn connect() -> (End, End) {
    let (to_node, from_client) = unbounded_channel();
    let (to_client, from_node) = unbounded_channel();
    let end = |to_other, from_other| End {
        to_other,
        from_other,
    };
    (end(to_client, from_client), end(to_node, from_node))
}

impl End {
    /// Says it, if anybody is there.
    pub fn says(&self, text: &str) {
        let _ = self.to_other.send(Message::text(text)); // who has closed does not listen
    }

    /// What came, in order.
    pub fn takes_all(&mut self) -> Vec<Message> {
        std::iter::from_fn(|| self.from_other.try_recv().ok()).collect()
    }
}

impl Wire for End {}

impl Stream for End {
    type Item = Result<Message, axum::Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.from_other.poll_recv(cx).map(|message| message.map(Ok))
    }
}

impl Sink<Message> for End {
    type Error = axum::Error;

    fn poll_ready(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), axum::Error>> {
        Poll::Ready(Ok(()))
    }

    fn start_send(self: Pin<&mut Self>, message: Message) -> Result<(), axum::Error> {
        self.to_other.send(message).map_err(axum::Error::new)
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), axum::Error>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), axum::Error>> {
        Poll::Ready(Ok(()))
    }
}
