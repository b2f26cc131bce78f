//! One thread of a light client: its sockets, turn by turn.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::mpsc::{Receiver, TryRecvError};
use std::time::{Duration, Instant};

use mio::{Events, Interest, Poll, Token, Waker};
use tokio::sync::oneshot;

use super::line::{Ended, Hearing, Line, Room, Ticket};
use super::stamp;
use super::tally::{Progress, Tally};

/// Bytes read at once: a cache's worth.
const BUFFER_BYTES: usize = 256 * 1024;

const EVENTS_MAX: usize = 1024;

/// Messages written in one turn before sockets are read again.
const WRITES_MAX: usize = 256;

/// What a thread is told to do.
pub enum Order {
    /// Open these, so many at a time.
    Open(Vec<Ticket>, usize),
    Write(Option<Plan>),
    /// Say so each time it has passed; never, if none.
    Heartbeats(Option<Duration>),
    /// Tell what was counted since the last time.
    Take(oneshot::Sender<Tally>),
    /// Tell where each line stands: its room, its last seq, and how many up to a room's top it was not told.
    Stand(oneshot::Sender<Vec<Stand>>),
}

/// Where a line stands.
pub struct Stand {
    pub room: usize,
    pub top: u64,
    /// Below `top`.
    pub lost: u64,
}

/// What is written: by one line after the other.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    pub pace: Pace,
    /// Of a message's body.
    pub bytes: usize,
    pub began: Instant,
}

#[derive(Debug, Clone, Copy)]
pub enum Pace {
    /// So many a second by all threads together, answered or not.
    PerSec(f64),
    /// One unanswered message of each line, all the time.
    Answered,
}

pub struct Turns {
    nth: usize,
    threads: usize,
    poll: Poll,
    orders: Receiver<Order>,
    lines: Vec<Option<Line>>,
    hearing: Hearing,
    waiting: VecDeque<Ticket>,
    /// Told to come again then.
    later: Vec<(Instant, Ticket)>,
    at_once: usize,
    opening: usize,
    plan: Option<Plan>,
    written: u64,
    text: Vec<u8>,
    heartbeats: Option<(Duration, Instant)>,
}

pub const WAKER: Token = Token(usize::MAX);

impl Turns {
    /// The thread that is the `nth` of so many; what wakes it.
    pub fn new(
        (nth, threads): (usize, usize),
        orders: Receiver<Order>,
        rooms: Arc<[Room]>,
        progress: Arc<Progress>,
    ) -> io::Result<(Self, Waker)> {
        let poll = Poll::new()?;
        let waker = Waker::new(poll.registry(), WAKER)?;
        let turns = Self {
            nth,
            threads,
            poll,
            orders,
            lines: Vec::new(),
            hearing: Hearing {
                rooms,
                progress,
                tally: Tally::default(),
                buffer: vec![0; BUFFER_BYTES],
            },
            waiting: VecDeque::new(),
            later: Vec::new(),
            at_once: 0,
            opening: 0,
            plan: None,
            written: 0,
            text: Vec::new(),
            heartbeats: None,
        };
        Ok((turns, waker))
    }

