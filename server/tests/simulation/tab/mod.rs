//! A tab: the real client engine, and around it what a browser does.

mod acting;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::extract::ws::Message;
use client::{Action, Engine, Millis, Outgoing, Start};
use futures_util::StreamExt as _;
use protocol::{Cid, Close, Event, Kind, Person, Reason, RoomId};
use server::store::{Span, Token};

use crate::cluster::Cluster;
use crate::hearsay::hearsay;
use crate::requests::Loaded;
use crate::wire::TabEnd;
use crate::witness::Witness;

/// How often the engine is told that time has passed.
const TICK: Duration = Duration::from_millis(250);

pub struct Tab {
    pub name: String,
    pub person: Person,
    cookie: Token,
    cluster: Arc<Cluster>,
    state: Mutex<State>,
}

/// A message, or a change of one.
#[derive(Clone, PartialEq, Eq)]
pub struct Written {
    pub room: RoomId,
    pub cid: Cid,
    pub kind: Kind,
    pub body: String,
}

#[derive(Default)]
struct State {
    engine: Option<Engine>,
    /// The one on the screen, also of a page that is loaded again.
    room: RoomId,
    wire: Option<TabEnd>,
    /// Which connection it is: what an earlier one brings is not told.
    connection: u64,
    /// What stays over a reload.
    kept: Vec<Outgoing>,
    /// What was written here, in order.
    written: Vec<Written>,
    /// How much was tried.
    tries: u64,
    accepted: Vec<Cid>,
    /// All places of each room that any connection has told of.
    told: BTreeMap<RoomId, BTreeSet<u64>>,
    /// What this connection has told.
    witness: Witness,
    is_closed: bool,
    /// Somebody else has to sign in.
    is_signed_out: bool,
}

impl Tab {
    /// Opens the room in a new tab.
    pub fn open(
        cluster: Arc<Cluster>,
        name: String,
        (person, cookie): (Person, Token),
        room: RoomId,
    ) -> Arc<Self> {
        let tab = Arc::new(Self {
            name,
            person,
            cookie,
            cluster,
            state: Mutex::new(State {
                room,
                ..State::default()
            }),
        });
        tokio::spawn(tab.clone().load());
        let ticking = tab.clone();
        tokio::spawn(async move {
            while !ticking.is_closed() {
                tokio::time::sleep(TICK).await;
                ticking.tell(Engine::tick);
            }
        });
        tab
    }

    pub fn reload(self: &Arc<Self>) {
        self.note(format_args!("reloads"));
        self.leave();
        tokio::spawn(self.clone().load());
    }

    pub fn close(&self) {
        self.note(format_args!("is closed"));
        self.leave();
        self.state().is_closed = true;
    }

    pub fn is_closed(&self) -> bool {
        self.state().is_closed
    }

    /// The places of each room it was told of.
    pub fn told(&self) -> BTreeMap<RoomId, BTreeSet<u64>> {
        self.state().told.clone()
    }

    /// The connection, to be cut.
    pub fn wire(&self) -> Option<TabEnd> {
        self.state().wire.clone()
    }

    pub fn written(&self) -> Vec<Written> {
        self.state().written.clone()
    }

    pub fn accepted(&self) -> Vec<Cid> {
        self.state().accepted.clone()
    }

    pub fn has_kept(&self) -> bool {
        !self.state().kept.is_empty()
    }

    pub fn read<T>(&self, read: impl FnOnce(&Engine) -> T) -> Option<T> {
        self.state().engine.as_ref().map(read)
    }

    /// Tells the engine something, and does what it asks for.
    pub fn tell<T>(self: &Arc<Self>, tell: impl FnOnce(&mut Engine, Millis) -> T) -> Option<T> {
        let now = self.cluster.chance.now();
        let (answer, actions) = {
            let mut state = self.state();
            let engine = state.engine.as_mut()?;
            (tell(engine, now), engine.take_actions())
        };
        for action in actions {
            self.act(action);
        }
        if let Some(room) = self.read(|engine| engine.room().clone()) {
            self.state().room = room;
        }
        Some(answer)
    }

    /// The page goes away, with its socket.
    fn leave(&self) {
        let mut state = self.state();
        state.engine = None;
        state.connection += 1;
        if let Some(wire) = state.wire.take() {
            wire.close(1001);
        }
    }

    async fn load(self: Arc<Self>) {
        let cluster = &self.cluster;
        let (connection, room) = {
            let state = self.state();
            (state.connection, state.room.clone())
        };
        let loaded = loop {
            cluster.chance.pause(10..=300).await;
            if self.is_closed() || self.state().connection != connection {
                return;
            }
            let at = cluster.chance.one_of(cluster.size());
            if let Some(loaded) = cluster.load(at, &self.person, &room).await {
                break loaded;
            }
        };
        {
            let mut state = self.state();
            if state.is_closed || state.connection != connection {
                return;
            }
            let seed = cluster.chance.number(0..=u64::MAX);
            let mut engine = Engine::new(start(&self.person, loaded, seed));
            engine.restore(state.kept.clone());
            state.engine = Some(engine);
        }
        self.note(format_args!("is loaded"));
        self.tell(Engine::connect);
    }

    fn act(self: &Arc<Self>, action: Action) {
        match action {
            Action::Connect { url } => self.connect(url),
            Action::Transmit(command) => {
                self.state().witness.say(&command);
                let text = serde_json::to_string(&command).expect("a command is JSON");
                if let Some(wire) = &self.state().wire {
                    wire.send(text);
                }
            }
            Action::Disconnect { code } => {
                let mut state = self.state();
                state.connection += 1;
                if let Some(wire) = state.wire.take() {
                    wire.close(code);
                }
            }
            Action::Fetch { room, url, .. } => drop(tokio::spawn(self.clone().fetch(room, url))),
            Action::Persist(outbox) => self.state().kept = outbox,
            Action::Reload if self.state().is_signed_out => self.close(),
            Action::Reload => self.reload(),
            Action::Changed => {}
        }
    }

