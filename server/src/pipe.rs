//! The session's end of what is no WebSocket: commands come out of one channel, what is told goes into another.

use std::fmt::Debug;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::extract::ws::Message;
use futures_util::{Sink, SinkExt as _, Stream};
use tokio::sync::mpsc;
use tokio_util::sync::PollSender;

use crate::socket::Wire;

pub struct SessionEnd<T> {
    commands: mpsc::Receiver<Message>,
    told: PollSender<T>,
    /// What becomes of a message on its way out; none: it is not told.
    write: fn(Message) -> Option<T>,
    is_closed: bool,
}

impl<T: Debug + Send + Sync + 'static> SessionEnd<T> {
    pub fn new(
        commands: mpsc::Receiver<Message>,
        told: mpsc::Sender<T>,
        write: fn(Message) -> Option<T>,
    ) -> Self {
        Self {
            commands,
            told: PollSender::new(told),
            write,
            is_closed: false,
        }
    }
}

impl<T: Debug + Send + Sync + 'static> Wire for SessionEnd<T> {}

impl<T> Stream for SessionEnd<T> {
    type Item = Result<Message, axum::Error>;

    /// Nothing more comes from a client that has gone, or was told why it is closed.
    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.is_closed {
            return Poll::Ready(None);
        }
        let command = ready!(self.commands.poll_recv(cx));
        Poll::Ready(command.map(Ok))
    }
}

impl<T: Debug + Send + Sync + 'static> Sink<Message> for SessionEnd<T> {
    type Error = axum::Error;

    fn poll_ready(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.told.poll_ready_unpin(cx).map_err(axum::Error::new)
    }

    fn start_send(mut self: Pin<&mut Self>, message: Message) -> Result<(), Self::Error> {
        self.is_closed |= matches!(message, Message::Close(_));
        match (self.write)(message) {
            Some(told) => self.told.start_send_unpin(told).map_err(axum::Error::new),
            None => Ok(()),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.told.poll_flush_unpin(cx).map_err(axum::Error::new)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.told.poll_close_unpin(cx).map_err(axum::Error::new)
    }
}
