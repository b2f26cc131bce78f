//! The room on the screen: what its parts read, and what they ask for.

use std::{rc::Rc, sync::Arc};

use client::{Engine, Line, Link};
use leptos::prelude::*;
use protocol::{Body, Cid, Person, Reason};

use crate::{
    Language, Snapshot, browser,
    clock::Clock,
    driver::Driver,
    rows::{self, Row},
    texts::Texts,
};

/// How long a connection may be away before the page says so: most come back sooner.
const BANNER_AFTER_MS: u64 = 2_000;

/// Rows above which those far above are let go of, once the reader is back at the newest.
const ROWS_MAX: usize = 300;

/// The room as its parts know it. They read its signals and call its methods; a copy is the same room.
#[derive(Clone, Copy)]
pub(crate) struct Room {
    driver: StoredValue<Rc<Driver>, LocalStorage>,
    seen_seq: StoredValue<u64>,
    title: StoredValue<Arc<str>>,
    language: Language,
    pub(crate) clock: RwSignal<Clock, LocalStorage>,
    pub(crate) rows: RwSignal<Vec<Row>>,
    pub(crate) older: RwSignal<Older>,
    pub(crate) online: RwSignal<Online>,
    pub(crate) typists: RwSignal<Vec<Person>>,
    pub(crate) connection: RwSignal<Connection>,
    /// Messages of others that have not been on the screen.
    pub(crate) unseen: RwSignal<u64>,
    /// Whether the newest line is on the screen; kept by the list.
    pub(crate) is_at_newest: RwSignal<bool>,
    /// How many messages have been sent from here.
    pub(crate) sent: RwSignal<u64>,
    /// The latest message taken back, for the composer.
    pub(crate) taken_back: RwSignal<Option<String>>,
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

impl Online {
    /// How many are there besides those named.
    pub(crate) fn unnamed(&self) -> u64 {
        self.count.saturating_sub(self.people.len() as u64)
    }
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

impl Room {
    /// The room as the server knows it, the same on both sides.
    pub(crate) fn new(snapshot: &Snapshot, language: Language) -> Self {
        let seed = if cfg!(target_arch = "wasm32") {
            browser::random_u64()
        } else {
            0
        };
        let engine = Engine::new(snapshot.start(seed));
        let clock = Clock::Utc(language);
        Self {
            seen_seq: StoredValue::new(snapshot.room.top),
            title: StoredValue::new(snapshot.room.name.as_str().into()),
            language,
            rows: RwSignal::new(rows::renew(&[], &engine.lines(), |at| clock.day(at))),
            clock: RwSignal::new_local(clock),
            older: RwSignal::new(older(&engine)),
            online: RwSignal::new(online(&engine)),
            typists: RwSignal::default(),
            connection: RwSignal::new(Connection::Connecting),
            unseen: RwSignal::new(0),
            is_at_newest: RwSignal::new(true),
            sent: RwSignal::new(0),
            taken_back: RwSignal::new(None),
            driver: StoredValue::new_local(Driver::new(engine)),
        }
    }

    /// Goes live: the reader's own time, the connection.
    pub(crate) fn start(self) {
        self.clock.set(Clock::local(self.language));
        self.driver().start(move || self.show());
        self.show();
    }

    pub(crate) fn language(self) -> Language {
        self.language
    }

    pub(crate) fn texts(self) -> &'static Texts {
        self.language.texts()
    }

    /// Shows the message at once and sends it as soon as it can be; or tells why it cannot be sent.
    pub(crate) fn send(self, text: &str) -> Result<(), Reason> {
        let body = Body::parse(text)?;
        let at = browser::time_of_day();
        self.driver()
            .tell(|engine, now| engine.send(now, browser::new_cid(), body.as_str(), at))?;
        self.sent.update(|sent| *sent += 1);
        Ok(())
    }

    pub(crate) fn retry(self, cid: &Cid) {
        self.driver().tell(|engine, now| engine.retry(now, cid));
    }

