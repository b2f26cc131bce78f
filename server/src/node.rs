//! One node: puts the parts together, runs their tasks, and ends them in order.

mod draining;

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Context as _;
use protocol::{NodeId, RoomId, UserId};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use self::draining::close;
use crate::admission::Admission;
use crate::attempts::Attempts;
use crate::backplane::{self, Backplane, Heard};
use crate::chat::Chat;
use crate::config::Config;
use crate::frame::Topic;
use crate::guest::{self, Visitors};
use crate::http::{self, Origins};
use crate::keyring::Keyring;
use crate::limits::Limits;
use crate::password::Passwords;
use crate::presence::{self, Presence};
use crate::rate::Rate;
use crate::redis_address::without_password;
use crate::roster::Roster;
use crate::session::{self, Arrival};
use crate::site::Site;
use crate::soundness::Soundness;
use crate::stomp::{self, Polled};
use crate::store::{self, Reader, Span, Store};
use crate::stream::Streams;
use crate::supervisor;

#[doc(hidden)]
pub use self::draining::drain;

const BEAT_EVERY: Duration = Duration::from_secs(1);
const RELEASE_EVERY: Duration = Duration::from_secs(10);
const ANNOUNCE_EVERY: Duration = Duration::from_secs(60);

/// When visits are renewed again after the store has failed.
const RENEW_AGAIN: Duration = Duration::from_secs(1);

/// How often it is written how far people have read: what a killed node has not written is unread again.
const MARKS_EVERY: Duration = Duration::from_secs(1);

/// How often the entries stored since the last look are looked at for faults; the whole log is at the start.
const CHECK_EVERY: Duration = Duration::from_secs(60);

/// The time in which as many guests may join as at once.
const JOINS_OVER: Duration = Duration::from_secs(60);

/// Time the sessions get to end.
const CLOSE_MAX: Duration = Duration::from_secs(8);

/// The same when the log was replaced: nothing of what they wait for comes any more.
const REPLACED_CLOSE_MAX: Duration = Duration::from_secs(1);

/// Time the store gets to fold its file.
const STORE_CLOSE_MAX: Duration = Duration::from_secs(3);

/// What all parts of a running node share.
pub struct Node {
    pub chat: Arc<Chat>,
    pub admission: Arc<Admission>,
    pub origins: Origins,
    pub passwords: Passwords,
    pub attempts: Attempts,
    /// How often guests may join from each network.
    pub joins: Rate<IpAddr>,
    pub visitors: Arc<Visitors>,
    pub keyring: Keyring,
    /// How often each program may ask.
    pub programs: Rate<UserId>,
    pub config: Config,
    pub site: Site,
    pub public_url: String,
    pub streams: Arc<Streams>,
    pub polled: Arc<Polled>,
    /// Sessions and requests that must not be cut off.
    pub tasks: TaskTracker,
    /// All sessions are being ended, and so is who has none yet.
    pub closing: CancellationToken,
    draining: AtomicBool,
    /// The log is no longer the one that was opened.
    replaced: CancellationToken,
}

/// Why a node has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// It was asked to.
    Stopped,
    /// Its log was replaced. All that a node knows (cursors, sessions, its claim of the epoch) is of the old one: it has to
    /// start anew.
    Replaced,
}

impl Node {
    /// New sockets and new sign-ins go elsewhere.
    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }

    /// Runs a session that does not live as long as a request.
    pub fn run_session(&self, arrival: Arrival) {
        drop(self.tasks.spawn(session::run(arrival)));
    }

    /// The same for a client of STOMP.
    pub fn run_stomp(&self, arrival: stomp::Arrival) {
        drop(self.tasks.spawn(stomp::run(arrival)));
    }
}

