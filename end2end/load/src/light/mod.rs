//! A client that only looks for frames: tens of thousands of sockets on few threads, each checked for what it is told, at a cost
//! small enough not to be what is measured.

pub mod frame;
mod line;
mod places;
pub mod stamp;
mod tally;
#[cfg(test)]
mod tests;
mod told;
mod turns;

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use mio::Waker;
use tokio::sync::oneshot;
use tokio::time::sleep;

use self::line::Room;
pub use self::line::Ticket;
pub use self::tally::{Progress, Tally};
use self::told::Beginning;
use self::turns::{Order, Turns};
pub use self::turns::{Pace, Plan};

const LOOK_EVERY: Duration = Duration::from_millis(5);

/// All connections to one server, or to the nodes of one cluster. They are closed with the value.
pub struct Light {
    threads: Vec<Thread>,
    pub progress: Arc<Progress>,
    opened: usize,
}

struct Thread {
    orders: Option<Sender<Order>>,
    waker: Waker,
    joined: Option<JoinHandle<io::Result<()>>>,
}

impl Light {
    /// So many threads, which know these rooms.
    pub fn new(threads: usize, rooms: &[String]) -> anyhow::Result<Self> {
        stamp::now(); // the clock's beginning
        let rooms: Arc<[Room]> = rooms
            .iter()
            .map(|id| Room {
                id: id.clone(),
                beginning: Beginning::of(id),
            })
            .collect();
        let progress = Arc::<Progress>::default();
        let begin = |nth| {
            let (orders, obeyed) = channel();
            let (turns, waker) =
                Turns::new((nth, threads), obeyed, rooms.clone(), progress.clone())?;
            let joined = std::thread::Builder::new()
                .name(format!("light {nth}"))
                .spawn(move || turns.run())?;
            Ok(Thread {
                orders: Some(orders),
                waker,
                joined: Some(joined),
            })
        };
        Ok(Self {
            threads: (0..threads).map(begin).collect::<anyhow::Result<_>>()?,
            progress: progress.clone(),
            opened: 0,
        })
    }

    /// Opens these, so many at a time.
    pub fn open(&mut self, tickets: Vec<Ticket>, at_once: usize) -> anyhow::Result<()> {
        let count = self.threads.len();
        let mut parts: Vec<Vec<Ticket>> = vec![Vec::new(); count];
        self.opened += tickets.len();
        for (nth, ticket) in tickets.into_iter().enumerate() {
            parts[nth % count].push(ticket);
        }
        for (thread, part) in self.threads.iter().zip(parts) {
            thread.order(Order::Open(part, at_once.div_ceil(count)))?;
        }
        Ok(())
    }

    /// Returns when all that were opened are greeted.
    pub async fn is_greeted(&self, patience: Duration) -> anyhow::Result<()> {
        let began = Instant::now();
        while self.progress.there() < self.opened as u64 {
            if began.elapsed() > patience {
                let closed = self.take().await?.closed;
                let there = self.progress.there();
                anyhow::bail!("{there} of {} are greeted; closed: {closed:?}", self.opened);
            }
            sleep(LOOK_EVERY).await;
        }
        Ok(())
    }

    /// Writes by this plan from now on, or no more.
    pub fn write(&self, plan: Option<Plan>) -> anyhow::Result<()> {
        self.all(|| Order::Write(plan))
    }

    /// Says that it is there each time this has passed.
    pub fn heartbeats(&self, every: Option<Duration>) -> anyhow::Result<()> {
        self.all(|| Order::Heartbeats(every))
    }

    /// What was counted since the last time.
    pub async fn take(&self) -> anyhow::Result<Tally> {
        let mut all = Tally::default();
        for thread in &self.threads {
            let (to, taken) = oneshot::channel();
            thread.order(Order::Take(to))?;
            all.add(&taken.await?);
        }
        Ok(all)
    }

    /// Entries that were told to somebody in a room, and never to somebody else who listens to it.
    pub async fn lost(&self) -> anyhow::Result<u64> {
        let mut stands = Vec::new();
        for thread in &self.threads {
            let (to, told) = oneshot::channel();
            thread.order(Order::Stand(to))?;
            stands.extend(told.await?);
        }
        let rooms = stands.iter().map(|stand| stand.room + 1).max().unwrap_or(0);
        let mut tops = vec![0; rooms];
        for stand in &stands {
            tops[stand.room] = stand.top.max(tops[stand.room]);
        }
        let lost = stands
            .iter()
            .map(|stand| stand.lost + tops[stand.room] - stand.top);
        Ok(lost.sum())
    }

    /// Returns when nothing is delivered any more, for this long.
    pub async fn is_quiet(&self, calm: Duration, patience: Duration) -> anyhow::Result<()> {
        let began = Instant::now();
        let mut last = (self.progress.delivered(), Instant::now());
        while last.1.elapsed() < calm {
            ensure!(began.elapsed() < patience, "frames go on and on");
            sleep(LOOK_EVERY).await;
            let delivered = self.progress.delivered();
            if delivered != last.0 {
                last = (delivered, Instant::now());
            }
        }
        Ok(())
    }

    fn all(&self, order: impl Fn() -> Order) -> anyhow::Result<()> {
        self.threads
            .iter()
            .try_for_each(|thread| thread.order(order()))
    }
}

impl Thread {
    fn order(&self, order: Order) -> anyhow::Result<()> {
        let orders = self.orders.as_ref().context("it has ended")?;
        ensure!(
            orders.send(order).is_ok(),
            "a thread of the light client has ended"
        );
        Ok(self.waker.wake()?)
    }
}

impl Drop for Light {
    fn drop(&mut self) {
        for thread in &mut self.threads {
            thread.orders = None;
            let _ = thread.waker.wake(); // it may have ended already
        }
        for thread in &mut self.threads {
            if let Some(joined) = thread.joined.take() {
                let _ = joined.join(); // what it has to say was said by `order`
            }
        }
    }
}
