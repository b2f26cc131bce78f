//! The room on the screen: what its parts read, and what they ask for.

use std::{cell::Cell, rc::Rc};

use client::{Engine, Line, Link};
use leptos::{html, prelude::*};
use protocol::{Body, Cid, Reason};

use crate::{
    Language, Snapshot, browser,
    clock::Clock,
    driver::Driver,
    room_state::State,
    rows::{self, Row},
    texts::Texts,
};

/// Rows above which those far above are let go of, once the reader is back at the newest.
const ROWS_MAX: usize = 300;

/// The room as its parts know it. They read its signals and call its methods; a copy is the same
/// room.
#[derive(Clone, Copy)]
pub(crate) struct Room {
    base: StoredValue<Rc<Base>, LocalStorage>,
    language: Language,
    pub(crate) clock: RwSignal<Clock, LocalStorage>,
    pub(crate) rows: RwSignal<Vec<Row>>,
    pub(crate) state: RwSignal<State>,
    /// Where the lines are.
    pub(crate) list: NodeRef<html::Div>,
    /// Where one writes.
    pub(crate) text: NodeRef<html::Textarea>,
}

/// What nobody watches.
struct Base {
    driver: Rc<Driver>,
    name: String,
    /// Where what is written is kept over a reload.
    draft_key: String,
    /// The newest place that has been on the screen.
    seen_seq: Cell<u64>,
}

impl Room {
    /// The room as the server knows it, the same on both sides.
    pub(crate) fn new(snapshot: &Snapshot, language: Language) -> Self {
        let engine = Engine::new(snapshot.start(browser::seed()));
        let clock = Clock::Utc(language);
        Self {
            language,
            rows: RwSignal::new(rows::renew(&[], &engine.lines(), |at| clock.day(at))),
            clock: RwSignal::new_local(clock),
            state: RwSignal::new(State::first(&engine)),
            list: NodeRef::new(),
            text: NodeRef::new(),
            base: StoredValue::new_local(Rc::new(Base {
                driver: Driver::new(engine),
                name: snapshot.room.name.clone(),
                draft_key: format!("confab draft {} {}", snapshot.me.id, snapshot.room.id),
                seen_seq: Cell::new(snapshot.room.top),
            })),
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

    /// A text that follows the state.
    pub(crate) fn says(
        self,
        read: impl Fn(&State) -> String + Send + Sync + 'static,
    ) -> Signal<String> {
        Signal::derive(move || self.state.with(&read))
    }

    /// A fact that follows the state.
    pub(crate) fn knows(self, read: fn(&State) -> bool) -> Signal<bool> {
        Signal::derive(move || self.state.with(read))
    }

    /// Shows the message at once and sends it as soon as it can be; or tells why it cannot be sent.
    pub(crate) fn send(self, text: &str) -> Result<(), Reason> {
        let body = Body::parse(text)?;
        let at = browser::time_of_day();
        let cid = browser::new_cid();
        self.driver()
            .tell(|engine, now| engine.send(now, cid, body.as_str(), at))?;
        self.jump();
        Ok(())
    }

    pub(crate) fn retry(self, cid: &Cid) {
        self.driver().tell(|engine, now| engine.retry(now, cid));
    }

    /// Takes a failed message back into the composer, before what has been written since.
    pub(crate) fn edit_again(self, cid: &Cid) {
        let body = self.driver().tell(|engine, _| engine.discard(cid));
        if let (Some(body), Some(text)) = (body, self.text.get_untracked()) {
            browser::write_before(&text, &body);
        }
    }

    pub(crate) fn typing(self) {
        self.driver().tell(Engine::typing);
    }

    /// What was written and not sent before the page was loaded.
    pub(crate) fn draft(self) -> String {
        browser::kept(&self.base().draft_key).unwrap_or_default()
    }

    pub(crate) fn keep_draft(self, text: &str) {
        browser::keep(&self.base().draft_key, text);
    }

    /// Loads what is before the first line.
    pub(crate) fn load_older(self) {
        self.driver().tell(Engine::older);
    }

    /// Goes to the newest line.
    pub(crate) fn jump(self) {
        if let Some(list) = self.list.get_untracked() {
            list.set_scroll_top(0);
        }
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
        let before = self
            .state
            .with_untracked(|state| (state.is_at_newest, state.unseen));
        if before.0 != is_at_newest {
            self.state.update(|state| state.is_at_newest = is_at_newest);
        }
        if is_at_newest && before.1 > 0 {
            self.show();
        }
        if is_at_newest && self.rows.with_untracked(Vec::len) > ROWS_MAX {
            self.driver().tell(|engine, _| engine.trim());
        }
    }

    pub(crate) fn open_people(self, are_open: bool) {
        self.state.update(|state| state.people_are_open = are_open);
    }

    fn base(self) -> Rc<Base> {
        self.base.get_value()
    }

    fn driver(self) -> Rc<Driver> {
        self.base().driver.clone()
    }

    /// Brings the signals up to what the engine knows. Those that do not change are not touched.
    fn show(self) {
        self.driver().read(|engine| {
            if let Some(clock) = self.clock.with_untracked(Clock::turned) {
                self.clock.set(clock);
            }
            let lines = engine.lines();
            self.show_rows(&lines);
            let unseen = self.count_unseen(&lines);
            let now = browser::now();
            let state = self
                .state
                .with_untracked(|state| state.renewed(engine, now, unseen));
            if self.state.with_untracked(|before| *before != state) {
                self.state.set(state);
            }
        });
    }

    fn show_rows(self, lines: &[Line]) {
        let rows = self.rows.with_untracked(|before| {
            let day_of = |at| self.clock.with_untracked(|clock| clock.day(at));
            let rows = rows::renew(before, lines, day_of);
            (!rows::are_the_same(&rows, before)).then_some(rows)
        });
        if let Some(rows) = rows {
            self.rows.set(rows);
        }
    }

    /// How many messages of others are newer than what has been on the screen; told in the title
    /// while the page is hidden.
    fn count_unseen(self, lines: &[Line]) -> usize {
        let base = self.base();
        let others = lines.iter().filter_map(|line| match line {
            Line::Message(message) if !message.mine => message.seq,
            _ => None,
        });
        let is_hidden = browser::is_hidden();
        if !is_hidden && self.state.with_untracked(|state| state.is_at_newest) {
            let newest = others.clone().max().unwrap_or(0);
            base.seen_seq.set(newest.max(base.seen_seq.get()));
        }
        let unseen = others.filter(|seq| *seq > base.seen_seq.get()).count();
        browser::set_title(&match unseen {
            unseen if unseen > 0 && is_hidden => format!("({unseen}) {} · Confab", base.name),
            _ => format!("{} · Confab", base.name),
        });
        unseen
    }
}
