//! Several nodes with one log, one backplane and one book of who is online.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, OnceLock};

use clap::Parser as _;
use protocol::{Kind, Name, Person, RoomId};
use server::config::Config;
use server::node::{self, Node, Parts};
use server::store::memory::Memory;
use server::store::{self, Directory, Draft, Store, Stored};
use tokio::sync::oneshot;

use crate::air::Air;
use crate::book::Book;
use crate::chance::Chance;
use crate::life::Life;
use crate::troubled::{Hand, Trouble, Troubled};

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
    pub sessions: AtomicU64,
    /// Who says much at once.
    flooder: OnceLock<Person>,
}

/// Where a node runs, one incarnation after the other.
struct Place {
    url: String,
    running: Mutex<Option<Running>>,
}

#[derive(Clone)]
pub struct Running {
    pub life: Arc<Life>,
    pub node: Arc<Node>,
    /// It was asked to stop.
    stops: Arc<AtomicBool>,
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
            flooder: OnceLock::new(),
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
        let hand = Hand {
            chance: self.chance.clone(),
            trouble: self.trouble.clone(),
            life: life.clone(),
        };
        let log = Troubled {
            side: store.log,
            hand: hand.clone(),
        };
        let directory = Troubled {
            side: store.directory,
            hand: hand.clone(),
        };
        let rooms = Troubled {
            side: store.rooms,
            hand: hand.clone(),
        };
        let shelf = Troubled {
            side: store.shelf,
            hand,
        };
        let url = self.places[at].url.clone();
        let (backplane, heard) = self.air.join();
        let name = format!("incarnation{nth}").parse().expect("an id");
        let parts = Parts {
            // The rest is asked for nothing here: nobody has a password or keeps order, and no program speaks.
            store: Store {
                log: Box::new(log),
                directory: Box::new(directory),
                rooms: Box::new(rooms),
                shelf: Box::new(shelf),
                ..store
            },
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
        let running = Running {
            life,
            node,
            stops: Arc::default(),
        };
        if let Some(earlier) = self.slot(at).replace(running) {
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
        let Some(Running { life, node, stops }) = self.running(at) else {
            return;
        };
        stops.store(true, Relaxed);
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
    }

    /// Whether a node was asked to stop and has not done so yet.
    pub fn stops(&self, at: usize) -> bool {
        self.running(at)
            .is_some_and(|running| running.stops.load(Relaxed))
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

    /// Lets somebody in who never has a tab.
    pub async fn admit_flooder(&self) {
        let name = Name::parse("Flood").expect("a name");
        let joined = self.directory().join(name).await;
        let (flooder, _) = joined.expect("the name is free");
        self.flooder.set(flooder).expect("it is admitted once");
    }

    /// Many messages at once through one node, by the flooder.
    pub fn flood(&self, at: usize, count: u64) {
        let Some(Running { life, node, .. }) = self.running(at) else {
            return;
        };
        self.chance
            .note(format_args!("{count} at once at node{at}"));
        let flood = self.sessions.fetch_add(1, Relaxed);
        let flooder = self.flooder.get().expect("it is admitted").clone();
        life.spawn(async move {
            let delivery = &node.chat.delivery;
            for nth in 0..count {
                let stored = delivery.log.append(drop_of(&flooder, flood, nth)).await;
                if let Ok(Stored::Now(entry)) = stored {
                    delivery.spread(entry);
                }
            }
        });
    }

    /// The node that runs there; a dead one is cleared away.
    pub fn running(&self, at: usize) -> Option<Running> {
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

    fn slot(&self, at: usize) -> std::sync::MutexGuard<'_, Option<Running>> {
        let slot = self.places[at].running.lock();
        slot.expect("no holder of the lock panics")
    }
}

fn drop_of(sender: &Person, flood: u64, nth: u64) -> Draft {
    Draft {
        room: RoomId::lobby(),
        sender: sender.clone(),
        cid: format!("flood{flood}-{nth}").parse().expect("an id"),
        kind: Kind::Posted,
        target: None,
        body: format!("{nth} of flood {flood}"),
        enclosed: None,
        at: 0,
    }
}
