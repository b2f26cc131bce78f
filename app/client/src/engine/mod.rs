//! The engine: what happened goes in, what to do comes out. Its inputs stand by topic in
//! `connecting`, `hearing` and `writing`, what is read from it in `reading`.

mod connecting;
mod hearing;
mod reading;
mod writing;

use fastrand::Rng;
use protocol::{Entry, Epoch, Gap, Person, RoomId};
use serde::{Deserialize, Serialize};

use crate::catch_up::CatchUp;
use crate::connection::Connection;
use crate::nodes::Nodes;
use crate::notices::Notices;
use crate::older::Older;
use crate::outbox::Outbox;
use crate::roster::Roster;
use crate::timeline::{Timeline, steps};
use crate::typists::Typists;
use crate::{Action, Millis};

/// What the page knows before its scripts run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Start {
    pub me: Person,
    /// The nodes to connect to, as `http://host:port`; the first is the one the page came from.
    pub nodes: Vec<String>,
    pub epoch: Epoch,
    pub room: RoomId,
    /// The newest page of the room, oldest first; contiguous with its closed gaps.
    pub entries: Vec<Entry>,
    #[serde(default)]
    pub closed: Vec<Gap>,
    /// The room's highest seq.
    pub top: u64,
    pub online_version: u64,
    pub online_count: u64,
    pub online: Vec<Person>,
    /// Any number, another for each page: spreads the clients of a dead node.
    #[serde(default)]
    pub seed: u64,
}

/// A client of one room: what it knows, and what it does next.
#[derive(Debug)]
pub struct Engine {
    me: Person,
    room: RoomId,
    epoch: Epoch,
    token: Option<String>,
    rng: Rng,
    connection: Connection,
    catch_up: CatchUp,
    /// The next hello names no cursor: what is held is not to be believed.
    asks_afresh: bool,
    timeline: Timeline,
    notices: Notices,
    outbox: Outbox,
    roster: Roster,
    typists: Typists,
    older: Older,
    /// When the others were last told that one is writing.
    typed_at: Option<Millis>,
    actions: Vec<Action>,
    has_changed: bool,
    outbox_has_changed: bool,
}

impl Engine {
    pub fn new(start: Start) -> Self {
        Self {
            timeline: Timeline::new(
                start.me.id.clone(),
                steps(start.entries, &start.closed),
                start.top,
            ),
            roster: Roster::new(start.online_version, start.online_count, start.online),
            me: start.me,
            room: start.room,
            epoch: start.epoch,
            token: None,
            rng: Rng::with_seed(start.seed),
            connection: Connection::new(Nodes::new(start.nodes)),
            catch_up: CatchUp::default(),
            asks_afresh: false,
            notices: Notices::default(),
            outbox: Outbox::default(),
            typists: Typists::default(),
            older: Older::default(),
            typed_at: None,
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
