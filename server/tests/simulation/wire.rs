//! A connection between a tab and a node that is slow, is cut, goes silent, and loses what was on its way.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message};
use futures_util::{Sink, Stream, StreamExt as _};
use server::socket::Wire;
use tokio::time::{Instant, Sleep};

use crate::chance::Chance;

/// Frames on their way to a tab that does not read; more make the node wait.
const ON_THE_WAY_MAX: usize = 16;

/// Makes a connection whose frames take up to `slow_ms` each.
pub fn connect(chance: &Chance, slow_ms: u64) -> (NodeEnd, TabEnd) {
    let line = Arc::new(Mutex::new(Line {
        chance: chance.clone(),
        slow_ms,
        to_node: Lane::default(),
        to_tab: Lane::default(),
        is_silent: false,
    }));
    let ear = |side| Ear {
        line: line.clone(),
        side,
        timer: None,
    };
    let node = NodeEnd(ear(Side::Node));
    let tab = TabEnd { line: line.clone() };
    (node, tab)
}

struct Line {
    chance: Chance,
    slow_ms: u64,
    to_node: Lane,
    to_tab: Lane,
    /// Nothing comes through any more, and nobody is told.
    is_silent: bool,
}

#[derive(Default)]
struct Lane {
    frames: VecDeque<(Instant, Message)>,
    /// When the reader learns that there is no more.
    end: Option<Instant>,
    /// The reader does not look before.
    stalled: Option<Instant>,
    reader: Option<Waker>,
    writer: Option<Waker>,
}

#[derive(Clone, Copy)]
enum Side {
    Node,
    Tab,
}

impl Line {
    fn lane(&mut self, reader: Side) -> &mut Lane {
        match reader {
            Side::Node => &mut self.to_node,
            Side::Tab => &mut self.to_tab,
        }
    }

    fn push(&mut self, reader: Side, message: Message) {
        let due = self.due(reader);
        let lane = self.lane(reader);
        if lane.end.is_none() {
            lane.frames.push_back((due, message));
            lane.wake();
        }
    }

    /// When what is sent now comes: never before what was sent earlier.
    fn due(&mut self, reader: Side) -> Instant {
        let due = Instant::now() + self.chance.millis(0..=self.slow_ms);
        let last = self.lane(reader).frames.back().map(|(due, _)| *due);
        last.map_or(due, |last| due.max(last))
    }

    fn end(&mut self, reader: Side) {
        let due = self.due(reader);
        let lane = self.lane(reader);
        lane.end.get_or_insert(due);
        lane.wake();
    }
}

impl Lane {
    fn wake(&mut self) {
        self.reader.take().into_iter().for_each(Waker::wake);
        self.writer.take().into_iter().for_each(Waker::wake);
    }
}

/// Reads one side of a line.
struct Ear {
    line: Arc<Mutex<Line>>,
    side: Side,
    timer: Option<Pin<Box<Sleep>>>,
}

impl Stream for Ear {
    type Item = Message;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Message>> {
        let shared = self.line.clone();
        loop {
            let wait = {
                let mut line = lock(&shared);
                let is_silent = line.is_silent;
                let lane = line.lane(self.side);
                lane.reader = Some(cx.waker().clone());
                let due = lane.frames.front().map(|(due, _)| *due).or(lane.end);
                let Some(due) = due.filter(|_| !is_silent) else {
                    return Poll::Pending;
                };
                let due = lane.stalled.map_or(due, |stalled| due.max(stalled));
                if due <= Instant::now() {
                    let frame = lane.frames.pop_front();
                    lane.writer.take().into_iter().for_each(Waker::wake);
                    return Poll::Ready(frame.map(|(_, message)| message));
                }
                due
            };
            let timer = self
                .timer
                .get_or_insert_with(|| Box::pin(tokio::time::sleep_until(wait)));
            timer.as_mut().reset(wait);
            if timer.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
        }
    }
}

/// The node's end, as its session uses it.
pub struct NodeEnd(Ear);

impl Wire for NodeEnd {}

impl Stream for NodeEnd {
    type Item = Result<Message, axum::Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_next_unpin(cx).map(|message| message.map(Ok))
    }
}

impl Sink<Message> for NodeEnd {
    type Error = axum::Error;

    fn poll_ready(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), axum::Error>> {
        let mut line = lock(&self.0.line);
        let is_gone = line.to_node.end.is_some_and(|end| end <= Instant::now());
        if is_gone && !line.is_silent {
            return Poll::Ready(Err(axum::Error::new("the connection is gone")));
        }
        if line.to_tab.frames.len() >= ON_THE_WAY_MAX {
            line.to_tab.writer = Some(cx.waker().clone());
            return Poll::Pending;
        }
        Poll::Ready(Ok(()))
    }

    fn start_send(self: Pin<&mut Self>, message: Message) -> Result<(), axum::Error> {
        lock(&self.0.line).push(Side::Tab, message);
        Ok(())
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), axum::Error>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), axum::Error>> {
        Poll::Ready(Ok(()))
    }
}

impl Drop for NodeEnd {
    /// A node that dies in the middle leaves some of what it wrote unsent.
    fn drop(&mut self) {
        let mut line = lock(&self.0.line);
        let has_said_goodbye = matches!(line.to_tab.frames.back(), Some((_, Message::Close(_))));
        if !has_said_goodbye && line.to_node.end.is_none() {
            let kept = line.chance.one_of(line.to_tab.frames.len() + 1);
            line.to_tab.frames.truncate(kept);
        }
        line.end(Side::Tab);
    }
}

/// The tab's end. All clones are the same end.
#[derive(Clone)]
pub struct TabEnd {
    line: Arc<Mutex<Line>>,
}

impl TabEnd {
    /// What comes; none when the connection is gone.
    pub fn frames(&self) -> impl Stream<Item = Message> + Send + Unpin + use<> {
        Ear {
            line: self.line.clone(),
            side: Side::Tab,
            timer: None,
        }
    }

    pub fn send(&self, text: String) {
        lock(&self.line).push(Side::Node, Message::text(text));
    }

    /// Says goodbye and is gone.
    pub fn close(&self, code: u16) {
        let mut line = lock(&self.line);
        let reason = "".into();
        line.push(
            Side::Node,
            Message::Close(Some(CloseFrame { code, reason })),
        );
        line.end(Side::Node);
    }

    /// Breaks; both sides notice soon, and what was on its way is lost.
    pub fn cut(&self) {
        let mut line = lock(&self.line);
        line.to_node.frames.clear();
        line.to_tab.frames.clear();
        line.end(Side::Node);
        line.end(Side::Tab);
    }

    /// Goes silent: nothing comes through any more, and nobody is told.
    pub fn silence(&self) {
        lock(&self.line).is_silent = true;
    }

    pub fn is_silent(&self) -> bool {
        lock(&self.line).is_silent
    }

    /// The tab takes nothing for a while.
    pub fn stall(&self, time: Duration) {
        lock(&self.line).to_tab.stalled = Some(Instant::now() + time);
    }

    pub fn unstall(&self) {
        let mut line = lock(&self.line);
        line.to_tab.stalled = None;
        line.slow_ms = line.slow_ms.min(5);
        line.to_tab.wake();
    }
}

fn lock(line: &Mutex<Line>) -> MutexGuard<'_, Line> {
    line.lock().expect("no holder of the lock panics")
}
