//! Several nodes with one log, one backplane and one book of who is online.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use clap::Parser as _;
use protocol::{Event, Page, Person, RoomId, limits};
use server::config::Config;
use server::node::{self, Node, Parts};
use server::session::{self, Arrival};
use server::socket::Socket;
use server::store::memory::Memory;
use server::store::{self, Directory, Span, Token};
use tokio::sync::oneshot;

use crate::air::Air;
use crate::book::Book;
use crate::chance::Chance;
use crate::life::Life;
use crate::troubled::{Trouble, Troubled};
use crate::wire::{self, TabEnd};

/// How often somebody who waits for a node looks again.
const LOOK_EVERY: Duration = Duration::from_millis(50);

pub struct Cluster {
    pub chance: Chance,
    pub air: Arc<Air>,
    pub book: Arc<Book>,
    pub trouble: Arc<Trouble>,
    /// How long a frame of a socket may take.
    pub slow_ms: AtomicU64,
    memory: Memory,
    /// The operator's own look at the store.
    pub store: store::Store,
    config: Config,
    places: Vec<Place>,
    incarnations: AtomicU64,
    sessions: AtomicU64,
}

/// Where a node runs, one incarnation after the other.
struct Place {
    url: String,
    running: Mutex<Option<Running>>,
}

#[derive(Clone)]
struct Running {
    life: Arc<Life>,
    node: Arc<Node>,
}

/// What a page has when it is loaded.
pub struct Loaded {
    pub page: Page,
    pub online: Event,
    pub nodes: Vec<String>,
}

impl Cluster {
    pub fn new(chance: Chance, nodes: usize) -> Arc<Self> {
        let memory = Memory::new("epoch".parse().expect("an id"));
        let place = |nth| Place {
            url: format!("http://node{nth}"),
            running: Mutex::default(),
        };
        Arc::new(Self {
            air: Air::new(chance.clone()),
            book: Book::new(chance.clone()),
            chance,
            trouble: Arc::default(),
            slow_ms: AtomicU64::new(5),
            store: memory.open(),
            memory,
            config: Config::try_parse_from(["confab"]).expect("no flag is needed"),
            places: (0..nodes).map(place).collect(),
            incarnations: AtomicU64::new(0),
            sessions: AtomicU64::new(0),
        })
    }

    pub fn size(&self) -> usize {
        self.places.len()
    }

    pub fn directory(&self) -> &dyn Directory {
        &*self.store.directory
    }

    /// Starts a node where none runs. It may die before it has started.
    pub async fn start(self: &Arc<Self>, at: usize) {
        if self.running(at).is_some() {
            return;
        }
        let life = Arc::new(Life::default());
        let nth = self.incarnations.fetch_add(1, Relaxed) + 1;
        self.chance.note(format_args!("node{at} starts as {nth}"));
        let store = self.memory.open();
        let log = Troubled {
            log: store.log,
            chance: self.chance.clone(),
            trouble: self.trouble.clone(),
            life: life.clone(),
        };
        let url = self.places[at].url.clone();
        let (backplane, heard) = self.air.join();
        let name = format!("incarnation{nth}").parse().expect("an id");
        let parts = Parts {
            log: Box::new(log),
            directory: store.directory,
            backplane,
            heard,
            presence: self.book.join(name, url.clone()),
        };
        let Ok((node, loops)) = node::assemble(self.config.clone(), url, parts).await else {
            self.chance.note(format_args!("node{at} does not start"));
            return;
        };
        for task in loops {
            life.spawn(task);
        }
        if let Some(earlier) = self.slot(at).replace(Running { life, node }) {
            earlier.life.end(); // two were started at once
        }
    }

    /// The node ends at once, wherever it stands.
    pub fn kill(&self, at: usize) {
        self.chance.note(format_args!("node{at} is killed"));
        if let Some(running) = self.slot(at).take() {
            running.life.end();
        }
    }

    /// The node is asked to stop, and ends when it has.
    pub async fn stop(&self, at: usize) {
        let Some(Running { life, node }) = self.running(at) else {
            return;
        };
        self.chance.note(format_args!("node{at} stops"));
        let (done, drained) = oneshot::channel::<()>();
        life.spawn(async move {
            node::drain(&node).await;
            node.chat.roster.retire().await;
            drop(done);
        });
        let _ = drained.await; // an end is an end, also when it was killed meanwhile
        life.end();
        self.chance.note(format_args!("node{at} has stopped"));
        self.running(at);
    }

