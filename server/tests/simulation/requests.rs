//! What browsers ask of nodes: sockets and pages.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use protocol::{Cid, Event, Page, Person, RoomId, RoomState, UserId, limits};
use server::node::Node;
use server::session::{self, Arrival};
use server::socket::Socket;
use server::store::{Span, Token};
use tokio::sync::oneshot;

use crate::cluster::{Cluster, Running};
use crate::wire::{self, TabEnd};

/// How often somebody who waits for a node looks again.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// What a page has when it is loaded.
pub struct Loaded {
    /// The one that is shown: the one asked for, or the lobby where one is not in that any more.
    pub room: RoomId,
    pub rooms: Vec<RoomState>,
    pub page: Page,
    pub online: Event,
    pub nodes: Vec<String>,
}

/// Who is to be in a private room, or not.
pub struct Change {
    pub by: Person,
    pub cid: Cid,
    pub room: RoomId,
    pub who: UserId,
    pub is_in: bool,
}

impl Cluster {
    /// Opens a socket as a browser does; none if there is nobody at the address.
    pub async fn dial(&self, url: &str, cookie: Option<Token>) -> Option<TabEnd> {
        self.chance.pause(0..=self.slow_ms.load(Relaxed)).await;
        let at = self.at(url);
        let Running { life, node, .. } = self.answering(at).await?;
        if node.is_draining() {
            return None;
        }
        let id = self.sessions.fetch_add(1, Relaxed) + 1;
        let id = format!("session{id}").parse().expect("an id");
        let (node_end, tab_end) = wire::connect(&self.chance, self.slow_ms.load(Relaxed));
        let chat = node.chat.clone();
        let admission = node.admission.clone();
        let talk = session::run(Arrival {
            chat,
            admission,
            socket: Socket::simulated(Box::new(node_end)),
            token: cookie,
            id,
        });
        life.spawn(async move { node.tasks.track_future(talk).await });
        Some(tab_end)
    }

    /// A page of older entries by HTTP.
    pub async fn entries(
        &self,
        url: &str,
        (person, room): (&Person, &RoomId),
        span: Span,
    ) -> Option<Page> {
        let (person, room) = (person.clone(), room.clone());
        self.ask(self.at(url), async move |node| {
            node.chat.page(&person, &room, span).await.ok()
        })
        .await
    }

    /// What the page of the room starts with.
    pub async fn load(&self, at: usize, person: &Person, room: &RoomId) -> Option<Loaded> {
        let (person, room) = (person.clone(), room.clone());
        self.ask(at, async move |node| {
            let rooms = node.chat.rooms(&person).await.ok()?;
            let is_in = rooms.iter().any(|own| own.id == room);
            let room = if is_in { room } else { RoomId::lobby() };
            let newest = Span::newest(limits::PAGE_ENTRIES);
            let page = node.chat.page(&person, &room, newest).await.ok()?;
            Some(Loaded {
                room,
                rooms,
                page,
                online: node.chat.roster.online(),
                nodes: node.chat.roster.nodes(),
            })
        })
        .await
    }

    /// Lets somebody into a private room, or puts them out; no answer if it fails, though it may be done.
    pub async fn change_member(&self, at: usize, change: Change) -> Option<()> {
        self.ask(at, async move |node| {
            let Change {
                by,
                cid,
                room,
                who,
                is_in,
            } = change;
            let whom = (&room, &who);
            let changed = if is_in {
                node.chat.add(by, cid, whom).await
            } else {
                node.chat.remove(by, cid, whom, "").await
            };
            changed.ok().map(drop)
        })
        .await
    }

    /// Ends a sign-in; no answer if that fails, though it may have ended.
    pub async fn sign_out(&self, at: usize, token: &Token) -> Option<()> {
        let token = token.clone();
        self.ask(at, async move |node| node.chat.sign_out(&token).await.ok())
            .await
    }

    /// A request to a node; none if it is not there, or dies with it.
    async fn ask<T, F>(&self, at: usize, ask: impl FnOnce(Arc<Node>) -> F) -> Option<T>
    where
        T: Send + 'static,
        F: Future<Output = Option<T>> + Send + 'static,
    {
        self.chance.pause(0..=self.slow_ms.load(Relaxed)).await;
        let Running { life, node, .. } = self.answering(at).await?;
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
}
