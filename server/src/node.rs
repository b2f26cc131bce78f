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

use crate::backplane::{self, Heard};
use crate::chat::Chat;
use crate::config::Config;
use crate::delivery::Delivery;
use crate::frame::{Frame, Topic};
use crate::http::{self, Origins};
use crate::roster::Roster;
use crate::{presence, store};

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
    let (delivery, holes) = Delivery::start(log, backplane).await?;
    delivery.follow_all().await;

    let roster = Roster::new(presence, public_url.clone());
    let chat = Arc::new(Chat::new(delivery, directory, roster));
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

    let tasks = TaskTracker::new();
    let until_the_end =
        |task: Task| drop(tasks.spawn(background.clone().run_until_cancelled_owned(task)));
    until_the_end(Box::pin(hear(node.clone(), heard)));
    until_the_end(Box::pin(heal(node.clone(), holes)));
    until_the_end(Box::pin(watch_tail(node.clone())));
    until_the_end(Box::pin(beat(node.clone())));
    until_the_end(Box::pin(release(node.clone())));
    until_the_end(Box::pin(announce_again(node.clone())));

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

type Task = std::pin::Pin<Box<dyn Future<Output = ()> + Send>>;

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
async fn drain(node: &Node) {
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