/// Serves on the listener until `stop`, then drains: what is queued is stored and acknowledged, clients are sent elsewhere. Or
/// until the log is replaced: then all sessions are closed, and nothing more is acknowledged.
pub async fn run(
    config: Config,
    listener: TcpListener,
    stop: CancellationToken,
) -> anyhow::Result<Ended> {
    let bound = listener
        .local_addr()
        .context("the listener has no address")?;
    let public_url = config.public_url(bound);
    tracing::info!("listening on {bound}");
    let store = store::connect(&config.store())?;
    let background = CancellationToken::new();
    let parts = Parts::join(&config, store, &public_url, background.clone()).await?;
    let (node, loops) = assemble(config, public_url, parts).await?;
    let tasks = TaskTracker::new();
    for task in loops {
        drop(tasks.spawn(background.clone().run_until_cancelled_owned(task)));
    }

    let watched = supervise(node.clone());
    drop(tasks.spawn(background.clone().run_until_cancelled_owned(watched)));
    tracing::info!("open {}", node.public_url);
    let closed = CancellationToken::new();
    let serving = tasks.spawn(http::serve(listener, node.clone(), closed.clone()));
    supervisor::tell_ready(&node.public_url);
    let ended = tokio::select! {
        () = stop.cancelled() => Ended::Stopped,
        () = node.replaced.cancelled() => Ended::Replaced,
    };
    if ended == Ended::Stopped {
        supervisor::tell_stopping();
    }
    match ended {
        Ended::Stopped => drain(&node).await,
        Ended::Replaced => close(&node, REPLACED_CLOSE_MAX).await,
    }
    closed.cancel();
    let _ = tokio::time::timeout(CLOSE_MAX, serving).await; // who still downloads is cut off
    background.cancel();
    node.chat.roster.retire().await;
    node.chat.write_marks().await;
    let closed = tokio::time::timeout(STORE_CLOSE_MAX, node.chat.delivery.log.close());
    if closed.await.is_err() {
        tracing::warn!("the store is not closed; the next start brings it in order");
    }
    tracing::info!("stopped");
    Ok(ended)
}

/// What a node is made of; the simulation has others than [`run`].
#[doc(hidden)]
pub struct Parts {
    pub store: Store,
    pub backplane: Box<dyn Backplane>,
    pub heard: mpsc::Receiver<Heard>,
    pub presence: Box<dyn Presence>,
}

impl Parts {
    /// Joins the backplane and presence that the settings name, under a new node's id, until `background` ends.
    pub async fn join(
        config: &Config,
        store: Store,
        public_url: &str,
        background: CancellationToken,
    ) -> anyhow::Result<Self> {
        let place = presence::place(
            config.presence.as_deref(),
            &config.backplane,
            &config.store(),
        )?;
        let id: NodeId = store::random_id::<8, _>();
        let epoch = store.log.epoch().clone();
        tracing::info!(
            node = %id, %epoch, %public_url,
            store = without_password(&config.store()), presence = without_password(&place),
            "starting"
        );
        let member = backplane::Member {
            node: id.clone(),
            epoch,
            former: store.log.former_epoch().cloned(),
            key: store.key.clone(),
            prefix: config.prefix.clone(),
        };
        let (backplane, heard) = backplane::connect(&config.backplane, member, background).await?;
        let member = presence::Member {
            node: id,
            public_url: public_url.to_owned(),
            prefix: config.prefix.clone(),
        };
        let presence = presence::connect(&place, member).await?;
        Ok(Self {
            store,
            backplane,
            heard,
            presence,
        })
    }
}

#[doc(hidden)]
pub type Task = std::pin::Pin<Box<dyn Future<Output = ()> + Send>>;

/// Puts the parts together, and tells what has to run as long as the node lives. Only then sockets may come.
#[doc(hidden)]
pub async fn assemble(
    config: Config,
    public_url: String,
    parts: Parts,
) -> Result<(Arc<Node>, [Task; 10]), store::Error> {
    let roster = Roster::new(parts.presence, public_url.clone());
    let limits = config.limits.clone();
    let (chat, holes) = Chat::start(parts.store, parts.backplane, roster, limits).await?;
    chat.delivery.follow_all().await;
    let chat = Arc::new(chat);
    let origins = Origins::new(&public_url, &config.allow_origin);
    let Limits {
        handshakes,
        openers,
        api_per_sec,
        joins_per_address,
        ..
    } = config.limits;
    let node = Arc::new(Node {
        chat,
        admission: Arc::new(Admission::new(handshakes, openers)),
        origins,
        passwords: Passwords::new(),
        attempts: Attempts::new(),
        joins: Rate::every(JOINS_OVER / joins_per_address, joins_per_address),
        visitors: Arc::default(),
        keyring: Keyring::default(),
        programs: Rate::new(api_per_sec, 2 * api_per_sec),
        site: Site::of(&config),
        config,
        public_url,
        streams: Streams::new(),
        polled: Arc::default(),
        tasks: TaskTracker::new(),
        closing: CancellationToken::new(),
        draining: AtomicBool::new(false),
        replaced: CancellationToken::new(),
    });
    if !node.config.admin.is_empty() {
        node.chat.bans.promote(&node.config.admin).await?;
    }
    announce(&node).await;
    node.chat.roster.beat(&node.chat.delivery).await;
    let loops: [Task; 10] = [
        Box::pin(hear(node.clone(), parts.heard)),
        Box::pin(heal(node.clone(), holes)),
        Box::pin(watch_tail(node.clone())),
        Box::pin(beat(node.clone())),
        Box::pin(tell(node.clone())),
        Box::pin(release(node.clone())),
        Box::pin(write_marks(node.clone())),
        Box::pin(announce_again(node.clone())),
        Box::pin(keep_visits(node.clone())),
        Box::pin(check_log(node.clone())),
    ];
    Ok((node, loops))
}

