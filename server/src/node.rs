//! One node: puts the parts together, runs their tasks, and ends them in order.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Context as _;
use protocol::{Close, Event, NodeId};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::backplane::{self, Backplane, Heard};
use crate::chat::Chat;
use crate::config::Config;
use crate::delivery::Delivery;
use crate::frame::{Frame, Topic};
use crate::http::{self, Origins};
use crate::presence::{self, Presence};
use crate::roster::Roster;
use crate::store::{self, Directory, Log};

const BEAT_EVERY: Duration = Duration::from_secs(1);
const RELEASE_EVERY: Duration = Duration::from_secs(10);
const ANNOUNCE_EVERY: Duration = Duration::from_secs(60);

/// Time clients get to go to another node before their sockets are closed.
const GOAWAY: Duration = Duration::from_secs(3);

/// How often to look whether all have gone.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Time the sessions get to end.
const CLOSE_MAX: Duration = Duration::from_secs(8);

/// What all parts of a running node share.
pub struct Node {
    pub chat: Arc<Chat>,
    pub origins: Origins,
    pub config: Config,
    pub public_url: String,
    /// Sessions and requests that must not be cut off.
    pub tasks: TaskTracker,
    draining: AtomicBool,
}

impl Node {
    /// New sockets and new sign-ins go elsewhere.
    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }
}

/// Serves on the listener until `stop`, then drains: what is queued is stored and acknowledged, clients are sent elsewhere.
pub async fn run(
    config: Config,
    listener: TcpListener,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let bound = listener
        .local_addr()
        .context("the listener has no address")?;
    let public_url = config.public_url(bound);
    let store::Store { log, directory } = store::connect(&config.store())?;
    let id: NodeId = store::random_id::<8, _>();
    let epoch = log.epoch().clone();
    tracing::info!(node = %id, %epoch, %public_url, store = config.store(), "starting");

    let background = CancellationToken::new();
    let member = backplane::Member {
        node: id.clone(),
        epoch,
        prefix: config.prefix.clone(),
    };
    let (backplane, heard) =
        backplane::connect(&config.backplane, member, background.clone()).await?;
    let member = presence::Member {
        node: id,
        public_url: public_url.clone(),
        prefix: config.prefix.clone(),
    };
    let presence = presence::connect(&config.backplane, member).await?;
    let parts = Parts {
        log,
        directory,
        backplane,
        heard,
        presence,
    };
    let (node, loops) = assemble(config, public_url, parts).await?;
    let tasks = TaskTracker::new();
    for task in loops {
        drop(tasks.spawn(background.clone().run_until_cancelled_owned(task)));
    }

    tracing::info!("open {}", node.public_url);
    let closed = CancellationToken::new();
    let serving = tasks.spawn(http::serve(listener, node.clone(), closed.clone()));
    stop.cancelled().await;
    drain(&node).await;
    closed.cancel();
    let _ = tokio::time::timeout(CLOSE_MAX, serving).await; // who still downloads is cut off
    background.cancel();
    node.chat.roster.retire().await;
    tracing::info!("stopped");
    Ok(())
}

/// What a node is made of; the simulation has others than [`run`].
#[doc(hidden)]
pub struct Parts {
    pub log: Box<dyn Log>,
    pub directory: Box<dyn Directory>,
    pub backplane: Box<dyn Backplane>,
    pub heard: mpsc::Receiver<Heard>,
    pub presence: Box<dyn Presence>,
}

#[doc(hidden)]
pub type Task = std::pin::Pin<Box<dyn Future<Output = ()> + Send>>;

/// Puts the parts together, and tells what has to run as long as the node lives. Only then sockets may come.
#[doc(hidden)]
pub async fn assemble(
    config: Config,
    public_url: String,
    parts: Parts,
) -> Result<(Arc<Node>, [Task; 6]), store::Error> {
    let (delivery, holes) = Delivery::start(parts.log, parts.backplane).await?;
    delivery.follow_all().await;
    let roster = Roster::new(parts.presence, public_url.clone());
    let chat = Arc::new(Chat::new(delivery, parts.directory, roster));
    let origins = Origins::new(&public_url, &config.allow_origin);
    let node = Arc::new(Node {
        chat,
        origins,
        config,
        public_url,
        tasks: TaskTracker::new(),
        draining: AtomicBool::new(false),
    });
    announce(&node).await;
    node.chat.roster.beat(&node.chat.delivery).await;
    let loops: [Task; 6] = [
        Box::pin(hear(node.clone(), parts.heard)),
        Box::pin(heal(node.clone(), holes)),
        Box::pin(watch_tail(node.clone())),
        Box::pin(beat(node.clone())),
        Box::pin(release(node.clone())),
        Box::pin(announce_again(node.clone())),
    ];
    Ok((node, loops))
}

async fn hear(node: Arc<Node>, mut heard: mpsc::Receiver<Heard>) {
    let Chat {
        delivery, roster, ..
    } = &*node.chat;
    while let Some(heard) = heard.recv().await {
        match heard {
            Heard::Frame(frame) if frame.topic == Topic::All => roster.hear(delivery, &frame).await,
            heard => delivery.hear(heard),
        }
    }
}

async fn heal(node: Arc<Node>, holes: mpsc::UnboundedReceiver<protocol::RoomId>) {
    node.chat.delivery.heal(holes).await;
}

async fn watch_tail(node: Arc<Node>) {
    node.chat.delivery.watch_tail().await;
}

async fn beat(node: Arc<Node>) {
    let mut due = tokio::time::interval(BEAT_EVERY);
    loop {
        due.tick().await;
        node.chat.roster.beat(&node.chat.delivery).await;
        node.origins.learn(node.chat.roster.nodes());
    }
}

async fn release(node: Arc<Node>) {
    let mut due = tokio::time::interval(RELEASE_EVERY);
    loop {
        due.tick().await;
        node.chat.delivery.release().await;
    }
}

async fn announce_again(node: Arc<Node>) {
    let mut due = tokio::time::interval(ANNOUNCE_EVERY);
    loop {
        due.tick().await;
        announce(&node).await;
    }
}

async fn announce(node: &Node) {
    match node.chat.directory.announce(&node.public_url).await {
        Ok(known) => node.origins.learn(known),
        Err(error) => tracing::warn!(%error, "cannot announce this node's address"),
    }
}

/// New clients go elsewhere, those here are asked to, and who is left is closed with what it sent stored and acknowledged.
#[doc(hidden)]
pub async fn drain(node: &Node) {
    let Chat {
        delivery, roster, ..
    } = &*node.chat;
    tracing::info!(sessions = delivery.hub.sessions(), "draining");
    node.draining.store(true, Ordering::Relaxed);
    roster.beat(delivery).await; // who else lives now
    if roster.nodes().len() > 1 && delivery.hub.sessions() > 0 {
        let within_ms = GOAWAY.as_millis() as u64;
        delivery
            .hub
            .tell_all(Frame::state(Topic::All, &Event::Goaway { within_ms }));
        let gone = async {
            while delivery.hub.sessions() > 0 {
                tokio::time::sleep(LOOK_EVERY).await;
            }
        };
        let _ = tokio::time::timeout(GOAWAY, gone).await; // who stays is closed
    }
    delivery.hub.close_all(Close::Restart);
    node.tasks.close();
    if tokio::time::timeout(CLOSE_MAX, node.tasks.wait())
        .await
        .is_err()
    {
        tracing::warn!(sessions = delivery.hub.sessions(), "cut off");
    }
}
