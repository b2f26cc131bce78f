//! The one connection, to whichever node.

use fastrand::Rng;
use protocol::{Reason, RoomId};

use crate::backoff::Backoff;
use crate::nodes::Nodes;
use crate::pulse::Pulse;
use crate::way::{Loss, Way};
use crate::{Link, Millis};

/// How long a socket may take to open, and a node then to say welcome.
const PATIENCE_MS: Millis = 5_000;

/// A connection that lived this long was a good one: the next loss starts with short waits again.
const HEALTHY_MS: Millis = 30_000;

/// Whatever a node says, one looks again after this.
const AGAIN_MS_MAX: Millis = 30_000;

#[derive(Debug)]
pub(crate) enum State {
    Idle,
    Connecting {
        until: Millis,
    },
    /// The socket is open, hello is said.
    Greeting {
        until: Millis,
    },
    Live {
        since: Millis,
        pulse: Pulse,
    },
    Waiting {
        until: Millis,
    },
    Stopped(u16),
}

/// The one connection, with what is remembered from one to the next.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) state: State,
    pub(crate) nodes: Nodes,
    pub(crate) way: Way,
    /// When the last good connection ended.
    since: Millis,
    backoff: Backoff,
    /// When to go to another node, as this one is about to stop.
    leave_at: Option<Millis>,
    /// When the node that is about to close wants to see one again.
    again_ms: Option<Millis>,
    /// Why the node is about to close, if it is for good.
    pub(crate) last_word: Option<(Reason, String)>,
}

impl Connection {
    pub(crate) fn new(nodes: Nodes) -> Self {
        let backoff = Backoff::default();
        Self {
            state: State::Idle,
            nodes,
            way: Way::default(),
            since: 0,
            backoff,
            leave_at: None,
            again_ms: None,
            last_word: None,
        }
    }

    pub(crate) fn link(&self) -> Link {
        let since = self.since;
        match self.state {
            State::Idle => Link::Idle,
            State::Connecting { .. } | State::Greeting { .. } => Link::Connecting { since },
            State::Live { .. } => Link::Live,
            State::Waiting { until } => Link::Waiting { since, until },
            State::Stopped(code) => Link::Stopped(code),
        }
    }

    pub(crate) fn is_live(&self) -> bool {
        matches!(self.state, State::Live { .. })
    }

    /// There is a socket, open or opening.
    pub(crate) fn has_socket(&self) -> bool {
        use State::{Connecting, Greeting, Live};
        matches!(
            self.state,
            Connecting { .. } | Greeting { .. } | Live { .. }
        )
    }

    pub(crate) fn is_healthy(&self, now: Millis) -> bool {
        matches!(self.state, State::Live { since, .. } if now.saturating_sub(since) >= HEALTHY_MS)
    }

    /// Opens a connection; the address of it. The room in it is for a balancer that sends who opens one room to one node; the node
    /// is told by hello.
    pub(crate) fn dial(&mut self, now: Millis, room: &RoomId) -> String {
        self.down(now);
        self.again_ms = None;
        self.state = State::Connecting {
            until: now + PATIENCE_MS,
        };
        let door = if self.way.begin(now) {
            self.nodes.stream_url()
        } else {
            self.nodes.socket_url()
        };
        format!("{door}?room={room}")
    }

    pub(crate) fn greet(&mut self, now: Millis) {
        self.last_word = None;
        self.state = State::Greeting {
            until: now + PATIENCE_MS,
        };
    }

    pub(crate) fn welcomed(&mut self, now: Millis) {
        self.way.came_through();
        self.state = State::Live {
            since: now,
            pulse: Pulse::new(now),
        };
    }

    /// The node has too much to do, and told when it has not.
    pub(crate) fn try_again_after(&mut self, again_ms: Millis) {
        self.way.came_through();
        self.again_ms = Some(again_ms.min(AGAIN_MS_MAX));
    }

    /// Whether a newer connection of the same user has taken this one's place, or somebody has ended it: the sign-in is still
    /// good, and only the user brings it back.
    pub(crate) fn is_elsewhere(&self) -> bool {
        matches!(
            self.last_word,
            Some((Reason::Elsewhere | Reason::Kicked, _))
        )
    }

    /// The connection is gone: the node is tried again when it said so, or when something on the way is to blame; else
    /// another one after a while.
    pub(crate) fn lost(&mut self, now: Millis, rng: &mut Rng) {
        let lived_ms = match self.state {
            State::Live { since, .. } => now.saturating_sub(since),
            _ => 0,
        };
        let loss = self.way.lost(now, lived_ms);
        self.down(now);
        let wait_ms = match (self.again_ms.take(), loss) {
            (Some(again_ms), _) => again_ms + rng.u64(0..=again_ms / 4),
            (None, Loss::Refused) => 0,
            (None, Loss::Cut) => {
                self.backoff.reset();
                self.backoff.wait_ms(rng)
            }
            (None, Loss::Gone) => {
                self.nodes.turn();
                self.backoff.wait_ms(rng)
            }
        };
        self.state = State::Waiting {
            until: now + wait_ms,
        };
    }

    pub(crate) fn stop(&mut self, now: Millis, code: u16) {
        self.down(now);
        self.state = State::Stopped(code);
    }

    /// The node stops within this time; whoever has another one leaves at a random moment of it.
    pub(crate) fn leave_within(&mut self, now: Millis, within_ms: Millis, rng: &mut Rng) {
        if self.is_live() && self.nodes.are_several() && self.leave_at.is_none() {
            self.leave_at = Some(now + rng.u64(0..=within_ms));
        }
    }

    pub(crate) fn is_to_leave(&self, now: Millis) -> bool {
        self.leave_at.is_some_and(|at| now >= at)
    }

    /// Ends what the last connection was.
    fn down(&mut self, now: Millis) {
        if self.is_healthy(now) {
            self.backoff.reset();
        }
        if matches!(
            self.state,
            State::Live { .. } | State::Idle | State::Stopped(_)
        ) {
            self.since = now;
        }
        self.leave_at = None;
    }
}
