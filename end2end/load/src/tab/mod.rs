//! A tab: the real client engine, and around it what a browser does.

mod acting;
mod hearing;
mod loading;
mod looking;
mod report;
mod writing;

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use client::{Engine, Link, Outgoing, Start};
use protocol::{Page, RoomId};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval, sleep_until};

use self::looking::FRAME;
pub use self::report::{Online, Report};
use crate::seen::Seen;
use crate::visitor::Visitor;
use crate::wire::{BROKEN, Heard, Wire};
use crate::witness::Witness;
use crate::world::World;

/// How often the engine is told that time has passed.
const TICK: Duration = Duration::from_millis(250);

/// What a tab is told to do.
pub enum Order {
    /// Write, or write no more.
    Write(bool),
    /// The network breaks.
    Cut,
    Reload,
    /// The user says "try now".
    Wake,
    /// The lid closes: nothing is done or heard until it opens.
    Sleep,
    /// All is over: put each of these rooms on the screen, which go up to these places.
    Tour(BTreeMap<RoomId, u64>),
    Report(oneshot::Sender<Report>),
    /// The tab is closed.
    Close,
}

/// A tab somebody has open.
pub struct Opened {
    pub orders: mpsc::UnboundedSender<Order>,
    pub task: JoinHandle<Seen>,
}

type Errand<T> = Option<Pin<Box<dyn Future<Output = T> + Send>>>;

pub struct Tab {
    nth: usize,
    visitor: Visitor,
    world: Arc<World>,
    orders: mpsc::UnboundedReceiver<Order>,
    ticks: Interval,
    ticked: u32,
    engine: Option<Engine>,
    /// Where the page came from.
    home: String,
    /// What was on the screen when the page went.
    room: RoomId,
    wire: Wire,
    page: Errand<(RoomId, Option<Page>)>,
    /// A page that is read beside the list.
    history: Errand<(RoomId, Option<Page>)>,
    loading: Errand<Start>,
    /// What stays over a reload.
    kept: Vec<Outgoing>,
    witness: Witness,
    seen: Seen,
    /// The rooms that are to be put on the screen in the end.
    tour: Option<BTreeMap<RoomId, u64>>,
    drawn: Instant,
    has_changed: bool,
    writes: bool,
    next_write: Instant,
    asleep: bool,
    /// Since when the tab has not shown all there is, if it was a death or a long sleep.
    lost: Option<std::time::Instant>,
    /// The open room's top, as told in the last welcome; shown means caught up.
    awaited: Option<(RoomId, u64)>,
    is_reconnected: bool,
}

enum Happened {
    Heard(Heard),
    Page(RoomId, Option<Page>),
    History(RoomId, Option<Page>),
    Loaded(Start),
    Tick,
    Ordered(Order),
    MayWrite,
    MayDraw,
}

impl Tab {
    /// Opens a tab on a page that is loaded.
    pub fn open(nth: usize, visitor: Visitor, start: Start, world: Arc<World>) -> Opened {
        let (sender, orders) = mpsc::unbounded_channel();
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let tab = Self {
            nth,
            visitor,
            world,
            orders,
            ticks,
            ticked: 0,
            engine: None,
            home: String::new(),
            room: RoomId::lobby(),
            wire: Wire::None,
            page: None,
            history: None,
            loading: Some(Box::pin(std::future::ready(start))),
            kept: Vec::new(),
            witness: Witness::default(),
            seen: Seen::default(),
            tour: None,
            drawn: Instant::now(),
            has_changed: false,
            writes: false,
            next_write: Instant::now(),
            asleep: false,
            lost: None,
            awaited: None,
            is_reconnected: false,
        };
        Opened {
            orders: sender,
            task: tokio::spawn(tab.run()),
        }
    }

