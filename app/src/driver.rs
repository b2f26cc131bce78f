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
    connection::{self, Heard, Socket},
    json,
};

/// How often the engine is told that time has passed.
const TICK_MS: u64 = 250;

/// How long a picture stays at least: the changes of one frame are drawn together.
const FRAME_MS: Millis = 16;

pub(crate) struct Driver {
    engine: RefCell<Engine>,
    socket: RefCell<Option<Socket>>,
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
            socket: RefCell::default(),
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
                if let Some(socket) = &*self.socket.borrow() {
                    socket.transmit(&command);
                }
            }
            Action::Disconnect { code } => {
                if let Some(socket) = self.socket.take() {
                    socket.close(code);
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
        let socket = Socket::open(url, move |heard| {
            driver.tell(|engine, now| match heard {
                Heard::Opened => engine.opened(now),
                Heard::Frame(event) => engine.hear(now, *event),
                Heard::Closed(code) => engine.closed(now, code),
            });
        });
        if socket.is_none() {
            let driver = self.clone();
            // Not at once: the engine has not finished saying what it wants.
            browser::before_next_frame(move || driver.tell(|engine, now| engine.closed(now, 1006)));
        }
        *self.socket.borrow_mut() = socket;
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