    fn connect(self: &Arc<Self>, url: String) {
        let connection = {
            let mut state = self.state();
            state.connection += 1;
            state.wire = None;
            state.connection
        };
        self.note(format_args!("dials {url}"));
        tokio::spawn(self.clone().listen(url, connection));
    }

    /// Opens a socket and tells all that comes from it.
    async fn listen(self: Arc<Self>, url: String, connection: u64) {
        let wire = self.cluster.dial(&url, self.cookie()).await;
        let Some(wire) = wire else {
            return self.closed(connection, 1006);
        };
        {
            let mut state = self.state();
            if state.connection != connection {
                wire.close(1001);
                return;
            }
            state.wire = Some(wire.clone());
        }
        self.tell(Engine::opened);
        let mut frames = wire.frames();
        while let Some(message) = frames.next().await {
            if self.state().connection != connection {
                return;
            }
            match message {
                Message::Text(text) => self.hear(text.as_str()),
                Message::Ping(_) | Message::Pong(_) | Message::Binary(_) => {}
                Message::Close(frame) => {
                    return self.closed(connection, frame.map_or(1005, |frame| frame.code));
                }
            }
        }
        self.closed(connection, 1006);
    }

    /// The cookie, if the browser has it for the node's host; without it the token of the last welcome stands in.
    fn cookie(&self) -> Option<Token> {
        let has_token = self.read(|engine| engine.token().is_some());
        let is_other_host = has_token == Some(true) && self.cluster.chance.permille(500);
        (!is_other_host).then(|| self.cookie.clone())
    }

    fn closed(self: &Arc<Self>, connection: u64, code: u16) {
        {
            let mut state = self.state();
            if state.connection != connection {
                return;
            }
            state.connection += 1;
            if let Some(wire) = state.wire.take() {
                wire.close(1000);
            }
        }
        self.note(format_args!("is cut off with {code}"));
        self.state().is_signed_out |= code == Close::SessionEnded.code();
        self.tell(|engine, now| engine.closed(now, code));
    }

    fn hear(self: &Arc<Self>, text: &str) {
        let event: Event = match serde_json::from_str(text) {
            Ok(event) => event,
            Err(error) => return self.broken(format!("hears {text}: {error}")),
        };
        self.witness(&event);
        let refused = match &event {
            Event::Rejected { cid, reason, .. } if !reason.is_retryable() => {
                Some((cid.clone(), *reason))
            }
            _ => None,
        };
        self.tell(|engine, now| engine.hear(now, event));
        if let Some((cid, reason)) = refused {
            self.take_back(&cid, reason);
        }
    }

    /// Notes what was heard, and whether it could be true.
    fn witness(&self, event: &Event) {
        if let Some(story) = hearsay(event) {
            self.note(format_args!("hears {story}"));
        }
        let truth = self.state().witness.hear(event);
        if let Err(wrong) = truth {
            self.broken(wrong);
        }
        let mut state = self.state();
        let (entries, aside) = match event {
            Event::Accepted { cid, .. } => return state.accepted.push(cid.clone()),
            Event::Entry(entry) => (std::slice::from_ref(entry), &[][..]),
            Event::Entries { entries, aside, .. } => (&entries[..], &aside[..]),
            _ => return,
        };
        for entry in entries.iter().chain(aside) {
            let told = state.told.entry(entry.room.clone()).or_default();
            told.insert(entry.seq);
        }
    }

    /// What is refused for good was never stored: one was not in the room any more, or the message was taken back.
    fn take_back(self: &Arc<Self>, cid: &Cid, reason: Reason) {
        if !matches!(reason, Reason::RoomUnknown | Reason::MessageUnknown) {
            self.broken(format!("is refused {cid}: {reason:?}"));
        }
        self.tell(|engine, _| engine.discard(cid));
        self.state().written.retain(|written| written.cid != *cid);
    }

    async fn fetch(self: Arc<Self>, room: RoomId, url: String) {
        let place = url.split("before=").nth(1).and_then(|rest| {
            let (before, limit) = rest.split_once("&limit=")?;
            Some((before.parse().ok()?, limit.parse().ok()?))
        });
        let (seq, limit) = place.expect("a place in the address");
        let span = Span::Before { seq, limit };
        match self
            .cluster
            .entries(&url, (&self.person, &room), span)
            .await
        {
            Some(page) => self.tell(|engine, now| engine.page(now, &room, page)),
            None => self.tell(|engine, now| engine.page_failed(now, &room)),
        };
    }

    fn note(&self, what: std::fmt::Arguments<'_>) {
        let name = &self.name;
        self.cluster.chance.note(format_args!("{name} {what}"));
    }

    pub fn broken(&self, what: String) {
        self.cluster.chance.broken(format!("{} {what}", self.name));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no holder of the lock panics")
    }
}

fn start(me: &Person, loaded: Loaded, seed: u64) -> Start {
    let Event::Online {
        version: online_version,
        count: online_count,
        people: online,
    } = loaded.online
    else {
        unreachable!("a roster tells the whole list")
    };
    Start {
        me: me.clone(),
        nodes: loaded.nodes,
        epoch: loaded.page.epoch,
        room: loaded.room,
        entries: loaded.page.entries,
        closed: loaded.page.closed,
        aside: loaded.page.aside,
        rooms: loaded.rooms,
        top: loaded.page.top,
        online_version,
        online_count,
        online,
        seed,
    }
}