async fn hear(node: Arc<Node>, mut heard: mpsc::Receiver<Heard>) {
    let Chat {
        delivery, roster, ..
    } = &*node.chat;
    while let Some(heard) = heard.recv().await {
        match heard {
            Heard::Frame(frame) if frame.topic == Topic::All => roster.hear(delivery, &frame),
            heard => delivery.hear(heard),
        }
    }
}

async fn heal(node: Arc<Node>, holes: mpsc::UnboundedReceiver<RoomId>) {
    node.chat.delivery.heal(holes).await;
}

async fn watch_tail(node: Arc<Node>) {
    let error = node.chat.delivery.watch_tail().await;
    tracing::error!(%error, "the log was replaced under this node: it closes all sessions and starts anew");
    node.replaced.cancel();
}

async fn check_log(node: Arc<Node>) {
    let mut soundness = Soundness::default();
    let mut due = tokio::time::interval(CHECK_EVERY);
    loop {
        due.tick().await;
        soundness.look(&*node.chat.delivery.log).await;
    }
}

async fn beat(node: Arc<Node>) {
    let mut due = tokio::time::interval(BEAT_EVERY);
    loop {
        due.tick().await;
        node.chat.roster.beat(&node.chat.delivery).await;
        node.origins.learn(node.chat.roster.nodes());
    }
}

async fn tell(node: Arc<Node>) {
    node.chat.roster.tell(&node.chat.delivery).await;
}

async fn release(node: Arc<Node>) {
    let mut due = tokio::time::interval(RELEASE_EVERY);
    loop {
        due.tick().await;
        node.chat.delivery.release().await;
    }
}

async fn write_marks(node: Arc<Node>) {
    let mut due = tokio::time::interval(MARKS_EVERY);
    loop {
        due.tick().await;
        node.chat.write_marks().await;
    }
}

async fn announce_again(node: Arc<Node>) {
    let mut due = tokio::time::interval(ANNOUNCE_EVERY);
    loop {
        due.tick().await;
        announce(&node).await;
    }
}

/// A failure is tried again soon: others may take the names of visits that end.
async fn keep_visits(node: Arc<Node>) {
    loop {
        let again = match node.visitors.renew(&*node.chat.visits).await {
            Ok(()) => guest::RENEW_EVERY,
            Err(error) => {
                tracing::warn!(%error, "cannot renew visits");
                RENEW_AGAIN
            }
        };
        tokio::time::sleep(again).await;
    }
}

/// Shows the supervisor that tasks run and that the store answers whoever writes and reads. That it is away is an answer, too: a
/// node that starts anew would not have it either, and this one still has its sessions.
async fn supervise(node: Arc<Node>) {
    let node = &node;
    let look = async move || {
        announce(node).await;
        let log = &node.chat.delivery.log;
        let span = Span::newest(0);
        let _ = log.read(Reader::Node, &RoomId::lobby(), span).await; // the tail tells what is wrong with it
    };
    supervisor::watch(look).await;
}

async fn announce(node: &Node) {
    match node.chat.directory.announce(&node.public_url).await {
        Ok(known) => node.origins.learn(known),
        Err(error) => tracing::warn!(%error, "cannot announce this node's address"),
    }
}
