//! The engine: what happened goes in, what to do comes out. Its inputs stand by topic in
//! `attending`, `connecting`, `hearing`, `listing`, `filling`, `switching` and `writing`, what is read from it in
//! `reading`.

mod attending;
mod connecting;
mod filling;
mod hearing;
mod listing;
mod reading;
mod switching;
mod writing;

use fastrand::Rng;
use protocol::{Entry, Epoch, Gap, Person, RoomId, RoomState};
use serde::{Deserialize, Serialize};

use crate::catch_up::CatchUp;
use crate::connection::Connection;
use crate::nodes::Nodes;
use crate::outbox::Outbox;
use crate::rooms::Rooms;
use crate::roster::Roster;
use crate::timeline::steps;
use crate::typists::Typists;
use crate::{Action, Gone, Millis};

/// What the page knows before its scripts run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Start {
    pub me: Person,
    /// The nodes to connect to, as `http://host:port`; the first is the one the page came from.
    pub nodes: Vec<String>,
    pub epoch: Epoch,
    /// The rooms one is in.
    #[serde(default)]
    pub rooms: Vec<RoomState>,
    /// The room on the screen.
    pub room: RoomId,
    /// The newest page of the room, oldest first; contiguous with its closed gaps.
    pub entries: Vec<Entry>,
    #[serde(default)]
    pub closed: Vec<Gap>,
    /// See [`Page::aside`](protocol::Page).
    #[serde(default)]
    pub aside: Vec<Entry>,
    /// The room's highest seq.
    pub top: u64,
    pub online_version: u64,
    pub online_count: u64,
    pub online: Vec<Person>,
    /// Any number, another for each page: spreads the clients of a dead node.
    #[serde(default)]
    pub seed: u64,
}

/// A client of the rooms one is in: what it knows, and what it does next.
#[derive(Debug)]
pub struct Engine {
    me: Person,
    epoch: Epoch,
    token: Option<String>,
    rng: Rng,
    connection: Connection,
    rooms: Rooms,
    /// Of the open room.
    catch_up: CatchUp,
    /// The next hello names no cursor: what is held of the open room is not to be believed.
    asks_afresh: bool,
    /// The room that the last hello asked for.
    greeted: RoomId,
    /// The list of rooms that `welcome` began goes on.
    is_listing: bool,
    outbox: Outbox,
    roster: Roster,
    /// In the open room.
    typists: Typists,
    gone: Option<Gone>,
    /// When the others were last told that one is writing.
    typed_at: Option<Millis>,
    /// When a node was last told what was read.
    read_at: Option<Millis>,
    actions: Vec<Action>,
    has_changed: bool,
    outbox_has_changed: bool,
}

impl Engine {
    pub fn new(start: Start) -> Self {
        Self {
            rooms: rooms(&start),
            roster: Roster::new(start.online_version, start.online_count, start.online),
            me: start.me,
            epoch: start.epoch,
            token: None,
            rng: Rng::with_seed(start.seed),
            connection: Connection::new(Nodes::new(start.nodes)),
            catch_up: CatchUp::default(),
            asks_afresh: false,
            greeted: start.room,
            is_listing: false,
            outbox: Outbox::default(),
            typists: Typists::default(),
            gone: None,
            typed_at: None,
            read_at: None,
            actions: vec![],
            has_changed: false,
            outbox_has_changed: false,
        }
    }

    /// What to do now; to be taken after every input.
    pub fn take_actions(&mut self) -> Vec<Action> {
        let mut actions = vec![];
        if std::mem::take(&mut self.outbox_has_changed) {
            // First, so that nothing is on its way that is not kept.
            actions.push(Action::Persist(self.outbox.kept()));
        }
        actions.append(&mut self.actions);
        if std::mem::take(&mut self.has_changed) {
            actions.push(Action::Changed);
        }
        actions
    }

    fn act(&mut self, action: Action) {
        self.actions.push(action);
    }

    fn changed(&mut self) {
        self.has_changed = true;
    }

    fn outbox_changed(&mut self) {
        self.outbox_has_changed = true;
        self.has_changed = true;
    }
}

/// The rooms as the page has them, with what it shows of the open one.
fn rooms(start: &Start) -> Rooms {
    let is_open = |room: &&RoomState| room.id == start.room;
    let mut open = start.rooms.iter().find(is_open).cloned();
    let open = open.get_or_insert_default();
    open.id = start.room.clone();
    open.top = open.top.max(start.top);
    let others = start.rooms.iter().filter(|room| !is_open(room));
    let mut rooms = Rooms::new(others.cloned().collect(), open.clone(), &start.me);
    let here = rooms.here_mut();
    if !start.entries.is_empty() || open.top == 0 {
        let newest = steps(start.entries.clone(), &start.closed);
        here.timeline.replace(newest);
        here.timeline.take_aside(&start.aside);
    }
    rooms.open(&start.room);
    rooms
}
