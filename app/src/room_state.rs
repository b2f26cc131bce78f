//! What is on the screen besides the lines.

use client::{Engine, Link, Millis};
use protocol::Person;

/// How long a connection may be away before the page says so: most come back sooner.
const BANNER_AFTER_MS: Millis = 2_000;

/// What is on the screen besides the lines. One value, since each kind of signal weighs kilobytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) older: Older,
    pub(crate) online: Online,
    pub(crate) typists: Vec<Person>,
    pub(crate) connection: Connection,
    /// Messages of others that have not been on the screen.
    pub(crate) unseen: usize,
    /// Whether the newest line is on the screen; kept by the list.
    pub(crate) is_at_newest: bool,
    /// Whether the drawer with the people is open, on a narrow screen.
    pub(crate) people_are_open: bool,
}

/// What stands before the first line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Older {
    None,
    There,
    Loading,
}

/// Who is online; `count` is true where the names are only some.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Online {
    pub(crate) people: Vec<Person>,
    pub(crate) count: u64,
    pub(crate) is_stale: bool,
}

/// What is told about the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Connection {
    /// Not open, but not for long enough to speak of it.
    Connecting,
    Open,
    Trying,
    Waiting {
        seconds: u64,
    },
    Stopped(u16),
}

impl State {
    /// As the engine has it before it is connected.
    pub(crate) fn first(engine: &Engine) -> Self {
        Self {
            older: Older::of(engine),
            online: Online::of(engine, Connection::Connecting),
            typists: Vec::new(),
            connection: Connection::Connecting,
            unseen: 0,
            is_at_newest: true,
            people_are_open: false,
        }
    }

    /// As the engine has it now; the rest stays.
    pub(crate) fn renewed(&self, engine: &Engine, now: Millis, unseen: usize) -> Self {
        let connection = Connection::of(engine.link(), now);
        Self {
            older: Older::of(engine),
            online: Online::of(engine, connection),
            typists: engine.typists(now),
            connection,
            unseen,
            is_at_newest: self.is_at_newest,
            people_are_open: self.people_are_open,
        }
    }
}

impl Older {
    fn of(engine: &Engine) -> Self {
        match (engine.has_older(), engine.older_is_loading()) {
            (false, _) => Self::None,
            (true, false) => Self::There,
            (true, true) => Self::Loading,
        }
    }
}

impl Online {
    fn of(engine: &Engine, connection: Connection) -> Self {
        Self {
            people: engine.people().to_vec(),
            count: engine.count(),
            is_stale: engine.online_is_stale() || connection.is_away(),
        }
    }

    /// How many are there besides those named.
    pub(crate) fn unnamed(&self) -> u64 {
        self.count.saturating_sub(self.people.len() as u64)
    }
}

impl Connection {
    fn of(link: Link, now: Millis) -> Self {
        match link {
            Link::Idle => Self::Connecting,
            Link::Live => Self::Open,
            Link::Stopped(code) => Self::Stopped(code),
            Link::Connecting { since } | Link::Waiting { since, .. }
                if now < since + BANNER_AFTER_MS =>
            {
                Self::Connecting
            }
            Link::Connecting { .. } => Self::Trying,
            Link::Waiting { until, .. } => Self::Waiting {
                seconds: until.saturating_sub(now).div_ceil(1_000),
            },
        }
    }

    /// Whether it has been away for so long that it is told.
    pub(crate) fn is_away(self) -> bool {
        !matches!(self, Self::Connecting | Self::Open)
    }

    /// For `data-link`.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Connecting => "connecting",
            Self::Open => "open",
            Self::Trying | Self::Waiting { .. } => "waiting",
            Self::Stopped(_) => "stopped",
        }
    }
}