    /// Takes a failed message back, to be written anew.
    pub(crate) fn edit_again(self, cid: &Cid) {
        let body = self.driver().tell(|engine, _| engine.discard(cid));
        if body.is_some() {
            self.taken_back.set(body);
        }
    }

    pub(crate) fn typing(self) {
        self.driver().tell(Engine::typing);
    }

    /// Loads what is before the first line.
    pub(crate) fn load_older(self) {
        self.driver().tell(Engine::older);
    }

    /// Connects now instead of later.
    pub(crate) fn try_now(self) {
        self.driver().tell(|engine, now| match engine.link() {
            Link::Stopped(_) => engine.connect(now),
            _ => engine.wake(now),
        });
        self.show();
    }

    /// The list tells whether its newest line is on the screen.
    pub(crate) fn set_at_newest(self, is_at_newest: bool) {
        set_if_other(self.is_at_newest, is_at_newest);
        if is_at_newest && self.unseen.get_untracked() > 0 {
            self.show();
        }
        if is_at_newest && self.rows.with_untracked(Vec::len) > ROWS_MAX {
            self.driver().tell(|engine, _| engine.trim());
        }
    }

    fn driver(self) -> Rc<Driver> {
        self.driver.get_value()
    }

    /// Brings the signals up to what the engine knows. Those that do not change are not touched.
    fn show(self) {
        self.driver().read(|engine| {
            if let Some(clock) = self.clock.with_untracked(Clock::turned) {
                self.clock.set(clock);
            }
            self.show_lines(&engine.lines());
            let now = browser::now();
            set_if_other(self.older, older(engine));
            set_if_other(self.online, online(engine));
            set_if_other(self.typists, engine.typists(now));
            set_if_other(self.connection, connection(engine.link(), now));
        });
    }

    fn show_lines(self, lines: &[Line]) {
        let rows = self.rows.with_untracked(|before| {
            let rows = self
                .clock
                .with_untracked(|clock| rows::renew(before, lines, |at| clock.day(at)));
            let is_same =
                rows.len() == before.len() && rows.iter().zip(before).all(|(a, b)| a.key == b.key);
            (!is_same).then_some(rows)
        });
        if let Some(rows) = rows {
            self.rows.set(rows);
        }
        self.count_unseen(lines);
    }

    fn count_unseen(self, lines: &[Line]) {
        let others = lines.iter().filter_map(|line| match line {
            Line::Message(message) if !message.mine => message.seq,
            _ => None,
        });
        if self.is_at_newest.get_untracked() && !browser::is_hidden() {
            let newest = others.clone().max().unwrap_or(0);
            self.seen_seq.update_value(|seen| *seen = newest.max(*seen));
        }
        let seen_seq = self.seen_seq.get_value();
        let unseen = others.filter(|seq| *seq > seen_seq).count() as u64;
        set_if_other(self.unseen, unseen);
        let room = self.title.get_value();
        browser::set_title(&match unseen {
            unseen if unseen > 0 && browser::is_hidden() => format!("({unseen}) {room} · Confab"),
            _ => format!("{room} · Confab"),
        });
    }
}

fn older(engine: &Engine) -> Older {
    match (engine.has_older(), engine.older_is_loading()) {
        (false, _) => Older::None,
        (true, false) => Older::There,
        (true, true) => Older::Loading,
    }
}

fn online(engine: &Engine) -> Online {
    Online {
        people: engine.people().to_vec(),
        count: engine.count(),
        is_stale: engine.online_is_stale(),
    }
}

fn connection(link: Link, now: u64) -> Connection {
    match link {
        Link::Idle => Connection::Connecting,
        Link::Live => Connection::Open,
        Link::Stopped(code) => Connection::Stopped(code),
        Link::Connecting { since } | Link::Waiting { since, .. }
            if now < since + BANNER_AFTER_MS =>
        {
            Connection::Connecting
        }
        Link::Connecting { .. } => Connection::Trying,
        Link::Waiting { until, .. } => Connection::Waiting {
            seconds: until.saturating_sub(now).div_ceil(1_000),
        },
    }
}

fn set_if_other<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, new: T) {
    if signal.with_untracked(|old| *old != new) {
        signal.set(new);
    }
}
