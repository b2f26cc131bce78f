//! The rooms on the screen: what the parts of the page read. What they ask for stands in `acts` and `composing`.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    sync::Arc,
};

use client::{Engine, Message};
use leptos::prelude::*;
use protocol::{RoomId, UserId};
use web_sys::Element;

use crate::{
    Language, Snapshot, Theme, browser,
    clock::Clock,
    components::{Extent, place},
    composing::Written,
    driver::Driver,
    room_state::State,
    rows::{self, Row},
    texts::Texts,
};

/// Rows above which those far above are let go of, once the reader is back at the newest.
const ROWS_MAX: usize = 300;

/// How long a toast stays, and how much longer with each character: time to read it twice.
const TOAST_MS: u64 = 4_000;
const TOAST_MS_EACH: u64 = 60;

/// The rooms as the parts of the page know them. They read its signals and call its methods; a copy is the same.
#[derive(Clone, Copy)]
pub(crate) struct Room {
    base: StoredValue<Rc<Base>, LocalStorage>,
    language: Language,
    rows: RwSignal<Arc<Vec<Row>>>,
    state: RwSignal<Arc<State>>,
    written: RwSignal<Arc<Written>>,
}

/// What nobody watches.
pub(crate) struct Base {
    driver: Rc<Driver>,
    me: UserId,
    pub(crate) clock: RefCell<Clock>,
    /// The row whose actions are shown.
    active: RefCell<String>,
    pub(crate) toast_until: Cell<u64>,
    /// The room has come onto the screen, but not yet where the reader stopped: nothing of it is seen.
    pub(crate) arrives: Cell<bool>,
    /// When it was last said to other tabs what is shown here.
    pub(crate) said_shown_at: Cell<u64>,
    /// What had the focus before something was looked for.
    pub(crate) focus_before: RefCell<Option<Element>>,
    /// The list as it was when it was looked at last.
    pub(crate) extent: RefCell<Extent>,
}

impl Room {
    /// The rooms as the server knows them, the same on both sides.
    pub(crate) fn new(snapshot: &Snapshot, language: Language, theme: Theme) -> Self {
        let mut engine = Engine::new(snapshot.start(browser::seed()));
        if let Some((count, people)) = &snapshot.attendance {
            engine.told_people(&snapshot.room.id, *count, people.clone());
        }
        let refused = snapshot.refused.as_ref().map(|(reason, _)| *reason);
        let room = Self {
            language,
            rows: RwSignal::default(),
            state: RwSignal::new(Arc::new(State::first(&engine, theme))),
            written: RwSignal::new(Arc::new(Written::refused(refused))),
            base: StoredValue::new_local(Rc::new(Base {
                driver: Driver::new(engine),
                me: snapshot.me.id.clone(),
                clock: RefCell::new(Clock::Utc(language)),
                active: RefCell::default(),
                toast_until: Cell::default(),
                arrives: Cell::new(true),
                said_shown_at: Cell::default(),
                focus_before: RefCell::default(),
                extent: RefCell::default(),
            })),
        };
        room.show_rows();
        room
    }

    /// Goes live: the reader's own time, the connection.
    pub(crate) fn start(self) {
        self.set_clock(Clock::local(self.language));
        self.driver().start(move || self.show());
        self.find_text();
        self.show();
        browser::on_back(move |path| {
            let id = path.strip_prefix("/rooms/").unwrap_or_default();
            self.show_room(id);
        });
    }

    pub(crate) fn language(self) -> Language {
        self.language
    }

