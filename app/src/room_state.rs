//! What is on the screen besides the lines.

use client::{Engine, Link, Millis, RoomView};
use protocol::{Person, Reason, UserId};

use crate::{Theme, finding::Finding};

/// How long a connection may be away before the page says so: most come back sooner.
const BANNER_AFTER_MS: Millis = 2_000;

/// What is on the screen besides the lines. One value, since each kind of signal weighs kilobytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct State {
    /// The rooms one is in, in the order shown.
    pub(crate) rooms: Vec<RoomView>,
    /// The one on the screen.
    pub(crate) room: RoomView,
    pub(crate) older: Older,
    pub(crate) online: Online,
    /// Who is listed beside the room; none while that is not known.
    pub(crate) listed: Option<Listed>,
    pub(crate) typists: Vec<Person>,
    pub(crate) connection: Connection,
    /// Why a node has closed it for good, and what it said about it.
    pub(crate) last_word: Option<(Reason, String)>,
    /// Whether the newest line is on the screen; kept by the list.
    pub(crate) is_at_newest: bool,
    /// What is open on a narrow screen.
    pub(crate) drawer: Drawer,
    /// What is looked for, while something is.
    pub(crate) finding: Option<Finding>,
    pub(crate) theme: Theme,
    /// Said for a moment.
    pub(crate) toast: String,
    /// Whether one is asked if notifications are wanted.
    pub(crate) asks_to_notify: bool,
}

/// What slides over the messages, on a narrow screen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Drawer {
    #[default]
    None,
    Rooms,
    People,
}

/// Some of the people of a room, and how many they are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Listed {
    pub(crate) count: u64,
    pub(crate) people: Vec<Person>,
}

/// What stands before the first line; loading, too, while it is not known what the room holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Older {
    None,
    There,
    Loading,
}

/// Who is online anywhere, as far as they are told by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Online {
    pub(crate) people: Vec<Person>,
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
    pub(crate) fn first(engine: &Engine, theme: Theme) -> Self {
        let room = engine.here();
        Self {
            listed: Listed::of(engine),
            rooms: engine.rooms(),
            room,
            older: Older::of(engine),
            online: Online::of(engine, Connection::Connecting),
            typists: Vec::new(),
            connection: Connection::Connecting,
            last_word: None,
            is_at_newest: true,
            drawer: Drawer::None,
            finding: None,
            theme,
            toast: String::new(),
            asks_to_notify: false,
        }
    }

    /// As the engine has it now; the rest stays.
    pub(crate) fn renewed(&self, engine: &Engine, now: Millis) -> Self {
        let connection = Connection::of(engine.link(), now);
        Self {
            rooms: engine.rooms(),
            listed: Listed::of(engine),
            older: match engine.is_filled() {
                true => Older::of(engine),
                false => Older::Loading,
            },
            online: Online::of(engine, connection),
            typists: engine.typists(now),
            connection,
            last_word: engine
                .last_word()
                .map(|(reason, says)| (reason, says.to_owned())),
            room: engine.here(),
            ..self.clone()
        }
    }

    /// Who is named beside the messages.
    pub(crate) fn people(&self) -> &[Person] {
        self.listed.as_ref().map_or(&[], |listed| &listed.people)
    }

    pub(crate) fn is_online(&self, user: &UserId) -> bool {
        self.online.people.iter().any(|person| person.id == *user)
    }

    /// What is counted of the other rooms.
    pub(crate) fn unread_elsewhere(&self) -> u64 {
        let others = self.rooms.iter().filter(|view| !view.is_open);
        others.map(RoomView::noted).sum()
    }

    /// What the room is called in a sentence: `#Lobby`, `Ann`.
    pub(crate) fn title(&self) -> String {
        match self.room.kind.is_personal() {
            true => self.room.title.clone(),
            false => format!("#{}", self.room.title),
        }
    }
}

impl Listed {
    fn of(engine: &Engine) -> Option<Self> {
        let (people, count) = engine.attendance()?;
        Some(Self {
            count,
            people: people.to_vec(),
        })
    }

    /// How many are there besides those named.
    pub(crate) fn unnamed(&self) -> u64 {
        self.count.saturating_sub(self.people.len() as u64)
    }
}

impl Drawer {
    /// For `data-value`.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Rooms => "rooms",
            Self::People => "people",
        }
    }

    /// What [`as_str`](Self::as_str) wrote.
    pub(crate) fn parse(text: &str) -> Self {
        match text {
            "rooms" => Self::Rooms,
            "people" => Self::People,
            _ => Self::None,
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
            is_stale: engine.online_is_stale() || connection.is_away(),
        }
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