    pub fn freeze(&self, at: usize) {
        if let Some(running) = self.running(at) {
            self.chance.note(format_args!("node{at} freezes"));
            running.life.freeze();
        }
    }

    pub fn thaw(&self, at: usize) {
        if let Some(running) = self.running(at).filter(|running| running.life.is_frozen()) {
            self.chance.note(format_args!("node{at} thaws"));
            running.life.thaw();
        }
    }

    /// The node that runs there; a dead one is cleared away.
    fn running(&self, at: usize) -> Option<Running> {
        let mut slot = self.slot(at);
        if slot
            .as_ref()
            .is_some_and(|running| running.life.has_ended())
        {
            *slot = None;
        }
        slot.clone()
    }

    pub fn node(&self, at: usize) -> Option<Arc<Node>> {
        self.running(at).map(|running| running.node)
    }

    /// Opens a socket as a browser does; none if there is nobody at the address.
    pub async fn dial(&self, url: &str, cookie: Token) -> Option<TabEnd> {
        self.chance.pause(0..=self.slow_ms.load(Relaxed)).await;
        let at = self.at(url);
        let Running { life, node } = self.answering(at).await?;
        if node.is_draining() {
            return None;
        }
        let id = self.sessions.fetch_add(1, Relaxed) + 1;
        let id = format!("session{id}").parse().expect("an id");
        let (node_end, tab_end) = wire::connect(&self.chance, self.slow_ms.load(Relaxed));
        let chat = node.chat.clone();
        let talk = session::run(Arrival {
            chat,
            socket: Socket::simulated(Box::new(node_end)),
            token: Some(cookie),
            id,
        });
        life.spawn(async move { node.tasks.track_future(talk).await });
        Some(tab_end)
    }

    /// A page of older entries by HTTP.
    pub async fn entries(&self, url: &str, person: &Person, span: Span) -> Option<Page> {
        let person = person.clone();
        self.ask(self.at(url), async move |node| {
            node.chat.page(&person, &RoomId::lobby(), span).await.ok()
        })
        .await
    }

    /// What the page of the room starts with.
    pub async fn load(&self, at: usize, person: &Person) -> Option<Loaded> {
        let person = person.clone();
        self.ask(at, async move |node| {
            let newest = Span::newest(limits::PAGE_ENTRIES);
            let page = node
                .chat
                .page(&person, &RoomId::lobby(), newest)
                .await
                .ok()?;
            Some(Loaded {
                page,
                online: node.chat.roster.online(),
                nodes: node.chat.roster.nodes(),
            })
        })
        .await
    }

    /// A request to a node; none if it is not there, or dies with it.
    async fn ask<T, F>(&self, at: usize, ask: impl FnOnce(Arc<Node>) -> F) -> Option<T>
    where
        T: Send + 'static,
        F: Future<Output = Option<T>> + Send + 'static,
    {
        self.chance.pause(0..=self.slow_ms.load(Relaxed)).await;
        let Running { life, node } = self.answering(at).await?;
        let (tell, told) = oneshot::channel();
        let asking = ask(node);
        life.spawn(async move {
            // Who asked may be gone.
            let _ = tell.send(asking.await);
        });
        let answer = told.await.ok().flatten();
        self.chance.pause(0..=self.slow_ms.load(Relaxed)).await;
        answer
    }

    /// A node that runs; a frozen one lets one wait.
    async fn answering(&self, at: usize) -> Option<Running> {
        loop {
            let running = self.running(at)?;
            if !running.life.is_frozen() {
                return Some(running);
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    fn at(&self, url: &str) -> usize {
        let host = url
            .split("://")
            .nth(1)
            .and_then(|rest| rest.split('/').next());
        let nth = host.and_then(|host| host.strip_prefix("node"));
        nth.and_then(|nth| nth.parse().ok())
            .expect("an address of a node")
    }

    fn slot(&self, at: usize) -> std::sync::MutexGuard<'_, Option<Running>> {
        let slot = self.places[at].running.lock();
        slot.expect("no holder of the lock panics")
    }
}