    pub(crate) fn texts(self) -> &'static Texts {
        self.language.texts()
    }

    pub(crate) fn me(self) -> UserId {
        self.base().me.clone()
    }

    pub(crate) fn id(self) -> RoomId {
        self.now().room.id.clone()
    }

    /// Whether one may take back what others wrote here.
    pub(crate) fn owns(self) -> bool {
        self.now().room.owned
    }

    /// What is on the screen, for what is drawn again when it changes.
    #[inline(never)]
    pub(crate) fn watched(self) -> Arc<State> {
        self.state.get()
    }

    /// What is on the screen now.
    #[inline(never)]
    pub(crate) fn now(self) -> Arc<State> {
        self.state.get_untracked()
    }

    pub(crate) fn change(self, change: impl FnOnce(&mut State)) {
        let mut state = self.cloned();
        change(&mut state);
        self.put(state);
    }

    #[inline(never)]
    fn cloned(self) -> State {
        State::clone(&self.now())
    }

    #[inline(never)]
    pub(crate) fn put(self, state: State) {
        self.state.set(Arc::new(state));
    }

    #[inline(never)]
    pub(crate) fn watched_rows(self) -> Arc<Vec<Row>> {
        self.rows.get()
    }

    #[inline(never)]
    pub(crate) fn put_rows(self, rows: Arc<Vec<Row>>) {
        self.rows.set(rows);
    }

    #[inline(never)]
    pub(crate) fn rows(self) -> Arc<Vec<Row>> {
        self.rows.get_untracked()
    }

    /// What is written, for what is drawn again when it changes.
    #[inline(never)]
    pub(crate) fn watched_writing(self) -> Arc<Written> {
        self.written.get()
    }

    /// What is written now.
    #[inline(never)]
    pub(crate) fn writing(self) -> Written {
        Written::clone(&self.written.get_untracked())
    }

    #[inline(never)]
    pub(crate) fn write(self, written: Written) {
        if *self.written.get_untracked() != written {
            self.written.set(Arc::new(written));
        }
    }

    /// A text that follows the state.
    pub(crate) fn says(
        self,
        read: impl Fn(&State) -> String + Send + Sync + 'static,
    ) -> Signal<String> {
        Signal::derive(move || read(&self.watched()))
    }

    /// Where the message at this seq is for ever: the page around it, and its place there.
    pub(crate) fn address_of(self, seq: u64) -> String {
        format!("/rooms/{}?at={seq}#{}", self.id(), place(seq))
    }

    /// The message in this row.
    pub(crate) fn message(self, key: &str) -> Option<Arc<Message>> {
        let rows = self.rows();
        let row = rows.iter().find(|row| row.key == key)?;
        row.message().cloned()
    }

    /// Shows what one can do with the message in this row, and no more with the one before.
    pub(crate) fn activate(self, key: &str) {
        let before = self.base().active.replace(key.to_owned());
        if before != key {
            self.turn(&before, rows::Face::Quiet);
            self.turn(key, rows::Face::Actions);
        }
    }

    /// Has the message in this row offer something else.
    pub(crate) fn turn(self, key: &str, face: rows::Face) {
        let mut rows = self.rows();
        let at = rows.iter().position(|row| row.key == key);
        if let Some(at) = at {
            Arc::make_mut(&mut rows)[at].turn(face, &self);
            self.put_rows(rows);
        }
    }

    /// Says something for as long as it takes to read it.
    pub(crate) fn toast(self, says: &str) {
        let stays = TOAST_MS + TOAST_MS_EACH * says.chars().count() as u64;
        self.base().toast_until.set(browser::now() + stays);
        self.change(|state| says.clone_into(&mut state.toast));
    }

    /// Loads what is before the first line.
    pub(crate) fn load_older(self) {
        self.driver().tell(Engine::older);
    }

    /// Goes to the newest line.
    pub(crate) fn jump(self) {
        browser::scroll_to_end("messages");
    }

    /// The list tells whether its newest line is on the screen.
    pub(crate) fn set_at_newest(self, is_at_newest: bool) {
        let before = self.now().is_at_newest;
        if before != is_at_newest {
            self.change(|state| state.is_at_newest = is_at_newest);
        }
        if is_at_newest && !before {
            self.show();
        }
        if is_at_newest && self.rows().len() > ROWS_MAX {
            self.driver().tell(|engine, _| engine.trim());
        }
    }

    pub(crate) fn driver(self) -> Rc<Driver> {
        self.base().driver.clone()
    }

    pub(crate) fn base(self) -> Rc<Base> {
        self.base.get_value()
    }

    /// The time of day, and in full.
    pub(crate) fn times(self, at: u64) -> (String, String) {
        let base = self.base();
        let clock = base.clock.borrow();
        (clock.time(at), clock.date_and_time(at))
    }
}
