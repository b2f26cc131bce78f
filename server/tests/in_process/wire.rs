//! A connection inside the test whose reader may stop reading; then the node has to wait.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};

use axum::extract::ws::Message;
use futures_util::{Sink, Stream};
use server::socket::Wire;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// The node's end.
pub struct NodeEnd {
    to_guest: UnboundedSender<Message>,
    from_guest: UnboundedReceiver<Message>,
    tap: Arc<Mutex<Tap>>,
}

/// The guest's end.
pub struct GuestEnd {
    pub to_node: UnboundedSender<Message>,
    pub from_node: UnboundedReceiver<Message>,
    tap: Arc<Mutex<Tap>>,
}

#[derive(Default)]
struct Tap {
    is_shut: bool,
    writer: Option<Waker>,
}

pub fn connect() -> (NodeEnd, GuestEnd) {
    let (to_node, from_guest) = unbounded_channel();
    let (to_guest, from_node) = unbounded_channel();
    let tap = Arc::<Mutex<Tap>>::default();
    let node = NodeEnd {
        to_guest,
        from_guest,
        tap: tap.clone(),
    };
    let guest = GuestEnd {
        to_node,
        from_node,
        tap,
    };
    (node, guest)
}

impl GuestEnd {
    /// Says it, if anybody is there.
    pub fn says(&self, text: &str) {
        let _ = self.to_node.send(Message::text(text)); // who has closed does not listen
    }

    /// What came, in order.
    pub fn takes_all(&mut self) -> Vec<Message> {
        std::iter::from_fn(|| self.from_node.try_recv().ok()).collect()
    }

    /// Takes nothing any more.
    pub fn stops_reading(&self) {
        lock(&self.tap).is_shut = true;
    }

    pub fn reads_on(&self) {
        let mut tap = lock(&self.tap);
        tap.is_shut = false;
        tap.writer.take().into_iter().for_each(Waker::wake);
    }
}

impl Wire for NodeEnd {}

impl Stream for NodeEnd {
    type Item = Result<Message, axum::Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.from_guest.poll_recv(cx).map(|message| message.map(Ok))
    }
}

impl Sink<Message> for NodeEnd {
    type Error = axum::Error;

    fn poll_ready(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), axum::Error>> {
        let mut tap = lock(&self.tap);
        if tap.is_shut {
            tap.writer = Some(cx.waker().clone());
            return Poll::Pending;
        }
        Poll::Ready(Ok(()))
    }

    fn start_send(self: Pin<&mut Self>, message: Message) -> Result<(), axum::Error> {
        self.to_guest.send(message).map_err(axum::Error::new)
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), axum::Error>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), axum::Error>> {
        Poll::Ready(Ok(()))
    }
}

fn lock(tap: &Mutex<Tap>) -> MutexGuard<'_, Tap> {
    tap.lock().expect("no holder of the lock panics")
}