    /// Until nobody gives orders any more.
    pub fn run(mut self) -> io::Result<()> {
        let mut events = Events::with_capacity(EVENTS_MAX);
        loop {
            let patience = self.patience();
            match self.poll.poll(&mut events, patience) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                polled => polled?,
            }
            if !self.obey_all() {
                return Ok(());
            }
            for event in events.iter().filter(|event| event.token() != WAKER) {
                let (token, writable) = (event.token().0, event.is_writable());
                let readable = event.is_readable() || event.is_read_closed() || event.is_error();
                self.with_line(token, |line, hearing| {
                    if writable {
                        line.writable()?;
                    }
                    if readable {
                        line.readable(hearing)
                    } else {
                        Ok(())
                    }
                });
                self.write_answered(token);
            }
            self.write_due();
            self.beat();
            self.dial();
        }
    }

    /// Whether there may be more orders.
    fn obey_all(&mut self) -> bool {
        loop {
            match self.orders.try_recv() {
                Ok(order) => self.obey(order),
                Err(TryRecvError::Empty) => return true,
                Err(TryRecvError::Disconnected) => return false,
            }
        }
    }

    fn obey(&mut self, order: Order) {
        match order {
            Order::Open(tickets, at_once) => {
                self.waiting.extend(tickets);
                self.at_once = at_once;
            }
            Order::Write(plan) => self.begin(plan),
            Order::Heartbeats(every) => {
                self.heartbeats = every.map(|every| (every, Instant::now() + every));
            }
            // Who asked may have gone.
            Order::Take(to) => drop(to.send(std::mem::take(&mut self.hearing.tally))),
            Order::Stand(to) => drop(to.send(self.stands())),
        }
    }

    fn begin(&mut self, plan: Option<Plan>) {
        (self.plan, self.written) = (plan, 0);
        if let Some(plan) = plan.filter(|plan| matches!(plan.pace, Pace::Answered)) {
            (0..self.lines.len()).for_each(|token| self.write(token, &plan));
        }
    }

    fn stands(&self) -> Vec<Stand> {
        let lines = self.lines.iter().flatten();
        let lines = lines.map(|line| Stand {
            room: line.ticket.room,
            top: line.places.top(),
            lost: line.places.lost(line.places.top()),
        });
        lines.collect()
    }

    /// How long nothing is due.
    fn patience(&self) -> Option<Duration> {
        let now = Instant::now();
        let writes = self.plan.and_then(|plan| self.due(&plan));
        let beats = self.heartbeats.map(|(_, at)| at);
        let again = self.later.iter().map(|(at, _)| *at).min();
        let next = [writes, beats, again].into_iter().flatten().min()?;
        Some(next.saturating_duration_since(now))
    }

    /// When the next message of this thread is to be written; none if that is when one is answered.
    fn due(&self, plan: &Plan) -> Option<Instant> {
        let Pace::PerSec(per_sec) = plan.pace else {
            return None;
        };
        let nth = self.nth as u64 + self.written * self.threads as u64;
        Some(plan.began + Duration::from_secs_f64(nth as f64 / per_sec))
    }

    fn write_due(&mut self) {
        let Some(plan) = self.plan else { return };
        if self.lines.is_empty() {
            return;
        }
        let now = Instant::now();
        for _ in 0..WRITES_MAX {
            if self.due(&plan).is_none_or(|due| due > now) {
                break;
            }
            let token = self.written as usize % self.lines.len();
            self.write(token, &plan);
        }
    }

    /// Where each answer is followed by the next message.
    fn write_answered(&mut self, token: usize) {
        let Some(Some(line)) = self.lines.get_mut(token) else {
            return;
        };
        let is_answered = std::mem::take(&mut line.is_answered);
        if let Some(plan) = self.plan
            && is_answered
            && matches!(plan.pace, Pace::Answered)
        {
            self.write(token, &plan);
        }
    }

    fn write(&mut self, token: usize, plan: &Plan) {
        self.written += 1;
        let Some(line) = self.lines[token].as_ref().filter(|line| line.is_greeted()) else {
            return;
        };
        let room = &self.hearing.rooms[line.ticket.room].id;
        let mut text = std::mem::take(&mut self.text);
        put_send(
            &mut text,
            room,
            self.nth as u64 + self.written * self.threads as u64,
            plan.bytes,
        );
        self.with_line(token, |line, hearing| {
            if line.say(&text) {
                hearing.progress.sent.fetch_add(1, Relaxed);
            }
            line.flush()
        });
        self.text = text;
    }

    fn beat(&mut self) {
        let now = Instant::now();
        let Some((every, at)) = self.heartbeats.filter(|(_, at)| *at <= now) else {
            return;
        };
        self.heartbeats = Some((every, at + every));
        for token in 0..self.lines.len() {
            self.with_line(token, |line, _| {
                if line.is_greeted() {
                    line.say(br#"{"type":"heartbeat"}"#);
                }
                line.flush()
            });
        }
    }

    /// Dials as many as may be opening at once.
    fn dial(&mut self) {
        let now = Instant::now();
        let mut at = 0;
        while at < self.later.len() {
            if self.later[at].0 <= now {
                self.waiting.push_back(self.later.swap_remove(at).1);
            } else {
                at += 1;
            }
        }
        while self.opening < self.at_once {
            let Some(ticket) = self.waiting.pop_front() else {
                return;
            };
            let token = Token(self.lines.len());
            let line = Line::dial(ticket).and_then(|mut line| {
                let both = Interest::READABLE | Interest::WRITABLE;
                self.poll
                    .registry()
                    .register(&mut line.socket, token, both)?;
                Ok(line)
            });
            match line {
                Ok(line) => {
                    self.lines.push(Some(line));
                    self.opening += 1;
                }
                Err(_) => *self.hearing.tally.closed.entry(1006).or_default() += 1,
            }
        }
    }

    fn with_line(
        &mut self,
        token: usize,
        act: impl FnOnce(&mut Line, &mut Hearing) -> Result<(), Ended>,
    ) {
        let Some(Some(line)) = self.lines.get_mut(token) else {
            return;
        };
        let was_greeted = line.is_greeted();
        let outcome = act(line, &mut self.hearing);
        if !was_greeted && (line.is_greeted() || outcome.is_err()) {
            self.opening -= 1;
        }
        if let Err(Ended(code)) = outcome {
            self.end(token, code);
        }
    }

    fn end(&mut self, token: usize, code: u16) {
        let Some(line) = self.lines[token].take() else {
            return;
        };
        let was_greeted = line.is_greeted();
        match line.again_after {
            Some(millis) => {
                let at = Instant::now() + Duration::from_millis(millis);
                self.later.push((at, line.ticket));
            }
            None => *self.hearing.tally.closed.entry(code).or_default() += 1,
        }
        if was_greeted {
            self.hearing.progress.gone.fetch_add(1, Relaxed);
        }
    }
}

/// A command to store a message, with its stamp in the cid and in the body.
fn put_send(text: &mut Vec<u8>, room: &str, nth: u64, bytes: usize) {
    let now = stamp::now();
    text.clear();
    text.extend_from_slice(br#"{"type":"send","cid":""#);
    stamp::put(now, text);
    text.push(b'-');
    stamp::put(nth, text);
    text.extend_from_slice(br#"","room":""#);
    text.extend_from_slice(room.as_bytes());
    text.extend_from_slice(br#"","body":""#);
    stamp::put(now, text);
    text.resize(text.len() + bytes.saturating_sub(stamp::DIGITS), b'.');
    text.extend_from_slice(br#""}"#);
}