    async fn run(mut self) -> Seen {
        loop {
            match self.next().await {
                Happened::Heard(Heard::Opened) => drop(self.tell(Engine::opened).await),
                Happened::Heard(Heard::Text(text)) => self.hear(&text).await,
                Happened::Heard(Heard::Closed(code)) => self.closed(code).await,
                Happened::Page(room, page) => self.paged(&room, page).await,
                Happened::History(room, page) => self.read_on(&room, page).await,
                Happened::Loaded(start) => self.begin(start).await,
                Happened::Tick => self.tick().await,
                Happened::MayWrite => self.write().await,
                Happened::MayDraw => self.draw().await,
                Happened::Ordered(Order::Close) => break,
                Happened::Ordered(order) => self.obey(order).await,
            }
        }
        self.wire.close(1001).await;
        self.seen
    }

    async fn next(&mut self) -> Happened {
        if self.asleep {
            let order = self.orders.recv().await;
            return Happened::Ordered(order.unwrap_or(Order::Close));
        }
        let may_write =
            self.writes && self.engine.is_some() && self.kept.is_empty() && self.world.wants_more();
        tokio::select! {
            heard = self.wire.next() => Happened::Heard(heard),
            (room, page) = done(&mut self.page) => Happened::Page(room, page),
            (room, page) = done(&mut self.history) => Happened::History(room, page),
            start = done(&mut self.loading) => Happened::Loaded(start),
            _ = self.ticks.tick() => Happened::Tick,
            order = self.orders.recv() => Happened::Ordered(order.unwrap_or(Order::Close)),
            () = sleep_until(self.next_write), if may_write => Happened::MayWrite,
            () = sleep_until(self.drawn + FRAME), if self.has_changed => Happened::MayDraw,
        }
    }

    async fn obey(&mut self, order: Order) {
        match order {
            Order::Write(writes) => {
                self.writes = writes;
                // Not all at once.
                let every = self.world.pace.every.unwrap_or_default();
                self.next_write = Instant::now() + every.mul_f64(fastrand::f64());
            }
            Order::Cut => {
                self.wire.cut();
                self.lose(BROKEN).await;
            }
            Order::Reload => self.reload().await,
            Order::Wake => self.wake().await,
            Order::Sleep => {
                self.wire.cut();
                self.asleep = true;
            }
            Order::Tour(rooms) => {
                self.tour = Some(rooms);
                self.has_changed = true;
            }
            Order::Report(to) => drop(to.send(self.report())), // who asked may have gone
            Order::Close => {}
        }
    }

    async fn wake(&mut self) {
        if std::mem::take(&mut self.asleep) {
            self.lost = Some(std::time::Instant::now());
            self.lose(BROKEN).await;
        }
        self.tell(Engine::wake).await;
    }

    async fn paged(&mut self, room: &RoomId, page: Option<Page>) {
        if let Some(page) = &page {
            self.seen.of(room).take(&page.entries, &page.closed);
            self.seen.of(room).take_aside(&page.aside);
        }
        self.tell(|engine, now| match page {
            Some(page) => engine.page(now, room, page),
            None => engine.page_failed(now, room),
        })
        .await;
        // As a reader who scrolls looks at once.
        self.draw().await;
    }

    async fn closed(&mut self, code: u16) {
        let engine = self.engine.as_ref();
        let was_live = engine.is_some_and(|engine| engine.link() == Link::Live);
        let death = engine.and_then(|engine| self.world.death_of(engine.node()));
        if was_live && death.is_some() && self.lost.is_none() {
            self.lost = death;
        }
        self.lose(code).await;
    }

    /// The socket is gone.
    async fn lose(&mut self, code: u16) {
        (self.awaited, self.is_reconnected) = (None, false);
        self.tell(|engine, now| engine.closed(now, code)).await;
    }
}

/// What an errand brings, once; never, if there is none.
async fn done<T>(errand: &mut Errand<T>) -> T {
    match errand {
        Some(running) => {
            let brought = running.await;
            *errand = None;
            brought
        }
        None => std::future::pending().await,
    }
}
