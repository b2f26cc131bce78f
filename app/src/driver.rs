//! Runs the client engine in the page: gives it the time and the socket, and does what it asks for.
//! Lives outside the reactive graph; [`Room`](crate::room::Room) reads it.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use client::{Action, Engine, Millis, Outgoing};
use protocol::RoomId;

use crate::{
    browser,
    connection::{self, BROKEN, Connection, Heard},
    json,
};

/// Where it is kept that sockets are refused.
const STREAMS_KEY: &str = "confab streams";

/// How often the engine is told that time has passed.
const TICK_MS: u64 = 250;

/// How long a picture stays at least: the changes of one frame are drawn together.
const FRAME_MS: Millis = 16;

pub(crate) struct Driver {
    engine: RefCell<Engine>,
    connection: RefCell<Option<Connection>>,
    /// Where the outbox is kept.
    outbox_key: String,
    show: RefCell<Option<Rc<dyn Fn()>>>,
    shown_at: Cell<Millis>,
    show_is_due: Cell<bool>,
}

impl Driver {
    pub(crate) fn new(engine: Engine) -> Rc<Self> {
        let outbox_key = format!("confab outbox {}", engine.me().id);
        Rc::new(Self {
            engine: RefCell::new(engine),
            connection: RefCell::default(),
            outbox_key,
            show: RefCell::default(),
            shown_at: Cell::new(0),
            show_is_due: Cell::new(false),
        })
    }

    /// Connects, and from now on calls `show` when what is on the screen has to change.
    pub(crate) fn start(self: &Rc<Self>, show: impl Fn() + 'static) {
        *self.show.borrow_mut() = Some(Rc::new(show));
        let before = format!("{} {}", self.outbox_key, RoomId::lobby());
        let kept = |key| browser::kept(key).and_then(|text| json::read::<Vec<Outgoing>>(&text));
        // What cannot be read was written by another version, and is left. The first version kept one for each room.
        let outbox = [kept(&before), kept(&self.outbox_key)]
            .into_iter()
            .flatten()
            .flatten()
            .collect();
        browser::keep(&before, "");
        self.tell(|engine, now| {
            engine.restore(outbox);
            engine.know_streams();
            if browser::kept(STREAMS_KEY).is_some() {
                engine.refuse_sockets(now);
            }
            engine.connect(now);
        });
        let driver = self.clone();
        browser::each(TICK_MS, move || {
            driver.tell(Engine::tick);
            driver.show();
        });
        let driver = self.clone();
        browser::on_awake(move || {
            driver.tell(Engine::wake);
            driver.show();
        });
    }

    pub(crate) fn read<T>(&self, read: impl FnOnce(&Engine) -> T) -> T {
        read(&self.engine.borrow())
    }

    /// Tells the engine something, then does what it asks for.
    pub(crate) fn tell<T>(self: &Rc<Self>, tell: impl FnOnce(&mut Engine, Millis) -> T) -> T {
        let answer = tell(&mut self.engine.borrow_mut(), browser::now());
        self.do_what_is_asked();
        answer
    }

    /// Apart from `tell`, which is built for each thing told.
    #[inline(never)]
    fn do_what_is_asked(self: &Rc<Self>) {
        let actions = self.engine.borrow_mut().take_actions();
        for action in actions {
            self.act(action);
        }
    }

    fn act(self: &Rc<Self>, action: Action) {
        match action {
            Action::Connect { url } => self.connect(&url),
            Action::Transmit(command) => {
                if let Some(connection) = &*self.connection.borrow() {
                    connection.transmit(&command);
                }
            }
            Action::Disconnect { code } => {
                if let Some(connection) = self.connection.take() {
                    connection.close(code);
                }
            }
            Action::Fetch { room, url, token } => self.fetch(room, url, token),
            Action::Persist(outbox) if outbox.is_empty() => browser::keep(&self.outbox_key, ""),
            Action::Persist(outbox) => {
                browser::keep(&self.outbox_key, &json::write(&outbox));
            }
            Action::Reload => browser::reload(),
            Action::Changed => self.show_soon(),
        }
    }

    fn connect(self: &Rc<Self>, url: &str) {
        let driver = self.clone();
        let connection = Connection::open(url, move |heard| {
            if matches!(heard, Heard::Opened) {
                driver.keep_way();
            }
            driver.tell(|engine, now| match heard {
                Heard::Opened => engine.opened(now),
                Heard::Frame(event) => engine.hear(now, *event),
                Heard::Closed(code) => engine.closed(now, code),
            });
        });
        if connection.is_none() {
            let driver = self.clone();
            // Not at once: the engine has not finished saying what it wants.
            browser::before_next_frame(move || {
                driver.tell(|engine, now| engine.closed(now, BROKEN));
            });
        }
        *self.connection.borrow_mut() = connection;
    }

    /// Keeps what has opened, so that the page does not look for it anew when it is loaded again.
    fn keep_way(&self) {
        let connection = self.connection.borrow();
        let is_stream = connection.as_ref().is_some_and(Connection::is_stream);
        browser::keep(STREAMS_KEY, if is_stream { "1" } else { "" });
    }

    fn fetch(self: &Rc<Self>, room: RoomId, url: String, token: Option<String>) {
        let driver = self.clone();
        connection::fetch_page(url, token, move |page| {
            driver.tell(|engine, now| match page {
                Some(page) => engine.page(now, &room, page),
                None => engine.page_failed(now, &room),
            });
        });
    }

    /// Shows at once what comes alone, and what comes in a crowd together with the next frame.
    fn show_soon(self: &Rc<Self>) {
        if self.show_is_due.get() {
            return;
        }
        if browser::now() - self.shown_at.get() >= FRAME_MS {
            self.show();
        } else {
            self.show_is_due.set(true);
            let driver = self.clone();
            browser::before_next_frame(move || driver.show());
        }
    }

    /// Also each tick: a hidden page draws no frames, but its title counts.
    fn show(&self) {
        self.show_is_due.set(false);
        self.shown_at.set(browser::now());
        let show = self.show.borrow().clone();
        if let Some(show) = show {
            show();
        }
    }
}
